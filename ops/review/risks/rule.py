"""What a rule is, and the few kinds of them that can be written as data."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ops.plan.changes import Action
from ops.review.model import Severity
from ops.review.risks.planned import UNKNOWN, Planned, Resource, Values, at


@dataclass(frozen=True)
class Finding:
    """What a rule says of a resource: how much it weighs, and why it matters."""

    severity: Severity
    reason: str


Check = Callable[[Resource, Planned], Iterable[Finding]]
Weight = Severity | Callable[[Resource], Severity]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Looks at the resources of some types that a plan touches; without types, at all.

    `source` is the page that says so, where it is AWS's behaviour that decides.
    """

    id: str
    types: tuple[str, ...] = ()
    looks_at: str
    check: Check
    source: str = ""


def worse(path: str, test: Callable[..., bool], weight: Weight, reason: str) -> Check:
    """A check of an attribute that both is and will be, by its values `before` and `after`."""

    def check(resource: Resource, _: Planned) -> Iterator[Finding]:
        before, after = at(resource.before, path), at(resource.after, path)
        both = bool(resource.before) and bool(resource.after) and UNKNOWN not in (before, after)
        if both and before != after and test(before, after):
            yield Finding(_weigh(weight, resource), reason.format(before=_shown(before), after=_shown(after)))

    return check


def newly(test: Callable[[Values], bool], weight: Weight, reason: str) -> Check:
    """A check of what is risky in itself, made by the plan or become so; what has been so for long is no news."""

    def check(resource: Resource, _: Planned) -> Iterator[Finding]:
        if resource.after and test(resource.after) and not (resource.before and test(resource.before)):
            yield Finding(_weigh(weight, resource), reason)

    return check


def lost(weight: Weight, reason: str, *, of: str = "") -> Check:
    """A check of what is destroyed, unless what it is part of (by the name in the attribute `of`) goes as well."""

    def check(resource: Resource, planned: Planned) -> Iterator[Finding]:
        if resource.action is Action.DESTROY and not (of and planned.goes(resource.before.get(of))):
            yield Finding(_weigh(weight, resource), reason)

    return check


def replaced(weight: Weight, reason: str) -> Check:
    """A check of what is destroyed to be made again."""

    def check(resource: Resource, _: Planned) -> Iterator[Finding]:
        if resource.action is Action.REPLACE:
            yield Finding(_weigh(weight, resource), f"{reason} ({because(resource)})")

    return check


def any_of(*checks: Check) -> Check:
    """What any of some checks finds."""

    def check(resource: Resource, planned: Planned) -> Iterator[Finding]:
        for one in checks:
            yield from one(resource, planned)

    return check


def because(resource: Resource) -> str:
    """Why a resource is replaced, for people."""
    changed = ", ".join(resource.replaced_by)
    return f"{changed} cannot be changed in place" if changed else "what it depends on is replaced"


def falls(before: object, after: object) -> bool:
    """Whether a number falls; not being set is not a number."""
    return _is_number(before) and _is_number(after) and float(str(after)) < float(str(before))


def rises(before: object, after: object) -> bool:
    """Whether a number rises."""
    return falls(after, before)


def turned_off(before: object, after: object) -> bool:
    """Whether something that is on will be off, or not be there any more."""
    return before is True and after in {False, None}


def turned_on(before: object, after: object) -> bool:
    """Whether something that is not on will be."""
    return turned_off(after, before)


def differ(_before: object, _after: object) -> bool:
    """Whether anything changes, which is asked only of values that do."""
    return True


def dropped(before: object, after: object) -> bool:
    """Whether what is set will not be."""
    return bool(before) and not after


def fewer(before: object, after: object) -> bool:
    """Whether a list loses anything."""
    return bool(set(_listed(before)) - set(_listed(after)))


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return not isinstance(value, bool)


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _weigh(weight: Weight, resource: Resource) -> Severity:
    return weight if isinstance(weight, Severity) else weight(resource)


def _shown(value: object) -> str:
    if value is None or value in ("", []):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(_listed(value)) if isinstance(value, list) else str(value)
