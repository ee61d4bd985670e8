"""Everywhere that the layers look at a metric: alarms, the inputs of their expressions, and lines on dashboards."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.configuration import Configuration, Resource


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """One metric as it is looked at in one place; `name` is what an expression there calls it."""

    place: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    period: int
    name: str = ""


@dataclass(frozen=True)
class WatchedAlarm:
    """A metric alarm with the references in it followed."""

    resource: Resource
    body: Mapping[str, Any]

    @property
    def address(self) -> str:
        """The alarm as a person names it."""
        return self.resource.address

    @property
    def short_name(self) -> str:
        """The name that its table gives to it."""
        return self.resource.name.removeprefix("alarm-")

    @property
    def formulas(self) -> list[str]:
        """The expressions that it computes."""
        return [query["expression"] for query in self.body.get("metric_query", []) if "expression" in query]

    @property
    def lookups(self) -> list[Lookup]:
        """The metrics that it looks at, plain or as inputs of an expression."""
        plain = [("", self.body)] if "metric_name" in self.body else []
        queries = [(query["id"], query["metric"]) for query in self.body.get("metric_query", []) if "metric" in query]
        return [
            Lookup(
                place=self.address,
                namespace=metric["namespace"],
                metric=metric["metric_name"],
                dimensions=metric.get("dimensions", {}),
                statistic=metric.get("stat") or metric.get("extended_statistic") or metric["statistic"],
                period=metric["period"],
                name=name,
            )
            for name, metric in [*plain, *queries]
        ]

    @property
    def period(self) -> int:
        """The seconds of one value."""
        return max(lookup.period for lookup in self.lookups)

    @property
    def seconds(self) -> int:
        """How long something is wrong, at least, before it goes off."""
        return self.period * int(self.body.get("datapoints_to_alarm", self.body["evaluation_periods"]))


def alarms(configuration: Configuration) -> list[WatchedAlarm]:
    """Every metric alarm."""
    found = configuration.resources("aws_cloudwatch_metric_alarm")
    return [WatchedAlarm(alarm, configuration.resolved(alarm)) for alarm in found]


def widgets(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every widget of every dashboard, with where it is."""
    for dashboard in configuration.resources("aws_cloudwatch_dashboard"):
        for widget in json.loads(configuration.resolved(dashboard)["dashboard_body"])["widgets"]:
            title = widget["properties"].get("title", widget["type"])
            yield f"{dashboard.address}, {title}", widget


def widget_lookups(place: str, widget: Mapping[str, Any]) -> Iterator[Lookup]:
    """The metrics that one widget draws."""
    properties = widget["properties"]
    for line in properties.get("metrics", []):
        if isinstance(line[0], str):
            namespace, metric, *rest = line
            options = rest.pop() if isinstance(rest[-1], dict) else {}
            yield Lookup(
                place=place,
                namespace=namespace,
                metric=metric,
                dimensions=dict(zip(rest[::2], rest[1::2], strict=True)),
                statistic=options.get("stat", properties.get("stat", "Average")),
                period=options.get("period", properties.get("period", 300)),
                name=options.get("id", ""),
            )
