"""Lines of logs that are worth counting, and the alarms on those counts."""

from dataclasses import dataclass
from typing import Self

from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)

from stacks.alarms import Alarm, Metric, Missing
from stacks.base import AnyLayer

NAMESPACE = "Environment"


@dataclass(frozen=True)
class LogMetric:
    """A count of the lines of a log group that match a pattern.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """

    name: str
    log_group_name: str
    pattern: str

    @classmethod
    def all_of(cls, *, service: str, database: str, flows: str) -> list[Self]:
        """What is counted, given the names of the log groups."""
        return [
            cls("ServiceErrors", service, '{ $.level = "ERROR" || $.level = "CRITICAL" }'),
            cls("DatabaseFatals", database, "?FATAL ?PANIC"),
            cls(
                "RejectedConnections",
                flows,
                "[version, account, interface, source, destination, source_port, destination_port, protocol, packets, "
                'bytes, start, end, action="REJECT", status]',
            ),
        ]


def count_lines(layer: AnyLayer, metric: LogMetric) -> None:
    """Make the metric, with a zero for every minute without a match.

    A metric with a default value can have no dimensions, so the environment is in the metric's name.
    """
    CloudwatchLogMetricFilter(
        layer,
        f"log-metric-{metric.name}",
        name=layer.names("log-metric", metric.name),
        log_group_name=metric.log_group_name,
        pattern=metric.pattern,
        metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
            namespace=NAMESPACE, name=f"{metric.name}-{layer.names.suffix}", value="1", default_value="0", unit="Count"
        ),
    )


def log_alarms(suffix: str) -> list[Alarm]:
    """Alarms on the counts of this environment."""

    def lines(name: str) -> Metric:
        return Metric(namespace=NAMESPACE, name=f"{name}-{suffix}", dimensions={}, statistic="Sum")

    return [
        Alarm(
            name="service-errors",
            watches=lines("ServiceErrors"),
            above=20,
            periods=3,
            missing=Missing.OK,
            severity="ticket",
            means="The service has logged over 20 errors a minute for three minutes.",
            runbook="5xx-burst",
        ),
        Alarm(
            name="database-fatals",
            watches=lines("DatabaseFatals"),
            above=10,
            periods=3,
            missing=Missing.OK,
            severity="ticket",
            means="PostgreSQL has refused over 10 connections or statements a minute as FATAL for three minutes.",
            runbook="writer-overloaded",
        ),
    ]
