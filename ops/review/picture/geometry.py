"""Rectangles and arrows, and how wide words are, near enough."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.plan.changes import Action
from ops.review.picture.model import Box, Flow, Link, Part

LINE = 17
PADDING = 12
_NARROW, _WIDE = "fijlrtI.,:;|()[]'! -/", "mwMWABCDEFGHKLNOPQRSTUVXYZ→—@%"


@dataclass(frozen=True)
class Rectangle:
    """A place on the canvas, y downwards."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """Where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Where it ends, downwards."""
        return self.y + self.height

    @property
    def middle(self) -> int:
        """Half-way down."""
        return self.y + self.height // 2


@dataclass(frozen=True)
class Placed:
    """A box and where it is; `columns` are where its lines start if they stand beside one another."""

    box: Box
    at: Rectangle
    style: str = "box"
    columns: tuple[int, ...] = ()


@dataclass(frozen=True)
class Arrow:
    """A line from point to point, and what is written at `label`."""

    points: Sequence[tuple[int, int]]
    of: Flow | Link
    label: tuple[int, int] | None = None
    has_head: bool = True
    centred: bool = False

    @property
    def action(self) -> Action | None:
        """What is done to the way."""
        return self.of.action if isinstance(self.of, Flow) else None

    @property
    def parts(self) -> tuple[Part, ...]:
        """What opens the way, if that is a rule."""
        return self.of.parts if isinstance(self.of, Flow) else ()


def height_of(box: Box) -> int:
    """How high a box has to be for its lines."""
    return LINE * len(box.lines) + 15


def width_of(text: str, *, bold: bool = False) -> int:
    """How wide a text of the common size is in most sans-serif fonts, rather too much than too little."""
    width = sum(4.0 if each in _NARROW else 9.2 if each in _WIDE else 6.9 for each in text)
    return round(width * (1.07 if bold else 1))


def fitting(text: str, width: int, *, bold: bool = False) -> str:
    """As much of a text as there is room for."""
    if width_of(text, bold=bold) <= width:
        return text
    while text and width_of(f"{text}…", bold=bold) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"
