"""A failure as it might go, played out on the embedded AWS through its API, in the time of the simulation.

The embedded AWS runs no tasks, no database and no alarms that see them. What AWS would do is done to it here, step by
step, at seeded moments within what AWS documents; the drill itself cannot tell the difference, and is tried with it.
"""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import boto3

from ops.drill.scenarios import Scenario, fail_over, stop_tasks
from ops.drill.subject import Subject, look, tasks_of
from stacks.rules import CUT_MINUTES

# A value every minute, published some seconds after that minute, and an alarm on the first that is beyond its limit.
_TO_ALARM = (60.0, 125.0)
_TO_OK = (60.0, 120.0)
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
_FAILOVER = (10.0, 45.0)
# Two failed checks of the load balancer, as stacks/load_balancer.py sets them.
_UNROUTED = (5.0, 12.0)
_NEW_TASK = (35.0, 90.0)
_CUT_SECONDS = CUT_MINUTES * 60.0

Step = Callable[[], None]


@dataclass
class Simulation:
    """What is going to happen, and a clock that makes it happen as time passes."""

    session: boto3.Session
    subject: Subject
    seed: int
    _now: float = 0
    _steps: list[tuple[float, int, Step]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def now(self) -> float:
        """Seconds of the simulation since it began."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time pass, and do what happens in it."""
        until = self._now + seconds
        while self._steps and self._steps[0][0] <= until:
            self._now, _, step = heapq.heappop(self._steps)
            step()
        self._now = until

    def begin(self, scenario: Scenario, *, zone: str) -> None:
        """Plan the course of a failure from now on."""
        chance = random.Random(f"{self.seed} {scenario.name} {zone}")  # noqa: S311 - no secret
        {"database": self._database, "tasks": self._tasks, "sessions": self._sessions, "zone": self._zone}[
            scenario.name
        ](chance, zone)

    def _database(self, chance: random.Random, zone: str) -> None:
        self._at(chance.uniform(*_FAILOVER), lambda: fail_over(self.session, self.subject, zone))
        self._alarm(chance, "writer-down", lasts=chance.uniform(60, 120))
        self._alarm(chance, "reader-down", lasts=chance.uniform(60, 120))

    def _tasks(self, chance: random.Random, zone: str) -> None:
        self._at(1, lambda: self._replace_tasks(zone, after=chance.uniform(*_NEW_TASK)))
        self._alarm(chance, "fewer-healthy-targets", lasts=chance.uniform(*_TO_OK))

    def _sessions(self, chance: random.Random, _zone: str) -> None:
        self._alarm(chance, "errors", lasts=_CUT_SECONDS - 60)
        self._alarm(chance, "latency", lasts=_CUT_SECONDS - 60)

    def _zone(self, chance: random.Random, zone: str) -> None:
        if look(self.session, self.subject, seconds=self._now).writer_zone == zone:
            self._database(chance, zone)
        self._at(chance.uniform(*_UNROUTED), lambda: self._replace_tasks(zone, after=_CUT_SECONDS))
        self._alarm(chance, "fewer-healthy-targets", lasts=_CUT_SECONDS)
        self._alarm(chance, "too-few-tasks", lasts=_CUT_SECONDS)

    def _replace_tasks(self, zone: str, *, after: float) -> None:
        """Stop the tasks of a zone; the embedded ECS starts others at once, so they are kept from visitors a while."""
        known = self._addresses()
        stop_tasks(self.session, self.subject, zone)
        fresh = [{"Id": address} for task, address in self._addresses().items() if task not in known]
        if fresh:
            elb, group = self.session.client("elbv2"), self.subject.target_group_arn
            elb.deregister_targets(TargetGroupArn=group, Targets=fresh)
            self._at(after, lambda: elb.register_targets(TargetGroupArn=group, Targets=fresh))

    def _addresses(self) -> dict[str, str]:
        """The private address of every task."""
        return {
            task["taskArn"]: detail["value"]
            for task in tasks_of(self.session, self.subject)
            for attachment in task["attachments"]
            for detail in attachment["details"]
            if detail["name"] == "privateIPv4Address"
        }

    def _alarm(self, chance: random.Random, name: str, *, lasts: float) -> None:
        on = chance.uniform(*_TO_ALARM)
        self._at(on, lambda: self._set(name, "ALARM"))
        self._at(on + lasts, lambda: self._set(name, "OK"))

    def _set(self, name: str, state: str) -> None:
        alarm = f"alarm-{name}-{self.subject.suffix}"
        self.session.client("cloudwatch").set_alarm_state(
            AlarmName=alarm, StateValue=state, StateReason="A simulated failure"
        )

    def _at(self, seconds: float, step: Step) -> None:
        heapq.heappush(self._steps, (self._now + seconds, next(self._order), step))
