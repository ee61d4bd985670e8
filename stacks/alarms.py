"""Alarms as data: a layer lists what it watches, and `raise_alarms` makes the alarms beside the resources.

Severity `page` wakes someone, `ticket` waits for the morning; both notify on alarm and on recovery. A period is 60 s
because AWS's own metrics come once a minute. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html

An alarm that is the symptom of another one says nothing while that one is on: see docs/decisions/symptoms-wait.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import (
    CloudwatchCompositeAlarm,
    CloudwatchCompositeAlarmActionsSuppressor,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)

from stacks.base import AnyLayer

# AWS's advice, because it evaluates alarms every minute: the alarm that explains may go off that much later.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
WAIT_SECONDS = 60
# The slowest symptoms look at three minutes, and are over that much later than what explains them.
EXTENSION_SECONDS = 180


class Missing(StrEnum):
    """What an alarm makes of minutes without data."""

    OK = "notBreaching"  # the metric exists only while something is wrong
    ALARM = "breaching"  # the metric going silent is itself the failure
    IGNORE = "ignore"  # keeps its state: gaps are normal and say nothing


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One CloudWatch metric: where it comes from, and how a period of it becomes a number."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Average"
    period: int = 60


@dataclass(frozen=True)
class Expression:
    """Metric math over several metrics, ten at most.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """

    formula: str
    metrics: Mapping[str, Metric]


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm: what it watches, its limit, and what a woken person needs to know.

    It goes off when `breaching` of the last `periods` values are beyond the limit (all of them by default). While the
    alarm that it is the `symptom_of` is on, nobody is told of it.
    """

    name: str
    watches: Metric | Expression
    above: float | None = None
    below: float | None = None
    periods: int = 1
    breaching: int | None = None
    missing: Missing
    severity: Literal["page", "ticket"] = "page"
    symptom_of: str | None = None
    means: str
    runbook: str


def raise_alarms(layer: AnyLayer, alarms: Sequence[Alarm], *, topic_arn: str) -> list[str]:
    """Make every alarm of the list, and tell `topic_arn` when one goes off and when it is over.

    Returns the names of those that page, which is what composite alarms refer to.
    """
    always_page = {alarm.name for alarm in alarms if alarm.severity == "page" and alarm.symptom_of is None}
    for alarm in alarms:
        if alarm.symptom_of not in {None, *always_page}:
            raise ValueError(f"alarm {alarm.name}: {alarm.symptom_of} is no alarm of this list that always pages")
    raised = {alarm.name: _raise(layer, alarm, topic_arn=topic_arn) for alarm in alarms}
    for alarm in alarms:
        if alarm.symptom_of is not None:
            _tell_unless(layer, alarm, raised[alarm.name], explained_by=raised[alarm.symptom_of], topic_arn=topic_arn)
    return [raised[alarm.name].alarm_name for alarm in alarms if alarm.severity == "page"]


def _raise(layer: AnyLayer, alarm: Alarm, *, topic_arn: str) -> CloudwatchMetricAlarm:
    if (alarm.above is None) == (alarm.below is None):
        raise ValueError(f"alarm {alarm.name}: give it either `above` or `below`")
    tells = [topic_arn] if alarm.symptom_of is None else None
    made = CloudwatchMetricAlarm(
        layer,
        f"alarm-{alarm.name}",
        alarm_name=layer.names("alarm", alarm.name),
        alarm_description=_description(layer, alarm),
        comparison_operator="GreaterThanThreshold" if alarm.above is not None else "LessThanThreshold",
        threshold=alarm.above if alarm.above is not None else alarm.below,
        evaluation_periods=alarm.periods,
        datapoints_to_alarm=alarm.breaching or alarm.periods,
        treat_missing_data=alarm.missing.value,
        alarm_actions=tells,
        ok_actions=tells,
        tags={"Severity": alarm.severity},
    )
    if isinstance(alarm.watches, Metric):
        _watch_metric(made, alarm.watches)
    else:
        _watch_expression(made, alarm.watches, label=alarm.name)
    return made


def _tell_unless(
    layer: AnyLayer,
    alarm: Alarm,
    made: CloudwatchMetricAlarm,
    *,
    explained_by: CloudwatchMetricAlarm,
    topic_arn: str,
) -> None:
    """An alarm on the alarm alone, because only an alarm on alarms can be silenced by another one."""
    CloudwatchCompositeAlarm(
        layer,
        f"alarm-{alarm.name}-unexplained",
        alarm_name=layer.names("alarm", f"{alarm.name}-unexplained"),
        alarm_description=_description(layer, alarm),
        alarm_rule=f"ALARM({made.alarm_name})",
        actions_suppressor=CloudwatchCompositeAlarmActionsSuppressor(
            alarm=explained_by.alarm_name, wait_period=WAIT_SECONDS, extension_period=EXTENSION_SECONDS
        ),
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        tags={"Severity": alarm.severity},
    )


def _description(layer: AnyLayer, alarm: Alarm) -> str:
    return f"[{alarm.severity}] {alarm.means} Runbook: {layer.settings.environment.runbooks}/{alarm.runbook}.md"


def _watch_metric(alarm: CloudwatchMetricAlarm, metric: Metric) -> None:
    alarm.namespace = metric.namespace
    alarm.metric_name = metric.name
    alarm.dimensions = dict(metric.dimensions)
    alarm.period = metric.period
    if metric.statistic.startswith("p"):
        alarm.extended_statistic = metric.statistic
    else:
        alarm.statistic = metric.statistic


def _watch_expression(alarm: CloudwatchMetricAlarm, expression: Expression, *, label: str) -> None:
    inputs = [
        CloudwatchMetricAlarmMetricQuery(
            id=query_id,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=dict(metric.dimensions),
                stat=metric.statistic,
                period=metric.period,
            ),
        )
        for query_id, metric in expression.metrics.items()
    ]
    watched = CloudwatchMetricAlarmMetricQuery(
        id="watched", expression=expression.formula, label=label, return_data=True
    )
    alarm.put_metric_query([*inputs, watched])
