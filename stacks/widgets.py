"""The vocabulary of dashboards: a row of graphs is a list, and the grid of 24 columns is worked out here.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal, Protocol

from stacks.alarms import Alarm, Expression, Metric

COLUMNS = 24
MOST_WIDGETS = 500
# Red is what wakes someone, orange what waits for the morning.
COLOURS = {"page": "#d13212", "ticket": "#ff7f0e"}

Line = Metric | Expression


class Widget(Protocol):
    """Anything that knows its type and properties."""

    def properties(self, region: str) -> tuple[str, dict[str, Any]]:
        """The widget's type and its properties, as CloudWatch spells them."""


@dataclass(frozen=True)
class Text:
    """Markdown without a frame: what a row is about, and where to read on."""

    markdown: str

    def properties(self, region: str) -> tuple[str, dict[str, Any]]:  # noqa: ARG002 - text has no region
        """A text widget."""
        return "text", {"markdown": self.markdown, "background": "transparent"}


@dataclass(frozen=True)
class AlarmStates:
    """The states of alarms, the ones that are off the rails first."""

    title: str
    alarm_arns: Sequence[str]

    def properties(self, region: str) -> tuple[str, dict[str, Any]]:  # noqa: ARG002 - the ARNs name their region
        """An alarm status widget."""
        return "alarm", {"title": self.title, "alarms": list(self.alarm_arns), "sortBy": "stateUpdatedTimestamp"}


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Lines over time. The title ends with the unit; the limits of `alarms` are drawn across it."""

    title: str
    lines: Mapping[str, Line]
    alarms: Sequence[Alarm] = ()
    view: Literal["timeSeries", "singleValue"] = "timeSeries"
    stacked: bool = False
    highest: float | None = None
    start: str | None = None

    def properties(self, region: str) -> tuple[str, dict[str, Any]]:
        """A metric widget."""
        properties: dict[str, Any] = {
            "title": self.title,
            "region": region,
            "view": self.view,
            "stacked": self.stacked,
            "period": 60,
            "metrics": list(self._metrics()),
        }
        if self.start:
            properties |= {"start": self.start}
        if self.view == "singleValue":
            return "metric", properties | {"sparkline": True}
        highest = {} if self.highest is None else {"max": self.highest}
        properties["yAxis"] = {"left": {"min": 0, "showUnits": False, **highest}}
        if self.alarms:
            properties["annotations"] = {"horizontal": [_limit(alarm) for alarm in self.alarms]}
        return "metric", properties

    def _metrics(self) -> Iterator[list[Any]]:
        """A line for each metric; the inputs of an expression are there, but not drawn."""
        taken: set[str] = set()
        for position, (label, line) in enumerate(self.lines.items(), start=1):
            if isinstance(line, Metric):
                yield _metric(line, label=label, id=f"line{position}")
                continue
            if again := taken & line.metrics.keys():
                raise ValueError(f"{self.title}: two expressions have an input named {', '.join(sorted(again))}")
            taken |= line.metrics.keys()
            for name, metric in line.metrics.items():
                yield _metric(metric, id=name, visible=False)
            yield [{"expression": line.formula, "label": label, "id": f"line{position}"}]


@dataclass(frozen=True)
class Row:
    """Widgets side by side, of the same width unless `widths` says otherwise; `height` in units of about 50 pixels."""

    widgets: Sequence[Widget]
    height: int = 6
    widths: Sequence[int] = ()

    def places(self) -> Iterator[tuple[Widget, int, int]]:
        """Each widget with its column and its width. Raises ValueError if they do not fit."""
        widths = self.widths or [COLUMNS // len(self.widgets)] * len(self.widgets)
        if len(widths) != len(self.widgets) or sum(widths) > COLUMNS:
            raise ValueError(f"{len(self.widgets)} widgets do not fit widths of {list(widths)} in {COLUMNS} columns")
        yield from zip(self.widgets, accumulate(widths, initial=0), widths, strict=False)


def dashboard_body(rows: Sequence[Row], *, region: str) -> str:
    """The dashboard as JSON, rows from top to bottom."""
    placed: list[dict[str, Any]] = []
    top = 0
    for row in rows:
        for widget, column, width in row.places():
            kind, properties = widget.properties(region)
            place = {"x": column, "y": top, "width": width, "height": row.height}
            placed.append({"type": kind, **place, "properties": properties})
        top += row.height
    if len(placed) > MOST_WIDGETS:
        raise ValueError(f"a dashboard holds {MOST_WIDGETS} widgets, not {len(placed)}")
    return json.dumps({"start": "-PT3H", "periodOverride": "inherit", "widgets": placed})


def _metric(metric: Metric, **rendering: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    dimensions = (part for dimension in metric.dimensions.items() for part in dimension)
    options = {"stat": metric.statistic, "period": metric.period, **rendering}
    return [metric.namespace, metric.name, *dimensions, options]


def _limit(alarm: Alarm) -> dict[str, Any]:
    """The limit of an alarm, with the side shaded on which it is on; above 0 that would be the whole graph."""
    side, limit = ("above", alarm.above) if alarm.above is not None else ("below", alarm.below)
    shade = {"fill": side} if limit else {}
    return {"value": limit, "label": f"{alarm.name}: {side} {limit:,.10g}", "color": COLOURS[alarm.severity], **shade}
