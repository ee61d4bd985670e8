"""Plans in Terraform's JSON, from what is there before and after: whole environments, or a few resources by hand."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ops.review.cost.estimate import Estimate, estimate
from ops.review.cost.usage import Range
from tests.unit.synthesized import Synthesized

Values = Mapping[str, Any]
Placed = Mapping[str, Values]


def plan(before: Placed, after: Placed, *, unknown: Placed | None = None) -> dict[str, Any]:
    """The plan from some resources to others, each by `LAYER.TYPE.NAME`."""
    return {
        "resource_changes": [
            change(address, before.get(address), after.get(address), (unknown or {}).get(address, {}))
            for address in {**before, **after}
        ]
    }


def change(address: str, before: Values | None, after: Values | None, unknown: Values) -> dict[str, Any]:
    """One entry of the plan."""
    layer, resource_type, name = address.split(".")
    actions = "no-op" if before == after else "create" if before is None else "delete" if after is None else "update"
    return {
        "address": f"module.{layer}.{resource_type}.{name}",
        "module_address": f"module.{layer}",
        "mode": "managed",
        "type": resource_type,
        "change": {"actions": [actions], "before": before, "after": after, "after_unknown": unknown},
    }


def placed(environment: Synthesized) -> dict[str, Values]:
    """The resources of an environment as its layers declare them."""
    return {f"{one.layer}.{one.type}.{one.name}": one.body for one in environment.resources()}


def made(resources: dict[str, Values], *, unknown: dict[str, Values] | None = None) -> Estimate:
    """The estimate of a plan that makes everything."""
    return estimate(plan({}, resources, unknown=unknown))


def dollars(low: str, expected: str, high: str) -> Range:
    return Range(Decimal(low), Decimal(expected), Decimal(high))


def units(found: Estimate, price: str) -> Decimal:
    """How much is expected of a price after the plan."""
    return sum((item.after.expected for item in found.items if item.price.key == price), Decimal(0))
