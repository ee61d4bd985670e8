"""Widgets and series to be drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

from ops.preview.model import Metric, Series, Widget, Window, dashboard_of

MINUTE = 60
WINDOW = Window(start=0, end=10 * MINUTE)


def series(*values: float | None, period: int = MINUTE) -> Series:
    """Values one period after the other; None is a gap."""
    return Series(
        window=Window(start=0, end=len(values) * period),
        period=period,
        values={at * period: value for at, value in enumerate(values) if value is not None},
    )


def listed(found: Series) -> list[float | None]:
    """The values of a series as `series` takes them."""
    return [found.values.get(moment) for moment in found.window.moments(found.period)]


def metric(name: str = "RequestCount", statistic: str = "Sum", period: int = MINUTE, **dimensions: str) -> Metric:
    return Metric(namespace="AWS/Any", name=name, dimensions=dimensions, statistic=statistic, period=period)


def graph(*metrics: Sequence[Any], title: str = "Requests (count)", **properties: object) -> Widget:
    """A graph of metrics as CloudWatch spells them."""
    shown = [*metrics] or [["AWS/Any", "RequestCount", {"stat": "Sum", "period": MINUTE}]]
    return widget("metric", {"title": title, "view": "timeSeries", "metrics": shown, **properties})


def widget(kind: str, properties: Mapping[str, Any]) -> Widget:
    body = {"widgets": [{"type": kind, "x": 0, "y": 0, "width": 6, "height": 6, "properties": properties}]}
    (made,) = dashboard_of("made", body).widgets
    return made
