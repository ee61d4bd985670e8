"""The one sentence that says whether to worry, as a colleague would say it across the desk."""

from dataclasses import dataclass

from ops.plan.changes import Action, Plan
from ops.progress import counted
from ops.review.model import Review, Severity
from ops.review.wording import called, happening

_OPENINGS = {
    Severity.LOW: "Have a look at",
    Severity.MEDIUM: "Look twice at",
    Severity.HIGH: "Stop at",
}


@dataclass(frozen=True)
class Verdict:
    """`opening` says how much to worry, and about what; `because` says why."""

    severity: Severity | None
    opening: str
    because: str

    @property
    def sentence(self) -> str:
        """The whole of it."""
        return f"{self.opening}: {self.because}"


def verdict_of(review: Review) -> Verdict:
    """What to think of a review."""
    if review.open_risks:
        heaviest = review.open_risks[0]
        others = len(review.open_risks) - 1
        more = f" There {'is' if others == 1 else 'are'} {counted(others, 'more risk')}." if others else ""
        opening = f"{_OPENINGS[heaviest.severity]} {called(heaviest.layer, heaviest.address)}"
        return Verdict(heaviest.severity, opening, f"{_clause(heaviest.reason)}.{more}")
    if review.plan.is_empty:
        return Verdict(None, "Nothing to do", "everything is as the code says.")
    return Verdict(None, "Nothing to worry about", f"{_happening(review.plan)}.")


def _happening(plan: Plan) -> str:
    if not plan.changes:
        return "no resource is touched, only outputs change"
    is_new = all(change.action is Action.CREATE for change in plan.changes) and all(map(plan.of, plan.layers))
    said = happening(plan.changes)
    return f"the environment is new, {said}" if is_new else said


def _clause(reason: str) -> str:
    """A sentence as it goes on after a colon."""
    first, rest = reason.rstrip(".")[:1], reason.rstrip(".")[1:]
    # Names and abbreviations stay as they are.
    return f"{first.lower()}{rest}" if rest[:1].islower() or rest[:1] == " " else f"{first}{rest}"
