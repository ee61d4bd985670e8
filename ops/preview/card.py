"""A widget as the page shows it: where it stands, what is drawn in it, and whether its values are made up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from ops.preview.chart import Drawn, Plot, colour_of, draw, sparkline
from ops.preview.markdown import rendered
from ops.preview.maths import UnknownMathsError, compute
from ops.preview.model import Line, Metric, Series, Widget, Window
from ops.preview.scale import written
from ops.preview.values import Samples, Values

# What a unit of the grid is in a window of 1,600 pixels, and what of it goes to the frame, the title and the legend.
COLUMN, ROW = 64, 50
_FRAME, _AROUND, _LEGEND_LINE = 34, 58, 18
_CHARACTER, _AROUND_LABEL = 6.4, 36
_SPARK_WIDTH, _SPARK_HEIGHT = 240, 60
_NOTHING = Markup()
_WORST_FIRST = ("ALARM", "INSUFFICIENT_DATA", "OK")


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a template needs of a widget."""

    widget: Widget
    kind: str
    is_sample: bool = False
    drawing: Markup = _NOTHING
    legend: Sequence[tuple[str, str, str]] = ()
    number: str = ""
    states: Sequence[tuple[str, str]] = ()
    note: str = ""


def card_of(widget: Widget, *, values: Values, samples: Samples, now: int) -> Card:
    """The widget with values, or with samples where there are none."""
    match widget.type:
        case "text":
            return Card(widget=widget, kind="words", drawing=rendered(str(widget.properties["markdown"])))
        case "alarm":
            return _alarms(widget, values=values, samples=samples)
        case "metric" if widget.properties.get("view", "timeSeries") in {"timeSeries", "singleValue"}:
            return _metrics(widget, values=values, samples=samples, now=now)
        case _:
            shown = widget.properties.get("view", widget.type)
            return Card(widget=widget, kind="unknown", note=f"The preview cannot draw {shown}. CloudWatch may.")


def _alarms(widget: Widget, *, values: Values, samples: Samples) -> Card:
    arns = [str(arn) for arn in widget.properties["alarms"]]
    known = values.states(arns)
    states = known or samples.states(arns)
    named = [(arn.rpartition(":")[2], states.get(arn, "INSUFFICIENT_DATA")) for arn in arns]
    return Card(
        widget=widget,
        kind="alarms",
        is_sample=isinstance(values, Samples) or not known,
        states=sorted(named, key=lambda each: (_WORST_FIRST.index(each[1]), each[0])),
    )


def _metrics(widget: Widget, *, values: Values, samples: Samples, now: int) -> Card:
    window = widget.window(now=now)
    metrics = {line.id: line.source for line in widget.lines if isinstance(line.source, Metric)}
    found = _found(metrics, values, window)
    is_sample = isinstance(values, Samples) or not any(series.values for series in found.values())
    if is_sample:
        found = _found(metrics, samples, window)
    card = Card(widget=widget, kind="graph", is_sample=is_sample)
    try:
        drawn = [Drawn(label=line.label, series=_values_of(line, found)) for line in widget.lines if line.visible]
    except UnknownMathsError as error:
        return replace(card, kind="unknown", note=str(error))
    if widget.properties.get("view") == "singleValue":
        return _number(card, drawn)
    return _graph(card, drawn, window)


def _found(metrics: Mapping[str, Metric], values: Values, window: Window) -> dict[str, Series]:
    return dict(zip(metrics, values.series(list(metrics.values()), window), strict=True))


def _values_of(line: Line, found: dict[str, Series]) -> Series:
    """The values of a line; a formula may look at those of the lines before it."""
    if isinstance(line.source, str):
        found[line.id] = compute(line.source, found)
    return found[line.id]


def _graph(card: Card, drawn: Sequence[Drawn], window: Window) -> Card:
    widget = card.widget
    plot = Plot(
        title=widget.title,
        unit=widget.unit,
        window=window,
        lines=drawn,
        limits=widget.limits,
        stacked=bool(widget.properties.get("stacked")),
        highest=widget.properties.get("yAxis", {}).get("left", {}).get("max"),
    )
    legend = [
        (colour_of(position), line.label, _latest(line.series, widget.unit)) for position, line in enumerate(drawn)
    ]
    width = widget.width * COLUMN - _FRAME
    height = widget.height * ROW - _AROUND - _LEGEND_LINE * _lines_of(legend, width)
    drawing = draw(plot, width=width, height=height)
    return replace(card, drawing=Markup(drawing), legend=legend)  # noqa: S704 - its parts are escaped where it is drawn


def _lines_of(legend: Sequence[tuple[str, str, str]], width: int) -> int:
    """How many lines a legend takes, about."""
    lines, used = 1, 0.0
    for _, label, latest in legend:
        wanted = len(f"{label} {latest}") * _CHARACTER + _AROUND_LABEL
        lines, used = (lines, used + wanted) if used + wanted <= width else (lines + 1, wanted)
    return lines


def _number(card: Card, drawn: Sequence[Drawn]) -> Card:
    series = drawn[0].series
    drawing = Markup(sparkline(series, width=_SPARK_WIDTH, height=_SPARK_HEIGHT))  # noqa: S704 - numbers only
    return replace(card, kind="number", number=_latest(series, card.widget.unit), drawing=drawing)


def _latest(series: Series, unit: str) -> str:
    return "no data" if series.latest is None else written(series.latest, unit)
