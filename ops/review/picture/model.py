"""What a picture shows: zones, the tiers in them, what stands there, what is outside, and who may call whom.

Whatever is shown knows the resources that it stands for, so that nothing of an environment is left out unnoticed, and
nothing that is shown is not there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ops.plan.changes import Action
from ops.review.picture.inventory import Resource

INTERNET = "Internet"


@dataclass(frozen=True)
class Part:
    """A line of text; `resources` are what it says, `attached` are settings of theirs.

    A part that is `counted` tells how many there are of something.
    """

    text: str
    resources: tuple[Resource, ...] = ()
    attached: tuple[Resource, ...] = ()
    counted: bool = False

    @property
    def all(self) -> tuple[Resource, ...]:
        """Every resource that it stands for."""
        return self.resources + self.attached

    @property
    def actions(self) -> Counter[Action]:
        """What is done to the things that are counted, and to how many."""
        return Counter(resource.action for resource in self.resources if resource.action)

    @property
    def action(self) -> Action | None:
        """What is done to it. Where only some of it is touched, or a setting of it, it is changed."""
        actions = {resource.action for resource in self.resources}
        if len(actions) == 1 and (only := actions.pop()):
            return only
        return Action.CHANGE if any(resource.action for resource in self.all) else None


class Place(StrEnum):
    """Where in its subnets something stands: in each of them, or across all of them."""

    WHOLE = "whole"
    LEFT = "left"
    RIGHT = "right"
    ACROSS = "across"


@dataclass(frozen=True)
class Box:
    """Something that is shown with a frame: a title and lines. `name` is what flows call it.

    Several boxes can have the same name, such as the instances of a database.
    """

    name: str
    title: Part
    parts: tuple[Part, ...] = ()
    zones: tuple[str, ...] = ()
    place: Place = Place.WHOLE

    @property
    def lines(self) -> tuple[Part, ...]:
        """All that is written in it."""
        return (self.title, *self.parts)

    @property
    def is_touched(self) -> bool:
        """Whether anything in it is changed, if not itself."""
        return any(part.action for part in self.lines)


@dataclass(frozen=True)
class Tier:
    """A row: its subnets by zone, and what stands in them."""

    name: str
    subnets: Mapping[str, Box]
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Flow:
    """Who may call whom. A part is a port, and the rules that open it."""

    source: str
    target: str
    parts: tuple[Part, ...]

    @property
    def action(self) -> Action | None:
        """What is done to all of it; where only some ports are touched, it is changed."""
        actions = {part.action for part in self.parts}
        return actions.pop() if len(actions) == 1 else Action.CHANGE


@dataclass(frozen=True)
class Link:
    """Something that AWS or a setting makes go from one to another, without a rule."""

    source: str
    target: str


@dataclass(frozen=True)
class Architecture:
    """Everything a picture shows. `is_new` says that nothing of it exists yet, so that nothing is highlighted."""

    zones: tuple[str, ...]
    tiers: tuple[Tier, ...]
    network: Box
    gateways: tuple[Box, ...]
    entry: tuple[Box, ...]
    services: tuple[Box, ...]
    cards: tuple[Box, ...]
    flows: tuple[Flow, ...]
    links: tuple[Link, ...]
    is_new: bool = False

    @property
    def parts(self) -> Iterator[Part]:
        """Everything that is written anywhere."""
        for box in (self.network, *self.gateways, *self.entry, *self.services, *self.cards):
            yield from box.lines
        for tier in self.tiers:
            for box in (*tier.subnets.values(), *tier.boxes):
                yield from box.lines
        for flow in self.flows:
            yield from flow.parts

    @property
    def resources(self) -> frozenset[Resource]:
        """Every resource that the picture stands for."""
        return frozenset(resource for part in self.parts for resource in part.all)
