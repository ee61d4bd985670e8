"""What a unit of each thing costs, with the page that says so and the month in which somebody read it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

PRICES = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class ProductFilter:
    """How AWS's Pricing API finds a price; `units` of its units are one of the table's."""

    service: str
    attributes: Mapping[str, str]
    units: int = 1


@dataclass(frozen=True)
class Price:
    """The price of one unit in US dollars."""

    key: str
    what: str
    unit: str
    usd: Decimal
    page: str
    source: str
    date: str
    api: ProductFilter | None = None


@dataclass(frozen=True)
class Prices:
    """All prices by key, where they are from, and what has to be said about that."""

    rows: Mapping[str, Price]
    origin: str
    notes: tuple[str, ...] = ()

    def __getitem__(self, key: str) -> Price:
        return self.rows[key]


@cache
def list_prices(path: Path = PRICES) -> Prices:
    """The table of this project."""
    document = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    rows = {}
    for key, row in document.items():
        api = row.pop("api", None)
        rows[key] = Price(key=key, api=ProductFilter(**api) if api else None, **row)
    months = sorted({row.date for row in rows.values()})
    return Prices(rows=rows, origin=f"list prices of {' and '.join(_spelled(month) for month in months)}")


def _spelled(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"
