"""How much an environment is used in a month: every quantity three times, for a low, an expected and a high load."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

# What AWS's own calculator takes for a month.
HOURS = 730
USAGE = Path(__file__).with_name("usage.toml")


@dataclass(frozen=True)
class Range:
    """A number under a low, an expected and a high load."""

    low: Decimal
    expected: Decimal
    high: Decimal

    @classmethod
    def always(cls, value: Decimal | int) -> "Range":
        """A number that the load does not change."""
        return cls(Decimal(value), Decimal(value), Decimal(value))

    def each(self, change: Callable[[Decimal], Decimal]) -> "Range":
        """The three numbers, each by itself."""
        return Range(change(self.low), change(self.expected), change(self.high))

    def between(self, smallest: Decimal, largest: Decimal) -> "Range":
        """The numbers, none of them below `smallest` or above `largest`."""
        return self.each(lambda number: min(max(number, smallest), largest))

    def or_more(self, other: "Range") -> "Range":
        """The larger of each two numbers."""
        return Range(max(self.low, other.low), max(self.expected, other.expected), max(self.high, other.high))

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.expected + other.expected, self.high + other.high)

    def __sub__(self, other: "Range") -> "Range":
        return Range(self.low - other.low, self.expected - other.expected, self.high - other.high)

    def __mul__(self, factor: Decimal | int) -> "Range":
        return Range(self.low * factor, self.expected * factor, self.high * factor)


NOTHING = Range.always(0)


@dataclass(frozen=True)
class Assumption:
    """A quantity that no plan tells, and what it is counted for."""

    what: str
    unit: str
    per: str
    quantity: Range


@dataclass(frozen=True)
class Usage:
    """Every assumption by name."""

    assumptions: Mapping[str, Assumption]

    def __getitem__(self, name: str) -> Range:
        return self.assumptions[name].quantity


@cache
def load_usage(path: Path = USAGE) -> Usage:
    """The assumptions of this project, in the order of the file."""
    document = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    assumptions = {
        name: Assumption(
            what=row["what"],
            unit=row["unit"],
            per=row["per"],
            quantity=Range(*(Decimal(row[load]) for load in ("low", "expected", "high"))),
        )
        for name, row in document.items()
    }
    return Usage(assumptions)
