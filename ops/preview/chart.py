"""A graph as SVG: lines or areas over time, the numbers along both axes, and the limits of alarms across them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from ops.preview.model import Limit, Series, Window
from ops.preview.scale import ticks, times, written

_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 10, 8, 22
_COLOURS = 8
_LINE = 13
_ROOM_FOR_TIMES = 50
_HEADROOM = 1.05


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A line with its name in the legend."""

    label: str
    series: Series


@dataclass(frozen=True, kw_only=True)
class Plot:
    """Everything that a graph is drawn from."""

    title: str
    unit: str
    window: Window
    lines: Sequence[Drawn]
    limits: Sequence[Limit]
    stacked: bool
    highest: float | None


@dataclass(frozen=True)
class _Frame:
    """Where moments and values are in a picture of some pixels."""

    window: Window
    width: int
    height: int
    marks: Sequence[float]

    @property
    def right(self) -> int:
        return self.width - _RIGHT

    @property
    def bottom(self) -> int:
        return self.height - _BOTTOM

    def x(self, moment: float) -> float:
        share = (moment - self.window.start) / (self.window.end - self.window.start)
        return _LEFT + min(max(share, 0.0), 1.0) * (self.right - _LEFT)

    def y(self, value: float) -> float:
        share = min(max(value / self.marks[-1], 0.0), 1.0)
        return self.bottom - share * (self.bottom - _TOP)


def colour_of(position: int) -> str:
    """The class that colours a line and its mark in the legend."""
    return f"line{position % _COLOURS + 1}"


def draw(plot: Plot, *, width: int, height: int) -> str:
    """The SVG, of which nothing is loaded from elsewhere."""
    frame = _frame(plot, width=width, height=height)
    name = quoteattr(f"{plot.title}. {described(plot)}")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {width} {height}"',
        f" aria-label={name}>",
        f"<title>{escape(plot.title)}</title>",
        f"<desc>{escape(described(plot))}</desc>",
        *_axes(frame, plot.unit),
        *(part for limit in plot.limits for part in _limit(frame, limit)),
        *(_areas(frame, plot.lines) if plot.stacked else _lines(frame, plot.lines)),
        *_names(frame, plot.limits),
        "</svg>",
    ]
    return "".join(parts)


def described(plot: Plot) -> str:
    """The graph in words, for who cannot see it."""
    lines = [_said(line, plot.unit) for line in plot.lines]
    return "; ".join([*lines, *(f"limit {limit.label}" for limit in plot.limits)]) + "."


def sparkline(series: Series, *, width: int, height: int) -> str:
    """The line alone, under a number that says how it is now."""
    highest = max(series.values.values(), default=0.0) or 1.0
    frame = _Frame(series.window, width, height, [0.0, highest * _HEADROOM])
    left = frame.x(series.window.start)
    stroke = "".join(_stroke(frame, run, "line1") for run in _runs(series))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="spark" aria-hidden="true" preserveAspectRatio="none"'
        f' viewBox="{left:.0f} 0 {frame.right - left:.0f} {frame.bottom + 4}">{stroke}</svg>'
    )


def _said(line: Drawn, unit: str) -> str:
    values = line.series.values.values()
    if not values:
        return f"{line.label}: no data"
    lowest, highest = (written(each, unit) for each in (min(values), max(values)))
    latest = written(line.series.latest or 0.0, unit)
    return f"{line.label}: {latest} at last, between {lowest} and {highest}"


def _frame(plot: Plot, *, width: int, height: int) -> _Frame:
    every = [line.series.values for line in plot.lines]
    if plot.stacked:
        tops = [sum(values.get(moment, 0.0) for values in every) for moment in set().union(*every)]
    else:
        tops = [value for values in every for value in values.values()]
    limits = [limit.value for limit in plot.limits]
    highest = plot.highest or max([*tops, *limits], default=0.0) * _HEADROOM
    return _Frame(plot.window, width, height, ticks(highest, binary="bytes" in plot.unit))


def _axes(frame: _Frame, unit: str) -> Iterator[str]:
    for mark in frame.marks:
        y = frame.y(mark)
        yield f'<path class="rule" d="M{_LEFT} {y:.1f}H{frame.right}"/>'
        yield f'<text class="end" x="{_LEFT - 6}" y="{y + 4:.1f}">{escape(written(mark, unit))}</text>'
    last = float(_LEFT)
    for moment, label in times(frame.window):
        x = frame.x(moment)
        yield f'<path class="rule" d="M{x:.1f} {frame.bottom}v4"/>'
        if x - last >= _ROOM_FOR_TIMES / 2 and x <= frame.right - 12:
            yield f'<text class="middle" x="{x:.1f}" y="{frame.bottom + 17}">{label}</text>'
            last = x + _ROOM_FOR_TIMES / 2


def _runs(series: Series) -> Iterator[list[tuple[int, float]]]:
    """The values without the gaps: a run ends where a period has none."""
    run: list[tuple[int, float]] = []
    for moment, value in sorted(series.values.items()):
        if run and moment - run[-1][0] > series.period:
            yield run
            run = []
        run.append((moment, value))
    if run:
        yield run


def _stroke(frame: _Frame, run: Sequence[tuple[int, float]], colour: str) -> str:
    points = [(frame.x(moment), frame.y(value)) for moment, value in run]
    if len(points) == 1:  # a line of one point would not be seen
        return f'<circle class="{colour} dot" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="2.5"/>'
    return f'<path class="{colour} stroke" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'


def _lines(frame: _Frame, lines: Sequence[Drawn]) -> Iterator[str]:
    for position, line in enumerate(lines):
        for run in _runs(line.series):
            yield _stroke(frame, run, colour_of(position))


def _areas(frame: _Frame, lines: Sequence[Drawn]) -> Iterator[str]:
    """Each line on top of those before it."""
    moments = sorted(set().union(*(line.series.values for line in lines)))
    below = dict.fromkeys(moments, 0.0)
    for position, line in enumerate(lines):
        above = {moment: below[moment] + line.series.values.get(moment, 0.0) for moment in moments}
        edge = [f"{frame.x(moment):.1f} {frame.y(value):.1f}" for moment, value in above.items()]
        back = [f"{frame.x(moment):.1f} {frame.y(value):.1f}" for moment, value in reversed(below.items())]
        if edge:
            yield f'<path class="{colour_of(position)} area" d="M{"L".join([*edge, *back])}Z"/>'
            yield f'<path class="{colour_of(position)} stroke" d="M{"L".join(edge)}"/>'
        below = above


def _limit(frame: _Frame, limit: Limit) -> Iterator[str]:
    y, colour = frame.y(limit.value), quoteattr(limit.colour)
    sides = {"above": (_TOP, y - _TOP), "below": (y, frame.bottom - y)}
    if limit.fill in sides:
        top, height = sides[limit.fill]
        size = f'width="{frame.right - _LEFT}" height="{height:.1f}"'
        yield f'<rect class="shade" x="{_LEFT}" y="{top:.1f}" {size} fill={colour}/>'
    yield f'<path class="limit" d="M{_LEFT} {y:.1f}H{frame.right}" stroke={colour}/>'


def _names(frame: _Frame, limits: Sequence[Limit]) -> Iterator[str]:
    """The names of the limits, where no other name stands."""
    heights = _spread([frame.y(limit.value) - 4 for limit in limits], lowest=frame.bottom - 4)
    for limit, y in zip(limits, heights, strict=True):
        yield f'<text class="end limit-name" x="{frame.right - 3}" y="{y:.1f}">{escape(limit.label)}</text>'


def _spread(wanted: Sequence[float], *, lowest: float) -> list[float]:
    """Heights as near to the wanted ones as lines of text can be to each other, all of them within the graph."""
    order = sorted(range(len(wanted)), key=lambda position: wanted[position])
    placed = {position: min(wanted[position], lowest) for position in order}
    for upper, lower in reversed(list(pairwise(order))):
        placed[upper] = min(placed[upper], placed[lower] - _LINE)
    for above, position in enumerate(order):
        placed[position] = max(placed[position], _TOP + _LINE * (above + 0.5))
    return [placed[position] for position in range(len(wanted))]
