"""The inside of the network on the canvas: zones are columns, tiers are rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ops.review.picture.geometry import LINE, PADDING, Placed, Rectangle, height_of
from ops.review.picture.model import Architecture, Box, Place, Tier

_COLUMN, _COLUMN_GAP, _ROW_GAP = 236, 8, 38
_INSET = 6
_LEFT, _RIGHT = 108, 84
_HEADER = 3 * LINE + 13
_LABEL = 12
_BAR = 36
# What calls and what is called stands above one another at the left of its zone; words stand at the right.
LANE = 2 * _INSET + _LEFT // 2


@dataclass(frozen=True)
class Grid:
    """Where zones, subnets, and what stands in them are. `rows` are the boxes of each tier."""

    zones: tuple[tuple[str, Rectangle], ...]
    cells: tuple[Placed, ...]
    rows: tuple[tuple[Placed, ...], ...]
    bounds: Rectangle

    def lane(self, zone: str) -> int:
        """Where arrows of a zone run."""
        return dict(self.zones)[zone].x + LANE

    def zone_at(self, place: Rectangle) -> str | None:
        """The zone that a place begins in."""
        return next((zone for zone, at in self.zones if at.x <= place.x < at.right), None)


def grid_of(architecture: Architecture, *, x: int, y: int) -> Grid:
    """The grid with its upper left corner there."""
    columns = {zone: x + position * (_COLUMN + _COLUMN_GAP) for position, zone in enumerate(architecture.zones)}
    top = y + LINE + 10
    cells, rows = [], []
    for tier in architecture.tiers:
        row = _Row(tier, columns, top)
        cells += row.cells
        rows.append(row.boxes)
        top += row.height + _ROW_GAP
    bounds = Rectangle(x, y, max(columns.values(), default=x) + _COLUMN - x, max(top - _ROW_GAP, y) + _INSET - y)
    zones = tuple((zone, Rectangle(left, y, _COLUMN, bounds.height)) for zone, left in columns.items())
    return Grid(zones, tuple(cells), tuple(rows), bounds)


class _Row:
    """One tier: what stands in each subnet below the words, and below that what stands across."""

    def __init__(self, tier: Tier, columns: dict[str, int], top: int) -> None:
        self._columns = columns
        inside = [box for box in tier.boxes if box.place is not Place.ACROSS]
        across = [box for box in tier.boxes if box.place is Place.ACROSS]
        self._height_beside = max((height_of(box) for box in inside if box.place is not Place.WHOLE), default=0)
        header = top + _HEADER + (_LABEL if any(box.place is Place.RIGHT for box in inside) else 0)
        placed = [one for zone in columns for one in self._in_zone(zone, inside, header)]
        bottom = max((one.at.bottom for one in placed), default=header - _INSET)
        for box in across:
            bars = list(self._bars(box, bottom + _INSET))
            placed += bars
            bottom = max(bar.at.bottom for bar in bars)
        self.boxes = tuple(placed)
        self.height = bottom + _INSET - top
        self.cells = [
            Placed(
                box, Rectangle(columns[zone] + _INSET, top, _COLUMN - 2 * _INSET, self.height), f"subnet {tier.name}"
            )
            for zone, box in tier.subnets.items()
        ]

    def _in_zone(self, zone: str, boxes: list[Box], top: int) -> Iterator[Placed]:
        left = self._columns[zone] + 2 * _INSET
        right = self._columns[zone] + _COLUMN - 2 * _INSET
        below = {Place.LEFT: top, Place.RIGHT: top}
        for box in boxes:
            if zone not in box.zones or box.place is Place.WHOLE:
                continue
            height = self._height_beside
            at = Rectangle(left, below[box.place], _LEFT, height)
            if box.place is Place.RIGHT:
                at = Rectangle(right - _RIGHT, below[box.place], _RIGHT, height)
            yield Placed(box, at)
            below[box.place] = at.bottom + _INSET
        bottom = max(below.values())
        for box in boxes:
            if zone in box.zones and box.place is Place.WHOLE:
                at = Rectangle(left, bottom, right - left, height_of(box))
                yield Placed(box, at)
                bottom = at.bottom + _INSET

    def _bars(self, box: Box, top: int) -> Iterator[Placed]:
        """One bar, or several where a zone between has no subnet for it."""
        for zones in _neighbours(list(self._columns), box.zones):
            left = self._columns[zones[0]] + 2 * _INSET
            width = self._columns[zones[-1]] + _COLUMN - 2 * _INSET - left
            if len(zones) < len(box.lines):
                yield Placed(box, Rectangle(left, top, width, height_of(box)))
            else:
                starts = tuple(self._columns[zone] + 2 * _INSET + PADDING for zone in zones)
                yield Placed(box, Rectangle(left, top, width, _BAR), columns=starts)


def _neighbours(zones: list[str], chosen: tuple[str, ...]) -> list[list[str]]:
    """The chosen zones, in groups of columns that stand side by side."""
    positions = [position for position, zone in enumerate(zones) if zone in chosen]
    groups = [[zones[positions[0]]]]
    for before, position in pairwise(positions):
        if position == before + 1:
            groups[-1].append(zones[position])
        else:
            groups.append([zones[position]])
    return groups
