"""Risks that somebody has accepted in the environment's file, and whether that still counts."""

import difflib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from ops.errors import BadInputError
from ops.review.model import Acceptance, Risk
from stacks.settings import AcceptedRisk


def accept(risks: Iterable[Risk], acceptances: Sequence[AcceptedRisk], today: date) -> tuple[Risk, ...]:
    """The risks, with the acceptance that lasts longest where there are several; the last day still counts."""
    counting = sorted((one for one in acceptances if one.until >= today), key=lambda one: one.until, reverse=True)
    return tuple(_accepted(risk, counting) for risk in risks)


def expired(acceptances: Iterable[AcceptedRisk], today: date) -> tuple[str, ...]:
    """What no longer counts and should be decided on again, or be taken out of the file; in words."""
    return tuple(
        f"{one.rule} of {one.resource} was accepted until {one.until} ({one.reason}), which is over"
        for one in acceptances
        if one.until < today
    )


def check_rules(acceptances: Iterable[AcceptedRisk], known: Collection[str]) -> None:
    """Raise BadInputError when a rule is accepted that does not exist, so that nobody relies on a misspelt one."""
    for one in acceptances:
        if one.rule not in known:
            close = difflib.get_close_matches(one.rule, known, n=1)
            guess = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known))}"
            raise BadInputError(f"[[accepted_risk]] rule: there is no rule {one.rule!r}; {guess}")


def _accepted(risk: Risk, counting: Sequence[AcceptedRisk]) -> Risk:
    named = f"{risk.layer}: {risk.address}"
    for one in counting:
        if one.rule == risk.rule and fnmatchcase(named, one.resource):
            return replace(risk, accepted=Acceptance(reason=one.reason, until=one.until))
    return risk
