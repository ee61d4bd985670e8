"""Alarms as data: a layer lists what it watches, and `raise_alarms` makes the alarms beside the resources.

Severity `page` wakes someone, `ticket` waits for the morning; both notify on alarm and on recovery. A period is 60 s
because AWS's own metrics come once a minute. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)

from stacks.base import AnyLayer


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

    It goes off when `breaching` of the last `periods` values are beyond the limit (all of them by default).
    """

    name: str
    watches: Metric | Expression
    above: float | None = None
    below: float | None = None
    periods: int = 1
    breaching: int | None = None
    missing: Missing
    severity: Literal["page", "ticket"] = "page"
    means: str
    runbook: str


def raise_alarms(layer: AnyLayer, alarms: Sequence[Alarm], *, topic_arn: str) -> list[str]:
    """Make every alarm of the list, each telling `topic_arn` when it goes off and when it is over.

    Returns the names of those that page, which is what composite alarms refer to.
    """
    raised = [(alarm.severity, _raise(layer, alarm, topic_arn=topic_arn)) for alarm in alarms]
    return [made.alarm_name for severity, made in raised if severity == "page"]


def _raise(layer: AnyLayer, alarm: Alarm, *, topic_arn: str) -> CloudwatchMetricAlarm:
    if (alarm.above is None) == (alarm.below is None):
        raise ValueError(f"alarm {alarm.name}: give it either `above` or `below`")
    made = CloudwatchMetricAlarm(
        layer,
        f"alarm-{alarm.name}",
        alarm_name=layer.names("alarm", alarm.name),
        alarm_description=f"[{alarm.severity}] {alarm.means} "
        f"Runbook: {layer.settings.environment.runbooks}/{alarm.runbook}.md",
        comparison_operator="GreaterThanThreshold" if alarm.above is not None else "LessThanThreshold",
        threshold=alarm.above if alarm.above is not None else alarm.below,
        evaluation_periods=alarm.periods,
        datapoints_to_alarm=alarm.breaching or alarm.periods,
        treat_missing_data=alarm.missing.value,
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        tags={"Severity": alarm.severity},
    )
    if isinstance(alarm.watches, Metric):
        _watch_metric(made, alarm.watches)
    else:
        _watch_expression(made, alarm.watches, label=alarm.name)
    return made


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
