"""What a review says: the verdict, the risks, what changes, what it costs, and who reads what changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from ops.plan.changes import Plan
from ops.review.cost.estimate import Estimate


class Severity(IntEnum):
    """How much a risk weighs; the numbers are for comparison only."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True)
class Acceptance:
    """Why somebody has accepted a risk, and until when; written in the environment's file."""

    reason: str
    until: date


@dataclass(frozen=True)
class Risk:
    """Something that a reviewer should know of: which rule says so, of which resource, and why it matters."""

    rule: str
    severity: Severity
    layer: str
    address: str
    reason: str
    accepted: Acceptance | None = None


@dataclass(frozen=True)
class Reach:
    """An output that changes, and the layers that read it."""

    layer: str
    output: str
    readers: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """Everything about one plan, for the person who has to say yes."""

    environment: str
    suffix: str
    account_id: str
    made: datetime
    revision: str
    plan: Plan
    risks: tuple[Risk, ...]
    reach: tuple[Reach, ...]
    estimate: Estimate | None
    picture: str

    @property
    def open_risks(self) -> tuple[Risk, ...]:
        """The risks that nobody has accepted, the heaviest first."""
        return tuple(sorted((risk for risk in self.risks if risk.accepted is None), key=lambda risk: -risk.severity))

    @property
    def severity(self) -> Severity | None:
        """The heaviest open risk's, or None where there is none."""
        return heaviest(self.open_risks)


def heaviest(risks: Iterable[Risk]) -> Severity | None:
    """The highest severity of some risks."""
    return max((risk.severity for risk in risks), default=None)
