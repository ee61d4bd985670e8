"""Losing any zone leaves every tier running: shown for each zone, task, database instance and endpoint interface.

What is lost is taken out of the synthesized network, and what is left must still lead from a client to the data: the
load balancer, tasks behind it, an instance that can write, endpoints, and the room to carry the load of what is gone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ops.audit.configuration import Configuration
from ops.audit.places import Place
from ops.detection.estate import FULL_PERCENT, INTERNET, Estate

# Only these begin their life as a writer with the capacity that the lost one had:
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-administration.html
_SCALES_WITH_WRITER = 1


@dataclass(frozen=True, kw_only=True)
class Loss:
    """What is gone: everything in a zone, or one single thing."""

    what: str
    zone: str = ""
    tasks: int = 0
    instance: str = ""
    interface: tuple[str, str] = ("", "")


def claims_broken(configuration: Configuration) -> list[str]:
    """What breaks the claim that any one thing may be lost, in words; empty when it holds."""
    estate = Estate(configuration)
    already = list(_Remainder(estate, Loss(what="nothing")).broken())
    return [
        *(f"losing nothing: {line}" for line in already),
        *(
            f"losing {loss.what}: {line}"
            for loss in losses(estate)
            for line in _Remainder(estate, loss).broken()
            if line not in already
        ),
    ]


def losses(estate: Estate) -> Iterator[Loss]:
    """Every single thing that may be lost."""
    yield from (Loss(what=zone, zone=zone) for zone in sorted(set(estate.zones.values())))
    yield Loss(what="a task", tasks=1)
    yield from (Loss(what=one.name, instance=one.name) for one in estate.instances)
    for place in estate.places("endpoint"):
        yield Loss(what=f"the {place.name} in {place.subnet}", interface=(place.name, place.subnet))


@dataclass(frozen=True)
class _Remainder:
    """What is left of an estate after a loss."""

    estate: Estate
    lost: Loss

    def broken(self) -> Iterator[str]:
        """What is left without a tier, a way or the room for the load, in words."""
        for step in (self._entrance, self._service, self._database, self._endpoints, self._gateways):
            yield from step()

    def _entrance(self) -> Iterator[str]:
        """A client reaches every node of the load balancer, and that reaches tasks."""
        nodes = self._left("load balancer")
        if not nodes:
            yield f"no node of the load balancer is left; it is in {self._where('load balancer')}"
        for node in nodes:
            if (INTERNET, node) not in self.estate.flows:
                yield f"no client reaches the {node}"
            if not any((node, task) in self.estate.flows for task in self._left("task")):
                yield f"the {node} reaches no task"

    def _service(self) -> Iterator[str]:
        """Enough tasks are left to carry the load at which autoscaling holds them."""
        wanted, left = sum(self.estate.tasks.values()), self._tasks_left()
        if left == 0:
            yield f"no task is left; the service is in {self._where('task')}"
            return
        percent = self.estate.cpu_target * wanted / left
        if percent > FULL_PERCENT:
            yield f"{wanted} tasks at {self.estate.cpu_target:g} % of their CPU become {left} at {percent:.0f} %"
        if not self.estate.rebalances:
            yield "ECS does not keep tasks spread over zones (availability_zone_rebalancing)"

    def _database(self) -> Iterator[str]:
        """An instance is left that can be the writer, with the writer's capacity, where every task reaches it."""
        left = [one for one in self.estate.instances if self.lost.zone != one.zone and self.lost.instance != one.name]
        if not left:
            where = " and ".join(f"{one.name} in {one.zone}" for one in self.estate.instances)
            yield f"no database instance is left of {where}"
            return
        if all(one.tier > _SCALES_WITH_WRITER for one in left):
            names = ", ".join(one.name for one in left)
            yield f"{names} would take over without the writer's capacity (promotion_tier)"
        for one in left:
            homes = [place for place in self._left("database") if self.estate.zone_of(place) == one.zone]
            if not homes:
                yield f"{one.name} is in {one.zone}, where the database has no subnet"
            yield from self._unreached(one.name, homes)

    def _endpoints(self) -> Iterator[str]:
        """Each endpoint has an interface left that every task reaches."""
        for name in sorted({place.name for place in self.estate.places("endpoint")}):
            left = [place for place in self._left("endpoint") if place.name == name]
            if left:
                yield from self._unreached(name, left)
            else:
                yield f"the {name} has no interface left; it is in {self._where('endpoint', name)}"

    def _gateways(self) -> Iterator[str]:
        """The services behind gateway endpoints are a route away from every task."""
        for service in (place for place in self.estate.topology.outside if place.prefix_list):
            yield from self._unreached(service.name, [service])

    def _unreached(self, what: str, places: Sequence[Place]) -> Iterator[str]:
        for task in self._left("task"):
            if places and not any((task, place) in self.estate.flows for place in places):
                yield f"tasks in {task.subnet} do not reach {what}"

    def _tasks_left(self) -> int:
        return sum(tasks for zone, tasks in self.estate.tasks.items() if zone != self.lost.zone) - self.lost.tasks

    def _left(self, role: str) -> list[Place]:
        kept = [place for place in self.estate.places(role) if self.estate.zone_of(place) != self.lost.zone]
        return [place for place in kept if (place.name, place.subnet) != self.lost.interface]

    def _where(self, role: str, name: str = "") -> str:
        places = [place for place in self.estate.places(role) if name in {"", place.name}]
        return (
            " and ".join(sorted({f"{place.subnet} ({self.estate.zone_of(place)})" for place in places})) or "no subnet"
        )
