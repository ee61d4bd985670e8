"""A dashboard as CloudWatch's JSON describes it, and the values that a graph is drawn from.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_UNIT = re.compile(r"\(([^()]+)\)\s*$")
_DURATION = re.compile(r"-P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_DEFAULT_START = "-PT3H"
_DEFAULT_PERIOD = 300
_SECONDS = (7 * 86_400, 86_400, 3600, 60)


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which time a graph shows, in seconds since 1970: `end` is left out."""

    start: int
    end: int

    def moments(self, period: int) -> range:
        """The beginning of every period in it."""
        return range(self.start - self.start % period, self.end, period)


@dataclass(frozen=True, kw_only=True)
class Series:
    """Values by the second at which their period begins; where there is none, nothing was published."""

    window: Window
    period: int
    values: Mapping[int, float]

    @property
    def latest(self) -> float | None:
        """The newest value."""
        return self.values[max(self.values)] if self.values else None


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric as a widget asks for it."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    period: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a graph, or an input of one: a metric, or a formula over other lines."""

    id: str
    label: str
    visible: bool
    source: Metric | str


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A line across a graph, with one of its sides shaded, or none."""

    value: float
    label: str
    colour: str
    fill: str


@dataclass(frozen=True, kw_only=True)
class Widget:
    """One widget and where it stands on the grid of 24 columns."""

    type: str
    x: int
    y: int
    width: int
    height: int
    properties: Mapping[str, Any]
    start: str = field(repr=False)

    @property
    def title(self) -> str:
        """What stands over it; text has none."""
        return str(self.properties.get("title", ""))

    @property
    def unit(self) -> str:
        """The unit, which the title ends with in brackets."""
        found = _UNIT.search(self.title)
        return found[1] if found else ""

    @property
    def lines(self) -> list[Line]:
        """What a metric widget draws or computes with, in its order."""
        return [_line(entry, position, self.properties) for position, entry in enumerate(self.properties["metrics"])]

    @property
    def limits(self) -> list[Limit]:
        """What is drawn across a graph."""
        drawn = self.properties.get("annotations", {}).get("horizontal", [])
        return [
            Limit(
                value=float(each["value"]),
                label=str(each.get("label", "")),
                colour=str(each.get("color", "#d13212")),
                fill=str(each.get("fill", "none")),
            )
            for each in drawn
        ]

    def window(self, *, now: int) -> Window:
        """Which time it shows, seen at that moment."""
        return Window(start=now - seconds_of(str(self.properties.get("start", self.start))), end=now)


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A dashboard under the name of its page."""

    name: str
    widgets: Sequence[Widget]


def dashboard_of(name: str, body: Mapping[str, Any]) -> Dashboard:
    """What a dashboard's body says."""
    start = str(body.get("start", _DEFAULT_START))
    return Dashboard(
        name=name,
        widgets=[
            Widget(
                type=each["type"],
                x=each["x"],
                y=each["y"],
                width=each["width"],
                height=each["height"],
                properties=each["properties"],
                start=start,
            )
            for each in body["widgets"]
        ],
    )


def seconds_of(duration: str) -> int:
    """The length of a duration before now, like -PT3H or -P7D. Raises ValueError for anything else."""
    found = _DURATION.fullmatch(duration)
    length = (
        sum(int(each or 0) * seconds for each, seconds in zip(found.groups(), _SECONDS, strict=True)) if found else 0
    )
    if not length:
        raise ValueError(f"{duration!r} is no time before now that the preview knows, like -PT3H or -P7D")
    return length


def _line(entry: Sequence[Any], position: int, properties: Mapping[str, Any]) -> Line:
    *names, options = entry if isinstance(entry[-1], Mapping) else [*entry, {}]
    source: Metric | str
    if "expression" in options:
        source, label = str(options["expression"]), str(options["expression"])
    else:
        namespace, name, *dimensions = names
        source, label = (
            Metric(
                namespace=namespace,
                name=name,
                dimensions=dict(zip(dimensions[::2], dimensions[1::2], strict=True)),
                statistic=options.get("stat") or properties.get("stat", "Average"),
                period=options.get("period") or properties.get("period", _DEFAULT_PERIOD),
            ),
            name,
        )
    return Line(
        id=options.get("id", f"unnamed{position}"),
        label=str(options.get("label", label)),
        visible=options.get("visible", True),
        source=source,
    )
