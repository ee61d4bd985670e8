"""The picture as SVG: one file without anything from elsewhere, the same bytes for the same architecture."""

from collections import Counter
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from ops.plan.changes import Action
from ops.review.picture.geometry import LINE, PADDING, Arrow, Placed, Rectangle, fitting, width_of
from ops.review.picture.layout import Layout, layout_of
from ops.review.picture.model import Architecture, Box, Flow, Part
from ops.review.picture.style import CLASSES, SIGNS, WORDS, style_sheet

_BADGE = 16
_HEAD = ((0, 0), (-7, -4), (-7, 4))


def draw(architecture: Architecture) -> str:
    """The SVG, which can stand as a file and inside a page."""
    layout = layout_of(architecture)
    said = _said(architecture)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="architecture" role="img" aria-label={quoteattr(said)}',
        f' viewBox="0 0 {layout.width} {layout.height}" width="{layout.width}" height="{layout.height}"',
        ' style="max-width: 100%; height: auto">',
        f"<title>{escape(said)}</title>",
        f"<style>\n{style_sheet()}\n</style>",
        f'<rect class="page" width="{layout.width}" height="{layout.height}" rx="8"/>',
        *_network(architecture, layout),
        *(line for arrow in layout.arrows for line in _arrow(arrow)),
        *(line for placed in layout.boxes for line in _box(placed)),
        *(line for arrow in layout.arrows for line in _label(arrow)),
        *_legend(architecture, layout.legend),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _said(architecture: Architecture) -> str:
    """The picture in a sentence, for who cannot see it."""
    rows = "; ".join(
        f"{tier.name}: {', '.join(dict.fromkeys(box.title.text for box in tier.boxes)) or 'nothing'}"
        for tier in architecture.tiers
    )
    counts = [f"{count} {WORDS[action]}" for action, count in sorted(_counts(architecture).items())]
    changes = "everything is new" if architecture.is_new else ", ".join(counts)
    outside = ", ".join(box.title.text for box in architecture.services)
    said = f"Architecture in the zones {', '.join(architecture.zones)}. {rows}. Outside: {outside}."
    return f"{said} Resources in the plan: {changes}." if changes else said


def _counts(architecture: Architecture) -> Counter[Action]:
    return Counter(resource.action for resource in architecture.resources if resource.action)


def _network(architecture: Architecture, layout: Layout) -> Iterator[str]:
    at = layout.network
    box = architecture.network
    yield f'<g class="{_class_of(box)}">{_tooltip(box.lines)}'
    yield f'<rect class="network frame" {_geometry(at)} rx="10"/></g>'
    x = at.x + PADDING
    for part in box.lines:
        is_title = part is box.title
        width = width_of(part.text, bold=is_title) + (_BADGE + 6 if part.action else 0)
        if x + width > layout.gateway.x and x < layout.gateway.right:  # the way in runs there
            x = layout.gateway.right + PADDING
        yield from _line(part, x + (_BADGE + 6 if part.action else 0), at.y + 26, "title" if is_title else "muted")
        x += width + PADDING
    for zone, column in layout.grid.zones:
        yield f'<rect class="zone" {_geometry(column)} rx="8"/>'
        yield f'<text class="zone-name end" x="{column.right - PADDING}" y="{column.y + 18}">{escape(zone)}</text>'
    for cell in layout.grid.cells:
        yield from _subnet(cell)


def _subnet(cell: Placed) -> Iterator[str]:
    """Its words stand at the right, where no arrow runs, and its marks on its right edge."""
    yield from _frame(cell, radius=5)
    for position, part in enumerate(cell.box.lines):
        y = cell.at.y + 18 + position * LINE
        style = "title end" if part is cell.box.title else "end" if position == 1 else "muted end"
        yield from _line(part, cell.at.right - PADDING, y, style, badge=cell.at.right)
    yield "</g>"


def _frame(placed: Placed, *, radius: int) -> Iterator[str]:
    yield f'<g class="{placed.style} {_class_of(placed.box)}">{_tooltip(placed.box.lines)}'
    yield f'<rect class="frame" {_geometry(placed.at)} rx="{radius}"/>'


def _box(placed: Placed) -> Iterator[str]:
    at, box = placed.at, placed.box
    centred = "centred" in placed.style
    yield from _frame(placed, radius=at.height // 2 if "pill" in placed.style else 6)
    for position, part in enumerate(box.lines):
        style = "title" if part is box.title else "muted"
        x, y, room = at.x + PADDING, at.y + 20 + position * LINE, at.width - PADDING - 4
        if placed.columns:
            x, y = placed.columns[position], at.middle + 5
            following = placed.columns[position + 1 : position + 2] if part is not box.lines[-1] else ()
            room = (following[0] if following else at.right) - x - PADDING
        if centred:
            x, y = at.x + at.width // 2, y if len(box.lines) > 1 else at.middle + 5
            style += " middle"
        text = fitting(part.text, room, bold=part is box.title)
        # The arrows to a service end at its left.
        edge = x - PADDING if placed.columns else at.right if "service" in placed.style else at.x
        yield from _line(part, x, y, style, text=text, badge=edge)
    yield "</g>"


def _line(
    part: Part, x: int, y: int, style: str, *, text: str | None = None, badge: int | None = None
) -> Iterator[str]:
    """Some words, and a mark where they are touched."""
    yield f'<g class="{_class(part.action)}">{_tooltip([part])}'
    yield f'<text class="words {style}" x="{x}" y="{y}">{escape(part.text if text is None else text)}</text>'
    if part.counted and part.actions:
        sign = " ".join(f"{SIGNS[action]}{count}" for action, count in sorted(part.actions.items()))
        width = width_of(sign, bold=True) + 8
        yield from _badge(sign, x + width_of(part.text) + width // 2 + 4, y - 4, width=width)
    elif part.action:
        yield from _badge(SIGNS[part.action], x - _BADGE // 2 - 4 if badge is None else badge, y - 4)
    yield "</g>"


def _badge(sign: str, x: int, y: int, *, width: int = _BADGE) -> Iterator[str]:
    """A mark, its middle there."""
    yield f'<rect class="badge" x="{x - width // 2}" y="{y - _BADGE // 2}" width="{width}" height="{_BADGE}" rx="4"/>'
    yield f'<text class="sign" x="{x}" y="{y + 4}">{sign}</text>'


def _arrow(arrow: Arrow) -> Iterator[str]:
    kind = "arrow" if isinstance(arrow.of, Flow) else "arrow link"
    points = [*arrow.points]
    (x, y), before = points[-1], points[-2]
    yield f'<g class="{kind} {_class(arrow.action)}">{_tooltip(arrow.parts)}'
    if arrow.has_head:
        downwards = before[0] == x
        tips = [(x - dy, y + dx) if downwards else (x + dx, y + dy) for dx, dy in _HEAD]
        points[-1] = (x, y - 6) if downwards else (x - 6, y)
        yield f'<polygon points="{" ".join(f"{a},{b}" for a, b in tips)}"/>'
    start, *rest = points
    yield f'<path d="M{start[0]} {start[1]}{"".join(f"L{a} {b}" for a, b in rest)}"/></g>'


def _label(arrow: Arrow) -> Iterator[str]:
    if arrow.label is None:
        return
    x, y = arrow.label
    if arrow.centred:
        x -= sum(width_of(part.text) + (_BADGE + 6 if part.action else 0) for part in arrow.parts) // 2
    for part in arrow.parts:
        x += _BADGE + 6 if part.action else 0
        comma = "" if part is arrow.parts[-1] else ","
        yield from _line(part, x, y, "muted", text=f"{part.text}{comma}")
        x += width_of(part.text) + 6


def _legend(architecture: Architecture, at: Rectangle) -> Iterator[str]:
    counts = _counts(architecture)
    if architecture.is_new:
        yield f'<text class="muted" x="{at.x}" y="{at.y + 12}">All of it is new.</text>'
    if not counts:
        return
    yield f'<text class="title" x="{at.x}" y="{at.y + 12}">In this plan</text>'
    for position, action in enumerate(action for action in Action if counts[action]):
        y = at.y + 12 + (position + 1) * (LINE + 3)
        yield f'<g class="{CLASSES[action]}">'
        yield from _badge(SIGNS[action], at.x + _BADGE // 2, y - 4)
        yield f'<text x="{at.x + _BADGE + 8}" y="{y}">{counts[action]} {WORDS[action]}</text></g>'


def _tooltip(parts: tuple[Part, ...] | list[Part]) -> str:
    """What a browser shows when one points at something: every resource that it stands for."""
    resources = dict.fromkeys(resource for part in parts for resource in part.all)
    lines = [resource.address + (f" ({WORDS[resource.action]})" if resource.action else "") for resource in resources]
    return f"<title>{escape(chr(10).join(lines))}</title>" if lines else ""


def _class_of(box: Box) -> str:
    return "is-touched" if box.is_touched and not box.title.action else _class(box.title.action)


def _class(action: Action | None) -> str:
    return CLASSES[action] if action else "as-is"


def _geometry(at: Rectangle) -> str:
    return f'x="{at.x}" y="{at.y}" width="{at.width}" height="{at.height}"'
