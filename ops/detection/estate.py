"""Which tiers stand in which zones, who of them reaches whom, and how much of the load each carries."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from ops.audit.configuration import Configuration
from ops.audit.flows import reachable
from ops.audit.places import Place
from ops.audit.topology import Topology

FULL_PERCENT = 100
INTERNET = "internet"
_RESTORED = "restored database"


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A database instance: where it is, and how soon it is promoted."""

    name: str
    zone: str
    tier: int


@dataclass(frozen=True)
class Estate:
    """The tiers of a configuration, by the zones that they stand in."""

    configuration: Configuration

    def places(self, role: str) -> list[Place]:
        """Every place of a role; a database that a test restores serves nobody."""
        return [place for place in self.topology.inside if place.role == role and place.name != _RESTORED]

    def zone_of(self, place: Place) -> str:
        """The zone that a place is in."""
        return self.zones[place.subnet]

    @cached_property
    def topology(self) -> Topology:
        """The network."""
        return Topology(self.configuration)

    @cached_property
    def flows(self) -> set[tuple[Place | str, Place]]:
        """Who reaches whom; the internet is called by its name."""
        flows = reachable(self.configuration)
        return {(INTERNET if flow.caller.name == INTERNET else flow.caller, flow.called) for flow in flows}

    @cached_property
    def zones(self) -> dict[str, str]:
        """The zone of each subnet."""
        return {subnet.name: subnet["availability_zone"] for subnet in self.configuration.resources("aws_subnet")}

    @cached_property
    def instances(self) -> list[Instance]:
        """Every database instance."""
        found = self.configuration.resources("aws_rds_cluster_instance")
        return [
            Instance(name=one.address, zone=one["availability_zone"], tier=one.get("promotion_tier", 0))
            for one in found
        ]

    @cached_property
    def tasks(self) -> Counter[str]:
        """How many tasks are in each zone when there are as few as there may be, as evenly as they can be spread."""
        zones = sorted({self.zone_of(place) for place in self.places("task")})
        (target,) = self.configuration.resources("aws_appautoscaling_target")
        return Counter(zones[position % len(zones)] for position in range(target["min_capacity"]))

    @property
    def cpu_target(self) -> float:
        """At how much of their CPU autoscaling holds tasks."""
        for policy in self.configuration.resources("aws_appautoscaling_policy"):
            tracking = policy["target_tracking_scaling_policy_configuration"]
            metric = tracking.get("predefined_metric_specification", {}).get("predefined_metric_type")
            if metric == "ECSServiceAverageCPUUtilization":
                return float(tracking["target_value"])
        return float(FULL_PERCENT)

    @property
    def rebalances(self) -> bool:
        """Whether ECS moves tasks back into a zone that has too few."""
        (service,) = self.configuration.resources("aws_ecs_service")
        return bool(service.get("availability_zone_rebalancing") == "ENABLED")
