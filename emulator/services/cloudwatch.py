"""CloudWatch: composite alarms, and what moto forgets of metric alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
"""

import re
from collections.abc import Sequence
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue, ResourceNotFoundException, ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.extension import extends

_put_metric_alarm = CloudWatchBackend.put_metric_alarm
_delete_alarms = CloudWatchBackend.delete_alarms
_respond_to_put_metric_alarm = CloudWatchResponse.put_metric_alarm
_respond_to_describe_alarms = CloudWatchResponse.describe_alarms
_respond_to_delete_alarms = CloudWatchResponse.delete_alarms

# A percentile, a trimmed or winsorized mean, a trimmed count or sum, a percentile rank, the interquartile mean;
# with one bound ("tm90") or two ("TM(10%:90%)").
_EXTENDED_STATISTIC = re.compile(
    r"(?:p|tm|wm|tc|ts)\d{1,3}(?:\.\d{0,10})?|(?:TM|WM|TC|TS|PR)\([\d.%]*:[\d.%]*\)|IQM", re.ASCII
)

_ALARMS_OF_RULE = re.compile(r'\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|([^\s()]+))\s*\)')


class CompositeAlarm(Alarm):
    """An alarm on the states of other alarms; the attributes are named after the members of the API's shape."""

    def __init__(self, backend: CloudWatchBackend, name: str, rule: str, parameters: dict[str, Any]) -> None:
        super().__init__(
            account_id=backend.account_id,
            region_name=backend.region_name,
            name=name,
            namespace="",
            metric_name="",
            metric_data_queries=None,
            comparison_operator="",
            evaluation_periods=0,
            datapoints_to_alarm=None,
            period=0,
            threshold=0,
            statistic="",
            extended_statistic=None,
            description=parameters.get("AlarmDescription", ""),
            dimensions=[],
            alarm_actions=parameters.get("AlarmActions", []),
            ok_actions=parameters.get("OKActions", []),
            insufficient_data_actions=parameters.get("InsufficientDataActions", []),
            unit=None,
            actions_enabled=parameters.get("ActionsEnabled", True),
            treat_missing_data=None,
            evaluate_low_sample_count_percentile=None,
            threshold_metric_id=None,
            rule=rule,
        )
        self.alarm_name = name
        self.alarm_description = self.description
        self.alarm_rule = rule
        self.actions_suppressor: str | None = parameters.get("ActionsSuppressor")
        self.actions_suppressor_wait_period: int | None = parameters.get("ActionsSuppressorWaitPeriod")
        self.actions_suppressor_extension_period: int | None = parameters.get("ActionsSuppressorExtensionPeriod")


def _name_of(name_or_arn: str) -> str:
    return name_or_arn.split(":alarm:", 1)[-1]


def _alarms_of_rule(rule: str) -> list[str]:
    return [_name_of(quoted or plain) for quoted, plain in _ALARMS_OF_RULE.findall(rule)]


def _needed(backend: CloudWatchBackend, names: Sequence[str]) -> list[str]:
    """The alarms that stand in the rules of composite ones, other than those named."""
    others = [alarm for name, alarm in backend.alarms.items() if name not in names]
    rules = [alarm.alarm_rule for alarm in others if isinstance(alarm, CompositeAlarm)]
    return [needed for rule in rules for needed in _alarms_of_rule(rule)]


def _existing(backend: CloudWatchBackend, arn: str) -> str:
    """Return the ARN of an alarm or a rule, the resources of CloudWatch that have tags."""
    alarms = {alarm.alarm_arn for alarm in backend.alarms.values()}
    rules = {rule.rule_arn for rule in backend.insight_rules.values()}
    if arn not in alarms | rules:
        raise ResourceNotFoundException
    return arn


def _put_composite_alarm(backend: CloudWatchBackend, parameters: dict[str, Any]) -> None:
    """Create or replace an alarm; the tags of one that exists stay as they are."""
    name: str = parameters["AlarmName"]
    rule: str = parameters["AlarmRule"]
    suppressor: str | None = parameters.get("ActionsSuppressor")
    if suppressor and {"ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"} - parameters.keys():
        raise ValidationError(
            "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod are required with ActionsSuppressor"
        )
    named = [*_alarms_of_rule(rule), *([_name_of(suppressor)] if suppressor else [])]
    if unknown := sorted({alarm for alarm in named if alarm not in backend.alarms}):
        raise ValidationError(
            f"Could not save the composite alarm as alarms [{', '.join(unknown)}] in the alarm rule do not exist"
        )
    alarm = CompositeAlarm(backend, name, rule, parameters)
    if name not in backend.alarms:
        backend.tagger.tag_resource(alarm.alarm_arn, parameters.get("Tags", []))
    backend.alarms[name] = alarm


@extends(CloudWatchBackend)
class Alarms(CloudWatchBackend):
    """Both kinds of alarm share their names, their tags and their ARNs."""

    def put_metric_alarm(self, *args: Any, **kwargs: Any) -> Alarm:  # noqa: ANN401
        """Create or replace an alarm; moto knows percentiles as the only extended statistics."""
        statistic: str | None = kwargs.pop("extended_statistic", None)
        if statistic and not _EXTENDED_STATISTIC.fullmatch(statistic):
            raise InvalidParameterValue(f"The value {statistic} for parameter ExtendedStatistic is not supported.")
        alarm = _put_metric_alarm(self, *args, **kwargs)
        alarm.extended_statistic = statistic
        return alarm

    def delete_alarms(self, alarm_names: list[str]) -> None:
        """Delete alarms, and their tags, which the next alarm of that name would have else."""
        for name in alarm_names:
            if alarm := self.alarms.get(name):
                self.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
        _delete_alarms(self, alarm_names)

    def list_tags_for_resource(self, arn: str) -> dict[str, str]:
        """Return the tags of an alarm or a rule."""
        return self.tagger.get_tag_dict_for_resource(_existing(self, arn))

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """Add tags to an alarm or a rule."""
        self.tagger.tag_resource(_existing(self, arn), self.tagger.convert_dict_to_tags_input(tags))

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        """Remove tags of an alarm or a rule."""
        self.tagger.untag_resource_using_names(_existing(self, arn), tag_keys)


@extends(CloudWatchResponse)
class AlarmCalls(CloudWatchResponse):
    """The calls on alarms."""

    def put_metric_alarm(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html."""
        answer = _respond_to_put_metric_alarm(self)
        alarm = self.cloudwatch_backend.alarms[self._get_param("AlarmName")]
        for kept, sent in zip(alarm.metric_data_queries, self._get_param("Metrics", []), strict=False):
            vars(kept)["account_id"] = sent.get("AccountId")
        return answer

    def put_composite_alarm(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html."""
        _put_composite_alarm(self.cloudwatch_backend, dict(self._get_params()))
        return EmptyResult()

    def describe_alarms(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html."""
        # Composite alarms are left out unless asked for: that is what AWS does.
        types: list[str] = self._get_param("AlarmTypes") or ["MetricAlarm"]
        described: Any = _respond_to_describe_alarms(self).result
        return ActionResult({f"{kind}s": described[f"{kind}s"] for kind in types})

    def delete_alarms(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html."""
        alarms = self.cloudwatch_backend.alarms
        names: list[str] = self._get_param("AlarmNames", [])
        if sum(isinstance(alarms.get(name), CompositeAlarm) for name in names) > 1:
            raise ValidationError("Only one composite alarm can be deleted per request.")
        if held := sorted(set(names) & set(_needed(self.cloudwatch_backend, names))):
            raise ValidationError(f"Could not delete [{', '.join(held)}]: composite alarms depend on them")
        return _respond_to_delete_alarms(self)
