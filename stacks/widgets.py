"""The vocabulary of dashboards: a row of graphs is a list, and the grid of 24 columns is worked out here.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from stacks.alarms import Metric

COLUMNS = 24


class Widget(Protocol):
    """Anything that knows its type and properties."""

    def properties(self, region: str) -> tuple[str, dict[str, Any]]:
        """The widget's type and its properties, as CloudWatch spells them."""


@dataclass(frozen=True)
class Heading:
    """A line of Markdown over a row."""

    markdown: str

    def properties(self, region: str) -> tuple[str, dict[str, Any]]:  # noqa: ARG002 - text has no region
        """A text widget without a frame."""
        return "text", {"markdown": self.markdown, "background": "transparent"}


@dataclass(frozen=True)
class AlarmStates:
    """The states of alarms, the ones that are off the rails first."""

    title: str
    alarm_arns: Sequence[str]

    def properties(self, region: str) -> tuple[str, dict[str, Any]]:  # noqa: ARG002 - the ARNs name their region
        """An alarm status widget."""
        return "alarm", {"title": self.title, "alarms": list(self.alarm_arns), "sortBy": "stateUpdatedTimestamp"}


@dataclass(frozen=True)
class Graph:
    """Lines over time. The title ends with the unit; `limit` is drawn as a line that alarms go off at."""

    title: str
    lines: Mapping[str, Metric]
    limit: float | None = None
    limit_label: str = "alarm"
    single_value: bool = False
    stacked: bool = False
    expressions: Mapping[str, str] = field(default_factory=dict)

    def properties(self, region: str) -> tuple[str, dict[str, Any]]:
        """A metric widget; an expression refers to the lines before it as m1, m2, ..."""
        hidden = {"visible": False} if self.expressions else {}
        metrics: list[list[Any]] = [
            [
                metric.namespace,
                metric.name,
                *(part for dimension in metric.dimensions.items() for part in dimension),
                {"label": label, "stat": metric.statistic, "period": metric.period, "id": f"m{position}", **hidden},
            ]
            for position, (label, metric) in enumerate(self.lines.items(), start=1)
        ]
        metrics += [
            [{"expression": formula, "label": label, "id": f"e{position}"}]
            for position, (label, formula) in enumerate(self.expressions.items(), start=1)
        ]
        properties: dict[str, Any] = {
            "title": self.title,
            "region": region,
            "view": "singleValue" if self.single_value else "timeSeries",
            "stacked": self.stacked,
            "period": 60,
            "metrics": metrics,
        }
        if not self.single_value:
            properties["yAxis"] = {"left": {"min": 0, "showUnits": False}}
        if self.limit is not None:
            line = {"value": self.limit, "label": f"{self.limit_label} ({self.limit:g})", "color": "#d13212"}
            properties["annotations"] = {"horizontal": [line]}
        return "metric", properties


@dataclass(frozen=True)
class Row:
    """Widgets side by side, all of the same width; `height` in grid units of about 50 pixels."""

    widgets: Sequence[Widget]
    height: int = 6


def dashboard_body(rows: Sequence[Row], *, region: str) -> str:
    """The dashboard as JSON, rows from top to bottom."""
    placed: list[dict[str, Any]] = []
    top = 0
    for row in rows:
        width = COLUMNS // len(row.widgets)
        for position, widget in enumerate(row.widgets):
            kind, properties = widget.properties(region)
            place = {"x": position * width, "y": top, "width": width, "height": row.height}
            placed.append({"type": kind, **place, "properties": properties})
        top += row.height
    return json.dumps({"start": "-PT3H", "periodOverride": "inherit", "widgets": placed})
