"""What is kept quiet while a known failure explains it, and that nothing is lost by that.

A composite alarm acts on the state that it has when the silence ends: a symptom that outlives its cause is told then.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
"""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from ops.configuration import Configuration, Resource
from ops.detection.lookups import WatchedAlarm, alarms

# CloudWatch evaluates alarms every minute, so that the cause may go off that much later than its symptom.
_EVALUATION_SECONDS = 60
_UNEXPLAINED = "-unexplained"
_PAGING_NAMES = re.compile(r"data\.terraform_remote_state\.([a-z_-]+)\.outputs\.(\w+)")


@dataclass(frozen=True, kw_only=True)
class Symptom:
    """An alarm that says nothing while the one that explains it is on; in seconds, when it speaks after all."""

    alarm: WatchedAlarm
    told_by: Resource
    cause: str
    wait: int
    extension: int


@dataclass(frozen=True)
class Silence:
    """Every alarm that may be kept quiet, and by which."""

    configuration: Configuration

    @cached_property
    def alarms(self) -> Mapping[str, WatchedAlarm]:
        """Every metric alarm by the name that its table gives to it."""
        return {alarm.short_name: alarm for alarm in alarms(self.configuration)}

    @cached_property
    def symptoms(self) -> Mapping[str, Symptom]:
        """Every alarm that may be kept quiet, by its name."""
        found = {}
        for composite in self.configuration.resources("aws_cloudwatch_composite_alarm"):
            suppressor = self.configuration.resolved(composite).get("actions_suppressor")
            name = composite.name.removeprefix("alarm-").removesuffix(_UNEXPLAINED)
            if suppressor:
                found[name] = Symptom(
                    alarm=self.alarms[name],
                    told_by=composite,
                    cause=self._short_names.get(suppressor["alarm"], suppressor["alarm"]),
                    wait=suppressor["wait_period"],
                    extension=suppressor["extension_period"],
                )
        return found

    def losses(self) -> list[str]:
        """How a message could be lost, or one too many be sent, in words; empty when all is well."""
        return [line for name, symptom in self.symptoms.items() for line in self._losses(name, symptom)]

    def told(self, on: AbstractSet[str]) -> set[str]:
        """The alarms that people are told of when these are on, the one that sums up among them."""
        quiet = {name for name, symptom in self.symptoms.items() if symptom.cause in on}
        return {name for name in on if name not in quiet} | {
            composite.name for composite in self._summaries if self.parts(composite) & on
        }

    def parts(self, composite: Resource) -> set[str]:
        """The alarms that a composite one sums up, by the names of their tables."""
        published = _PAGING_NAMES.findall(composite["alarm_rule"])
        lists = [self.configuration.layers[layer]["output"][output]["value"] for layer, output in published]
        names = [
            self.configuration.follow(layer, name)
            for (layer, _), listed in zip(published, lists, strict=True)
            for name in listed
        ]
        return {self._short_names[name] for name in names}

    def seconds_until_told(self, name: str) -> int:
        """How long something is wrong, at least, before people are told, where nothing explains it."""
        symptom = self.symptoms.get(name)
        return self.alarms[name].seconds + (symptom.wait if symptom else 0)

    def _losses(self, name: str, symptom: Symptom) -> Iterator[str]:
        cause = self.alarms.get(symptom.cause)
        if cause is None:
            yield f"{name} is kept quiet by {symptom.cause}, which is no alarm"
            return
        if symptom.cause in self.symptoms or not cause.body.get("alarm_actions"):
            yield f"{name} is kept quiet by {symptom.cause}, which may be kept quiet itself: nobody would be told"
        if cause.body["tags"]["Severity"] != "page":
            yield f"{name} is kept quiet by {symptom.cause}, which waits for the morning"
        if cause.resource.layer != symptom.alarm.resource.layer:
            yield f"{name} is kept quiet by {symptom.cause}, which is of another tier"
        if cause.seconds > symptom.alarm.seconds:
            yield f"{symptom.cause} takes longer than {name}, which it is to explain"
        if symptom.wait < _EVALUATION_SECONDS:
            yield f"{name} waits {symptom.wait} s for {symptom.cause}, which may be evaluated a minute later"
        if symptom.extension < symptom.alarm.seconds:
            yield f"{name} is told {symptom.extension} s after {symptom.cause} is over, before it can be over, too"
        if symptom.alarm.body.get("alarm_actions") or symptom.alarm.body.get("ok_actions"):
            yield f"{name} is kept quiet by {symptom.cause}, but tells people by itself as well"

    @property
    def _summaries(self) -> list[Resource]:
        """The composite alarms that tell people of others."""
        found = self.configuration.resources("aws_cloudwatch_composite_alarm")
        return [one for one in found if one.get("alarm_actions") and not one.get("actions_suppressor")]

    @cached_property
    def _short_names(self) -> Mapping[str, str]:
        return {alarm.body["alarm_name"]: name for name, alarm in self.alarms.items()}
