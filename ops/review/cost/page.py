"""The tables of docs/cost.md, written from the prices and assumptions that a review uses."""

from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ops.pages import with_part
from ops.review.cost.estimate import Estimate, compare
from ops.review.cost.prices import Price, list_prices
from ops.review.cost.resources import Resources, declared
from ops.review.cost.usage import NOTHING, Range, load_usage
from ops.workspace import ROOT

PAGE = ROOT / "docs" / "cost.md"
COMMAND = ".venv/bin/python -m ops.review.cost"
_CENT, _TENTH = Decimal("0.01"), Decimal("0.1")
_HEAD = (
    "| What | Unit | Price | Low | Expected | High | Low, USD | Expected, USD | High, USD | Source |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|--:|---|"
)


def written(page: str, layers: Mapping[str, Mapping[str, Any]]) -> str:
    """The page with its tables as they should be for the layers' configurations."""
    estimate = compare(Resources(()), declared(layers), prices=list_prices(), usage=load_usage())
    tables = {"estimate": _estimate(estimate), "layers": _layers(estimate), "usage": _usage()}
    for mark, lines in tables.items():
        page = with_part(page, mark, lines)
    return page


def _estimate(estimate: Estimate) -> Iterator[str]:
    yield _HEAD
    quantities: dict[str, Range] = {}
    for item in estimate.items:
        quantities[item.price.key] = quantities.get(item.price.key, NOTHING) + item.after
    for key, price in estimate.prices.rows.items():
        if key in quantities:
            yield _row(price, quantities[key])
    yield f"| **Total** | | | | | | {_cells(estimate.total.after, _money, bold=True)} | |"


def _row(price: Price, quantity: Range) -> str:
    return (
        f"| {price.what} | {price.unit} | {price.usd} | {_cells(quantity, _number)} "
        f"| {_cells(quantity * price.usd, _money)} | [{price.page}]({price.source}), {price.date} |"
    )


def _layers(estimate: Estimate) -> Iterator[str]:
    yield "| Layer | Low, USD | Expected, USD | High, USD |\n|---|--:|--:|--:|"
    for layer, change in sorted(estimate.layers.items(), key=lambda item: (-item[1].after.expected, item[0])):
        yield f"| `{layer}` | {_cells(change.after, _money)} |"


def _usage() -> Iterator[str]:
    yield "| For each | What | Unit | Low | Expected | High |\n|---|---|---|--:|--:|--:|"
    for assumption in load_usage().assumptions.values():
        numbers = " | ".join(f"{number:,f}" for number in vars(assumption.quantity).values())
        yield f"| {assumption.per} | {assumption.what} | {assumption.unit} | {numbers} |"


def _cells(numbers: Range, shown: Callable[[Decimal], str], *, bold: bool = False) -> str:
    return " | ".join(f"**{shown(one)}**" if bold else shown(one) for one in vars(numbers).values())


def _money(dollars: Decimal) -> str:
    return f"{dollars.quantize(_CENT, ROUND_HALF_UP):,f}"


def _number(quantity: Decimal) -> str:
    text = f"{quantity.quantize(_TENTH, ROUND_HALF_UP):,f}"
    return text.removesuffix(".0")
