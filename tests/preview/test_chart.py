"""Graphs: what is drawn is where its value is, and numbers are written as people write them."""

import re
from itertools import pairwise

import pytest

from ops.preview.chart import Drawn, Plot, draw
from ops.preview.model import Limit, Series, Window
from ops.preview.scale import ticks, times, written
from tests.preview.made import series

pytestmark = pytest.mark.requirement("OBS-3")

WIDTH, HEIGHT = 400, 200


def limit(value: float, fill: str = "above", label: str = "alarm") -> Limit:
    return Limit(value=value, label=label, colour="#d13212", fill=fill)


def drawn(*lines: Series, limits: tuple[Limit, ...] = (), stacked: bool = False, highest: float | None = None) -> str:
    plot = Plot(
        title="Requests (count)",
        unit="count",
        window=lines[0].window,
        lines=[Drawn(label=f"line {position}", series=each) for position, each in enumerate(lines)],
        limits=limits,
        stacked=stacked,
        highest=highest,
    )
    return draw(plot, width=WIDTH, height=HEIGHT)


def points(svg: str, kind: str) -> list[list[tuple[float, float]]]:
    paths = re.findall(rf'class="[^"]*{kind}" d="M([^"]+)"', svg)
    return [[(float(x), float(y)) for x, y in (each.split() for each in path.rstrip("Z").split("L"))] for path in paths]


def heights(svg: str) -> list[float]:
    return [float(y) for y in re.findall(r'class="limit" d="M\d+ ([\d.]+)H', svg)]


def test_time_goes_to_the_right_and_more_is_higher() -> None:
    ((*line,),) = points(drawn(series(1, 5, 3)), "stroke")
    (x1, y1), (x2, y2), (x3, y3) = line
    assert x1 < x2 < x3
    assert y2 < y3 < y1


def test_a_gap_breaks_the_line_and_a_lonely_value_is_a_dot() -> None:
    svg = drawn(series(1, 2, None, 4, None, 5, 6))
    assert [len(run) for run in points(svg, "stroke")] == [2, 2]
    assert svg.count("<circle") == 1


def test_a_limit_far_above_the_values_is_within_the_picture_and_its_side_is_shaded() -> None:
    svg = drawn(series(1, 2), limits=(limit(50), limit(10, "below"), limit(30, "none")))
    above, below, plain = heights(svg)
    assert 0 < above < plain < below < HEIGHT
    shades = [
        (float(y), float(tall))
        for y, tall in re.findall(r'class="shade"[^>]* y="([\d.]+)"[^>]* height="([\d.]+)"', svg)
    ]
    assert len(shades) == 2
    assert sum(shades[0]) == pytest.approx(above, abs=0.2)
    assert shades[1][0] == pytest.approx(below, abs=0.2)


def test_names_of_limits_do_not_lie_over_each_other() -> None:
    svg = drawn(series(1, 2), limits=tuple(limit(50 + each / 10, label=f"limit {each}") for each in range(4)))
    names = sorted(float(y) for y in re.findall(r'limit-name" x="\d+" y="([\d.]+)"', svg))
    assert len(names) == 4
    assert all(lower - upper >= 12 for upper, lower in pairwise(names))


def test_what_is_stacked_stands_on_what_is_below_it() -> None:
    lower, upper = points(drawn(series(2, 2), series(3, 3), stacked=True, highest=10), "stroke")
    alone = points(drawn(series(5, 5), highest=10), "stroke")[0]
    assert [y for _, y in upper] == [y for _, y in alone]
    assert lower[0][1] > upper[0][1]


def test_a_graph_without_values_says_so() -> None:
    svg = drawn(series(None, None))
    assert "line 0: no data" in svg
    assert not points(svg, "stroke")


@pytest.mark.parametrize(
    ("highest", "binary", "expected"),
    [
        (0, False, [0, 1]),
        (0.09, False, [0, 0.025, 0.05, 0.075, 0.1]),
        (5.2, False, [0, 2, 4, 6]),
        (100, False, [0, 25, 50, 75, 100]),
        (1312, False, [0, 500, 1000, 1500]),
        (3.9 * 1024**3, True, [0, 1024**3, 2 * 1024**3, 3 * 1024**3, 4 * 1024**3]),
    ],
)
def test_numbers_along_a_graph_are_round(highest: float, *, binary: bool, expected: list[float]) -> None:
    assert ticks(highest, binary=binary) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0, "count", "0"),
        (0.403, "s", "0.403"),
        (28.24, "%", "28.2"),
        (740, "count", "740"),
        (999.9, "count", "1k"),
        (875_000, "s", "875k"),
        (2.1e8, "count", "210M"),
        (25.6 * 1024**3, "bytes", "25.6 GiB"),
        (0, "bytes", "0"),
        (12, "bytes in 5 minutes", "12 B"),
    ],
)
def test_numbers_have_three_digits_that_matter(value: float, unit: str, expected: str) -> None:
    assert written(value, unit) == expected


@pytest.mark.parametrize(
    ("hours", "first"), [(3, "00:00"), (24, "00:00"), (7 * 24, "1 Jan"), (14 * 24, "1 Jan"), (60 * 24, "1 Jan")]
)
def test_a_graph_has_a_handful_of_times_under_it(hours: int, first: str) -> None:
    found = list(times(Window(start=0, end=hours * 3600)))
    assert 4 <= len(found) <= 10
    assert found[0] == (0, first)
