"""Where the values of a preview come from: they are made up, or CloudWatch has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ops.preview.model import Metric, Series, Window
from ops.preview.samples import sample


class Values(Protocol):
    """Who knows values of metrics and states of alarms."""

    def series(self, metrics: Sequence[Metric], window: Window) -> list[Series]:
        """The values of each metric of a widget, which may be none."""

    def states(self, alarm_arns: Sequence[str]) -> Mapping[str, str]:
        """The states of those alarms of a widget that are known."""


@dataclass(frozen=True)
class Samples:
    """Made-up values."""

    seed: str

    def series(self, metrics: Sequence[Metric], window: Window) -> list[Series]:
        """Values that suit each metric."""
        return [sample(metric, window, seed=self.seed) for metric in metrics]

    def states(self, alarm_arns: Sequence[str]) -> Mapping[str, str]:
        """All is well: a made-up failure would only frighten."""
        return dict.fromkeys(alarm_arns, "OK")


@dataclass(frozen=True)
class CloudWatch:
    """What the environment's CloudWatch says; formulas are computed here, as for samples.

    A widget has 500 metrics and 100 alarms at most, which is also the most that one call asks for.
    """

    client: Any

    def series(self, metrics: Sequence[Metric], window: Window) -> list[Series]:
        """What GetMetricData answers."""
        queries = [_query(metric, f"m{position}") for position, metric in enumerate(metrics)]
        found: dict[str, dict[int, float]] = {query["Id"]: {} for query in queries}
        pages = self.client.get_paginator("get_metric_data")
        for page in pages.paginate(MetricDataQueries=queries, StartTime=window.start, EndTime=window.end):
            for result in page["MetricDataResults"]:
                moments = (int(moment.timestamp()) for moment in result["Timestamps"])
                found[result["Id"]] |= dict(zip(moments, result["Values"], strict=True))
        return [
            Series(window=window, period=metric.period, values=values)
            for metric, values in zip(metrics, found.values(), strict=True)
        ]

    def states(self, alarm_arns: Sequence[str]) -> Mapping[str, str]:
        """What DescribeAlarms answers."""
        names = [arn.rpartition(":")[2] for arn in alarm_arns]
        answer = self.client.describe_alarms(AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        described = [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]
        return {alarm["AlarmArn"]: alarm["StateValue"] for alarm in described}


def _query(metric: Metric, query_id: str) -> dict[str, Any]:
    return {
        "Id": query_id,
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions.items()],
            },
            "Period": metric.period,
            "Stat": metric.statistic,
        },
    }
