"""Where the arrows run: down the lane of each zone, across between neighbours, and out to the services.

No arrow crosses words. A flow that no lane leads to is not drawn but written down.
"""

from collections.abc import Iterator, Sequence

from ops.review.picture.geometry import Arrow, Placed, Rectangle
from ops.review.picture.grid import Grid
from ops.review.picture.model import INTERNET, Architecture, Flow, Link, Place

_BESIDE = 8
_BUS = 14
_BELOW = 30


class Arrows:
    """All arrows of a picture whose boxes have their places."""

    def __init__(
        self,
        architecture: Architecture,
        grid: Grid,
        entry: Sequence[Placed],
        services: Sequence[Placed],
        network: Rectangle,
    ) -> None:
        self._architecture = architecture
        self._grid = grid
        self._entry = entry
        self._services = {placed.box.name: placed.at for placed in services}
        self._network = network

    @staticmethod
    def undrawn(architecture: Architecture, grid: Grid) -> list[Flow]:
        """The flows that no lane leads to."""
        return [flow for flow in architecture.flows if _way(flow, grid) is None]

    def all(self) -> Iterator[Arrow]:
        """Every arrow, links before flows, which are what matters."""
        yield from self._links()
        for flow in self._architecture.flows:
            match _way(flow, self._grid):
                case "in":
                    yield from self._in(flow)
                case "beside":
                    yield from self._beside(flow)
                case "down":
                    yield from self._down(flow)

    def _in(self, flow: Flow) -> Iterator[Arrow]:
        """From the visitors through whatever stands between them and the first tier."""
        (target, *_) = _named(self._grid, flow.target)
        stops = [placed.at for placed in self._entry]
        lane = stops[0].x + stops[0].width // 2
        for above, below in zip(stops, [*stops[1:], target.at], strict=True):
            is_first = above is stops[0]
            label = (lane + _BESIDE, (above.bottom + below.y) // 2 + 3) if is_first else None
            yield Arrow([(lane, above.bottom), (lane, below.y)], flow, label)

    def _beside(self, flow: Flow) -> Iterator[Arrow]:
        """From the left to the right of each zone, at the height of the title."""
        for source in _named(self._grid, flow.source):
            for target in _named(self._grid, flow.target):
                if self._grid.zone_at(source.at) == self._grid.zone_at(target.at):
                    y = target.at.y + 16
                    gap = (source.at.right + target.at.x) // 2
                    yield Arrow([(source.at.right, y), (target.at.x, y)], flow, (gap, target.at.y - 4), centred=True)

    def _down(self, flow: Flow) -> Iterator[Arrow]:
        """From one tier to the next. What stands in single zones reaches every zone, by a line between the tiers."""
        sources, targets = _named(self._grid, flow.source), _named(self._grid, flow.target)
        arriving = {lane: min(one.at.y for one in targets if _over(one, lane)) for lane in self._lanes(targets)}
        if sources[0].box.place is Place.ACROSS:
            for lane, top in arriving.items():
                bottom = max((one.at.bottom for one in sources if _over(one, lane)), default=None)
                if bottom is not None:
                    yield Arrow([(lane, bottom), (lane, top)], flow, (lane + _BESIDE, bottom + _BELOW))
            return
        cells_end = max(cell.at.bottom for cell in self._grid.cells if cell.at.y <= sources[0].at.y <= cell.at.bottom)
        bus = cells_end + _BUS
        leaving = {lane: max(one.at.bottom for one in sources if _over(one, lane)) for lane in self._lanes(sources)}
        for lane, bottom in leaving.items():
            yield Arrow([(lane, bottom), (lane, bus)], flow, has_head=False)
        ends = [*leaving, *arriving]
        if len(set(ends)) > 1:
            yield Arrow([(min(ends), bus), (max(ends), bus)], flow, has_head=False)
        for lane, top in arriving.items():
            yield Arrow([(lane, bus), (lane, top)], flow, (lane + _BESIDE, bus + 18))

    def _lanes(self, boxes: Sequence[Placed]) -> list[int]:
        lanes = [self._grid.lane(zone) for zone, _ in self._grid.zones]
        return [lane for lane in lanes if any(_over(placed, lane) for placed in boxes)]

    def _links(self) -> Iterator[Arrow]:
        for source in dict.fromkeys(link.source for link in self._architecture.links):
            links = [link for link in self._architecture.links if link.source == source]
            reached = [(link, self._services[link.target]) for link in links if link.target in self._services]
            boxes = _named(self._grid, source)
            if boxes and reached:
                yield from self._out(max((placed.at for placed in boxes), key=lambda at: at.right), reached)

    def _out(self, source: Rectangle, reached: list[tuple[Link, Rectangle]]) -> Iterator[Arrow]:
        """Straight to the right; to several, or to one at another height, by a line beside the network."""
        # Between the last zone and the services stands nothing; from any other zone the way begins at the border.
        last = self._grid.bounds.right - source.right < source.width
        start = source.right if last else self._network.right
        bus = self._network.right + _BUS
        y = source.middle
        heights = [y if at.y < y < at.bottom and len(reached) == 1 else at.middle for _, at in reached]
        if heights == [y]:
            yield Arrow([(start, y), (reached[0][1].x, y)], reached[0][0])
            return
        yield Arrow([(start, y), (bus, y)], reached[0][0], has_head=False)
        yield Arrow([(bus, min(y, *heights)), (bus, max(y, *heights))], reached[0][0], has_head=False)
        for (link, at), height in zip(reached, heights, strict=True):
            yield Arrow([(bus, height), (at.x, height)], link)


def _way(flow: Flow, grid: Grid) -> str | None:
    """How a flow runs, if there is a lane for it."""
    rows = {placed.box.name: position for position, row in enumerate(grid.rows) for placed in row}
    places = {placed.box.name: placed.box.place for row in grid.rows for placed in row}
    source, target = rows.get(flow.source), rows.get(flow.target)
    if flow.source == INTERNET and target == 0:
        return "in"
    if source is None or target is None:
        return None
    if source == target and (places[flow.source], places[flow.target]) == (Place.LEFT, Place.RIGHT):
        return "beside"
    return "down" if target == source + 1 and places[flow.target] is not Place.RIGHT else None


def _named(grid: Grid, name: str) -> list[Placed]:
    return [placed for row in grid.rows for placed in row if placed.box.name == name]


def _over(placed: Placed, lane: int) -> bool:
    return placed.at.x < lane < placed.at.right
