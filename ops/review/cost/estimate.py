"""What an environment costs in a month before and after a plan: by resource, by layer and in total.

Every resource is priced by a rule, or is known to be free, or is listed as unpriced. Nothing is guessed: what a rule
had to take for granted is listed, too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ops.review.cost.findings import Assumed, Charge, Context, NoPrice
from ops.review.cost.free import FREE
from ops.review.cost.prices import Price, Prices, list_prices
from ops.review.cost.resources import Resource, Resources, planned
from ops.review.cost.rules import RULES
from ops.review.cost.usage import NOTHING, Range, Usage, load_usage

_OURS = "aws_"


@dataclass(frozen=True)
class Change:
    """Dollars a month before and after."""

    before: Range
    after: Range

    @property
    def difference(self) -> Range:
        """What the plan adds; below zero where it saves."""
        return self.after - self.before


@dataclass(frozen=True)
class Item:
    """How many units of a price a resource is charged for, before and after."""

    layer: str
    address: str
    price: Price
    before: Range
    after: Range

    @property
    def cost(self) -> Change:
        """The same in dollars."""
        return Change(before=self.before * self.price.usd, after=self.after * self.price.usd)


@dataclass(frozen=True)
class Remark:
    """Something to know about a resource: why it has no price, or what was assumed of it; and at which times."""

    layer: str
    address: str
    text: str
    before: bool
    after: bool


@dataclass(frozen=True)
class Estimate:
    """The whole."""

    items: tuple[Item, ...]
    unpriced: tuple[Remark, ...]
    assumed: tuple[Remark, ...]
    prices: Prices

    @cached_property
    def total(self) -> Change:
        """What all layers cost."""
        return _sum(self.items)

    @cached_property
    def layers(self) -> Mapping[str, Change]:
        """What each layer costs that costs anything, before or after."""
        by_layer: dict[str, list[Item]] = {}
        for item in self.items:
            by_layer.setdefault(item.layer, []).append(item)
        return {layer: _sum(items) for layer, items in by_layer.items()}

    @property
    def changed(self) -> list[Item]:
        """The items that the plan changes, those that cost or save most first."""
        changed = [item for item in self.items if item.before != item.after]
        return sorted(changed, key=lambda item: -abs(item.cost.difference.expected))


def estimate(plan: Mapping[str, Any], *, prices: Prices | None = None, usage: Usage | None = None) -> Estimate:
    """The estimate of a plan in Terraform's JSON, which has to be of all layers, whether they change or not.

    Raises BadInputError when the plan has no resources at all.
    """
    before, after = planned(plan)
    return compare(before, after, prices=prices or list_prices(), usage=usage or load_usage())


def compare(before: Resources, after: Resources, *, prices: Prices, usage: Usage) -> Estimate:
    """The estimate of an environment that has some resources before and others after."""
    old, new = _look(before, usage), _look(after, usage)
    return Estimate(
        items=tuple(
            Item(
                layer=layer,
                address=address,
                price=prices[price],
                before=old.charges.get((layer, address, price), NOTHING),
                after=new.charges.get((layer, address, price), NOTHING),
            )
            for layer, address, price in {**old.charges, **new.charges}
        ),
        unpriced=_remarks(old.unpriced, new.unpriced),
        assumed=_remarks(old.assumed, new.assumed),
        prices=prices,
    )


_Told = tuple[str, str, str]


@dataclass(frozen=True)
class _Findings:
    """What is known at one time: dictionaries, which keep the order and nothing twice."""

    charges: dict[_Told, Range] = field(default_factory=dict)
    unpriced: dict[_Told, None] = field(default_factory=dict)
    assumed: dict[_Told, None] = field(default_factory=dict)


def _look(resources: Resources, usage: Usage) -> _Findings:
    found = _Findings()
    context = Context(resources=resources, usage=usage)
    for resource in resources.all:
        if resource.type in RULES:
            _apply(resource, context, found)
        elif resource.type.startswith(_OURS) and resource.type not in FREE:
            found.unpriced[resource.layer, resource.address, f"{resource.type} has no price here"] = None
    return found


def _apply(resource: Resource, context: Context, found: _Findings) -> None:
    for finding in RULES[resource.type](resource, context):
        match finding:
            case Charge(price, quantity):
                key = (resource.layer, resource.address, price)
                found.charges[key] = found.charges.get(key, NOTHING) + quantity
            case NoPrice(reason):
                found.unpriced[resource.layer, resource.address, reason] = None
            case Assumed(text):
                found.assumed[resource.layer, resource.address, text] = None


def _remarks(old: Mapping[_Told, None], new: Mapping[_Told, None]) -> tuple[Remark, ...]:
    return tuple(
        Remark(layer=layer, address=address, text=text, before=told in old, after=told in new)
        for told in {**old, **new}
        for layer, address, text in [told]
    )


def _sum(items: Iterable[Item]) -> Change:
    before = after = NOTHING
    for item in items:
        before, after = before + item.cost.before, after + item.cost.after
    return Change(before=before, after=after)
