"""What a pricing rule can say of a resource: it costs so much, that is assumed, or it has no price here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ops.review.cost.resources import Resource, Resources
from ops.review.cost.usage import Range, Usage


@dataclass(frozen=True)
class Charge:
    """So many units of a price, by its key."""

    price: str
    quantity: Range


@dataclass(frozen=True)
class Assumed:
    """What had to be taken for granted, because it is not known before the resource exists."""

    text: str


@dataclass(frozen=True)
class NoPrice:
    """What the resource costs, or a part of it, cannot be told, and why."""

    reason: str


@dataclass(frozen=True)
class Context:
    """What a rule may ask beyond its resource: the other resources of the same time, and how they are used."""

    resources: Resources
    usage: Usage


Findings = Iterator[Charge | Assumed | NoPrice]
Rule = Callable[[Resource, Context], Findings]
