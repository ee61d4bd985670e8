"""Where everything is on the canvas: visitors above, the network, services at its right, what protects it below."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.review.picture.arrows import Arrows
from ops.review.picture.geometry import PADDING, Arrow, Placed, Rectangle, height_of, width_of
from ops.review.picture.grid import Grid, grid_of
from ops.review.picture.model import Architecture, Box, Flow, Part

_MARGIN, _PADDING = 16, 10
_ENTRY, _ENTRY_GAP = 190, 30
_PILL = 26
_NETWORK_HEADER = 40
_SERVICES, _SERVICES_GAP, _BETWEEN = 160, 36, 10
_CARD_GAP = 12


@dataclass(frozen=True)
class Layout:
    """Everything that is drawn, from the back to the front."""

    width: int
    height: int
    network: Rectangle
    gateway: Rectangle
    grid: Grid
    boxes: tuple[Placed, ...]
    arrows: tuple[Arrow, ...]
    legend: Rectangle


def layout_of(architecture: Architecture) -> Layout:
    """The layout of an architecture: always the same for the same one."""
    heights = [height_of(box) for box in architecture.entry]
    top = _MARGIN + sum(heights) + _ENTRY_GAP * len(heights) + _PILL // 2
    grid = grid_of(architecture, x=_MARGIN + _PADDING, y=top + _NETWORK_HEADER)
    others = _others(architecture, grid)
    bottom = (others.at.bottom if others else grid.bounds.bottom) + _PADDING
    network = Rectangle(_MARGIN, top, grid.bounds.width + 2 * _PADDING, bottom - top)
    lane = grid.lane(architecture.zones[len(architecture.zones) // 2]) if architecture.zones else network.x + _ENTRY
    entry = _entry(architecture.entry, lane)
    gateways = [_gateway(box, lane, top) for box in architecture.gateways[:1]]
    right = network.right + _SERVICES_GAP
    services = _services(architecture, grid, right)
    width = right + _SERVICES + _MARGIN
    below = max([bottom, *(one.at.bottom for one in services)]) + _MARGIN
    cards = _cards(architecture.cards, below, width)
    arrows = Arrows(architecture, grid, (*entry, *gateways), services, network).all()
    inside = [placed for row in grid.rows for placed in row]
    return Layout(
        width=width,
        height=max([below - _MARGIN, *(card.at.bottom for card in cards)]) + _MARGIN,
        network=network,
        gateway=gateways[0].at if gateways else Rectangle(lane, top, 0, 0),
        grid=grid,
        boxes=(*entry, *gateways, *inside, *([others] if others else []), *services, *cards),
        arrows=tuple(arrows),
        legend=Rectangle(right, _MARGIN, _SERVICES, top - _MARGIN),
    )


def _entry(boxes: Sequence[Box], lane: int) -> list[Placed]:
    placed, top = [], _MARGIN
    for box in boxes:
        placed.append(Placed(box, Rectangle(lane - _ENTRY // 2, top, _ENTRY, height_of(box)), "box centred"))
        top += height_of(box) + _ENTRY_GAP
    return placed


def _gateway(box: Box, lane: int, top: int) -> Placed:
    width = width_of(box.title.text, bold=True) + 2 * PADDING
    return Placed(box, Rectangle(lane - width // 2, top - _PILL // 2, width, _PILL), "pill centred")


def _others(architecture: Architecture, grid: Grid) -> Placed | None:
    """What is permitted and has no arrow, because nothing is expected to go that way."""
    flows = Arrows.undrawn(architecture, grid)
    if not flows:
        return None
    lines = [_line(architecture, flow, part) for flow in flows for part in flow.parts]
    box = Box("others", Part("Also permitted"), tuple(lines))
    at = Rectangle(grid.bounds.x, grid.bounds.bottom + _PADDING, grid.bounds.width, height_of(box))
    return Placed(box, at, "box unexpected")


def _line(architecture: Architecture, flow: Flow, part: Part) -> Part:
    # Of a database, the cluster is what is called, and not the last of its instances.
    titles = {box.name.removesuffix(", storage"): box.title.text for tier in architecture.tiers for box in tier.boxes}
    source, target = (titles.get(end, end) for end in (flow.source, flow.target))
    return Part(f"{source} → {target}: {part.text}", part.resources, part.attached)


def _services(architecture: Architecture, grid: Grid, x: int) -> list[Placed]:
    """Each beside the tier that uses it; what several endpoints lead to is spread around their tier's middle."""
    beside: dict[str, int] = {}
    for row in grid.rows:
        for placed in row:
            names = [link.target for link in architecture.links if link.source == placed.box.name]
            stacked = [box for box in architecture.services if box.name in names and box.name not in beside]
            top = placed.at.middle - (sum(height_of(box) + _BETWEEN for box in stacked) - _BETWEEN) // 2
            for box in stacked:
                beside[box.name] = top
                top += height_of(box) + _BETWEEN
    placed_services, free = [], 0
    last = len(architecture.services)
    order = sorted(
        enumerate(architecture.services), key=lambda one: (beside.get(one[1].name, grid.bounds.bottom + last), one[0])
    )
    for _, box in order:
        top = max(free, beside.get(box.name, free))
        placed_services.append(Placed(box, Rectangle(x, top, _SERVICES, height_of(box)), "box service"))
        free = top + height_of(box) + _BETWEEN
    return placed_services


def _cards(cards: Sequence[Box], top: int, width: int) -> list[Placed]:
    """Side by side, and all as high as the highest."""
    if not cards:
        return []
    each = (width - 2 * _MARGIN - _CARD_GAP * (len(cards) - 1)) // len(cards)
    height = max(height_of(card) for card in cards)
    return [
        Placed(card, Rectangle(_MARGIN + position * (each + _CARD_GAP), top, each, height))
        for position, card in enumerate(cards)
    ]
