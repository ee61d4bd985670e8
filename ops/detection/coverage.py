"""What detects each failure, how fast, who hears of it and which runbook helps, as the layers are set."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ops.configuration import Configuration, Resource
from ops.detection.delivery import Delivery, announcing
from ops.detection.silence import Silence

FILE = Path(__file__).parent / "failures.toml"

MOST_SECONDS = 60
MOST_SECONDS_OF_HEALTH_CHECK = 20
HEALTH_CHECK = "health check"
_RUNBOOK = re.compile(r"/([a-z0-9-]+)\.md\b")
_SUBSCRIPTIONS = ("aws_backup_vault_notifications", "aws_budgets_budget", "aws_db_event_subscription")


class Failure(BaseModel):
    """Something that can go wrong in a layer, and the names of what detects it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: str
    what: str
    detected_by: tuple[str, ...] = Field(min_length=1)
    availability: bool = False


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    failure: tuple[Failure, ...]


@dataclass(frozen=True, kw_only=True)
class Detector:
    """One thing that detects failures. Seconds are None where AWS does not say how fast it sends an event."""

    name: str
    seconds: int | None = None
    told: int | None = None
    hears: frozenset[str] = frozenset()
    severity: str = ""
    runbook: str = ""


def read_failures(path: Path = FILE) -> tuple[Failure, ...]:
    """The file's failures. Raises ValidationError if one of them is none."""
    return _Document.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).failure


@dataclass(frozen=True)
class Coverage:
    """The detectors of a configuration, and the failures that they are to detect."""

    configuration: Configuration
    failures: Sequence[Failure]

    def problems(self) -> list[str]:
        """Where a failure would go unseen, or be seen too late, in words; empty when all is well."""
        return [*self._of_failures(), *self._unused()]

    @cached_property
    def detectors(self) -> dict[str, Detector]:
        """Everything that detects something, by the name that failures call it."""
        found = [*self._alarms(), *self._events(), *self._subscriptions(), self._health_check()]
        return {detector.name: detector for detector in found}

    def _of_failures(self) -> Iterator[str]:
        layers = {failure.layer for failure in self.failures}
        yield from (f"nothing is said of failures of {layer}" for layer in self.configuration.layers.keys() - layers)
        for failure in self.failures:
            for name in failure.detected_by:
                if name not in self.detectors:
                    yield f"{failure.what}: there is no {name}"
                elif name != HEALTH_CHECK and not self.detectors[name].hears:
                    yield f"{failure.what}: nobody hears what {name} tells"
            if failure.availability:
                yield from self._too_late(failure)

    def _too_late(self, failure: Failure) -> Iterator[str]:
        detectors = [self.detectors[name] for name in failure.detected_by if name in self.detectors]
        told = [detector.told for detector in detectors if detector.told is not None]
        if not told or min(told) > MOST_SECONDS:
            soonest = f"after {min(told)} s" if told else "by nothing that is known to be fast"
            yield f"{failure.what}: people are told {soonest}, and have to be within {MOST_SECONDS} s"
        for detector in detectors:
            seconds = detector.seconds or 0
            if detector.name == HEALTH_CHECK and seconds > MOST_SECONDS_OF_HEALTH_CHECK:
                yield (
                    f"{failure.what}: the load balancer takes {seconds} s to notice, and has to within "
                    f"{MOST_SECONDS_OF_HEALTH_CHECK} s"
                )

    def _unused(self) -> Iterator[str]:
        used = {name for failure in self.failures for name in failure.detected_by}
        yield from (f"{name} detects nothing that is in failures.toml" for name in self.detectors.keys() - used)

    def _alarms(self) -> Iterator[Detector]:
        silence = Silence(self.configuration)
        for name, alarm in silence.alarms.items():
            teller = self._delivery.teller(alarm.resource)
            yield Detector(
                name=f"alarm {name}",
                seconds=alarm.seconds,
                told=silence.seconds_until_told(name),
                hears=frozenset(self._delivery.listeners(teller) if teller else ()),
                severity=alarm.body["tags"]["Severity"],
                runbook=_runbook(alarm.body["alarm_description"]),
            )

    def _events(self) -> Iterator[Detector]:
        targets = {target["rule"]: target for target in self.configuration.resources("aws_cloudwatch_event_target")}
        for rule in announcing(self.configuration):
            target = targets.get(f"${{aws_cloudwatch_event_rule.{rule.name}.name}}")
            yield Detector(
                name=f"event {rule.name.removeprefix('event-')}",
                hears=frozenset(self._delivery.listeners(target) if target else ()),
                runbook=_runbook(target["input_transformer"]["input_template"]) if target else "",
            )

    def _subscriptions(self) -> Iterator[Detector]:
        for made in self.configuration.resources(*_SUBSCRIPTIONS):
            yield Detector(name=f"subscription {made.name}", hears=frozenset(self._delivery.listeners(made)))

    def _health_check(self) -> Detector:
        (target_group,) = self.configuration.resources("aws_lb_target_group")
        return Detector(name=HEALTH_CHECK, seconds=health_check_seconds(target_group))

    @cached_property
    def _delivery(self) -> Delivery:
        return Delivery(self.configuration)


def health_check_seconds(target_group: Resource) -> int:
    """How long a target may be dead before it gets no more requests.

    It may die right after a check; then so many checks have to fail, the last of them by its timeout.
    """
    check = target_group["health_check"]
    return int(check["interval"] * check["unhealthy_threshold"] + check["timeout"])


def _runbook(text: str) -> str:
    found = _RUNBOOK.findall(text)
    return str(found[-1]) if found else ""
