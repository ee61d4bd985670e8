"""How it looks, in light and in dark. Colours are written out: many viewers do not know CSS variables."""

from ops.plan.changes import Action

FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif"

# A mark is a sign and a word besides its colour, and a frame has another stroke, for whoever does not see colours.
SIGNS = {Action.CREATE: "+", Action.CHANGE: "~", Action.REPLACE: "±", Action.DESTROY: "\N{MINUS SIGN}"}
WORDS = {Action.CREATE: "new", Action.CHANGE: "changed", Action.REPLACE: "replaced", Action.DESTROY: "removed"}
CLASSES = {action: f"is-{word}" for action, word in WORDS.items()}

# What is coloured, and with which colour in light and in dark.
_COLOURS = [
    (".page", "fill", "#ffffff", "#0d1117"),
    (".network", "fill", "#f6f8fa", "#11161d"),
    (".network", "stroke", "#54708f", "#5b7795"),
    (".zone", "stroke", "#a3b1bf", "#414b57"),
    (".subnet .frame", "fill", "#eaeef2", "#1b222b"),
    (".public .frame", "fill", "#e3f1e6", "#12261b"),
    (".application .frame", "fill", "#e1ecfa", "#11233a"),
    (".database .frame", "fill", "#efe7f8", "#251b38"),
    (".box .frame, .pill .frame", "fill", "#ffffff", "#1a2029"),
    (".box .frame, .pill .frame", "stroke", "#8794a1", "#596572"),
    (".unexpected .frame", "stroke", "#9a6700", "#d29922"),
    ("text", "fill", "#1f2a35", "#dde4eb"),
    (".muted", "fill", "#525f6b", "#98a4b0"),
    (".arrow path", "stroke", "#3c5570", "#8fa9c4"),
    (".arrow polygon", "fill", "#3c5570", "#8fa9c4"),
    (".link path", "stroke", "#8794a1", "#6b7885"),
    (".link polygon", "fill", "#8794a1", "#6b7885"),
    (".zone-name", "fill", "#40617f", "#8fb0d0"),
    (".sign", "fill", "#ffffff", "#0d1117"),
    (".is-touched > .frame", "stroke", "#9a6700", "#d29922"),
]
_MARKS = {
    Action.CREATE: ("#1a7f37", "#3fb950", "#dafbe1", "#12301d"),
    Action.CHANGE: ("#9a6700", "#d29922", "#fff6cf", "#33290f"),
    Action.REPLACE: ("#8250df", "#b083f0", "#f5eaff", "#2b2045"),
    Action.DESTROY: ("#cf222e", "#f4706a", "#ffe9e7", "#3a181b"),
}
_STROKES = {
    Action.CREATE: "stroke-width: 2.5",
    Action.CHANGE: "stroke-width: 2.5; stroke-dasharray: 14 3",
    Action.REPLACE: "stroke-width: 2.5; stroke-dasharray: 7 4",
    Action.DESTROY: "stroke-width: 2.5; stroke-dasharray: 2 4",
}
_SHAPES = """
text { font: 12px FONT }
.title { font-weight: 600; font-size: 13px }
.zone-name { font-weight: 600; font-size: 13px }
.sign { font-weight: 700; text-anchor: middle }
.is-touched > .frame { stroke-width: 2; stroke-dasharray: 14 3 }
.end { text-anchor: end }
.middle { text-anchor: middle }
.frame { stroke-width: 1 }
.subnet .frame { stroke: none }
.zone { fill: none; stroke-dasharray: 4 4 }
.network { stroke-width: 1.5 }
.arrow path { fill: none; stroke-width: 1.5 }
.is-removed .words { text-decoration: line-through }
"""


def style_sheet() -> str:
    """The style sheet; everything in it holds inside the picture only, wherever that is put."""
    plain = [*_SHAPES.replace("FONT", FONT).strip().splitlines()]
    plain += [
        f".{CLASSES[action]} > .frame, .{CLASSES[action]} > path {{ {stroke} }}" for action, stroke in _STROKES.items()
    ]
    light = [f"{selector} {{ {name}: {colour} }}" for selector, name, colour, _ in _COLOURS]
    dark = [f"{selector} {{ {name}: {colour} }}" for selector, name, _, colour in _COLOURS]
    for action, (strong, strong_in_dark, pale, pale_in_dark) in _MARKS.items():
        light += _mark(CLASSES[action], strong, pale)
        dark += _mark(CLASSES[action], strong_in_dark, pale_in_dark)
    inside = [_scoped(rule) for rule in [*plain, *light]]
    return "\n".join([*inside, "@media (prefers-color-scheme: dark) {", *map(_scoped, dark), "}"])


def _mark(name: str, strong: str, pale: str) -> list[str]:
    return [
        f".{name} > .frame {{ stroke: {strong}; fill: {pale} }}",
        f".{name} > path {{ stroke: {strong} }}",
        f".{name} > polygon, .{name} > .badge {{ fill: {strong} }}",
    ]


def _scoped(rule: str) -> str:
    selectors, _, declarations = rule.partition("{")
    scoped = ", ".join(f".architecture {selector.strip()}" for selector in selectors.split(","))
    return f"{scoped} {{{declarations}"
