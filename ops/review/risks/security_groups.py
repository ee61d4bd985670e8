"""Rules of security groups that let through more than their group did, or less."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from ops.review.model import Severity
from ops.review.risks.openings import Opening, openings
from ops.review.risks.planned import Planned, Resource
from ops.review.risks.rule import Finding, Rule

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH

_RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_security_group_rule")
_GROUPS = (*_RULES, "aws_security_group", "aws_default_security_group")


def _wider(resource: Resource, planned: Planned) -> Iterator[Finding]:
    """What a rule of a security group lets through and nothing of its group did before."""
    own = list(openings(resource, resource.before))
    for opening in openings(resource, resource.after):
        replaced = any(opening.as_of(old.group) in old for old in own)
        if not replaced and not any(opening in old for old in _before(planned)[opening.group]):
            yield from _judged(opening, fresh=planned.is_new(opening.group))


def _judged(opening: Opening, *, fresh: bool) -> Iterator[Finding]:
    if opening.public and opening.inwards:
        severity = MEDIUM if opening.web else HIGH
        yield Finding(severity, f"Anybody on the internet may call it on {opening.traffic}")
    elif not fresh and opening.inwards:
        yield Finding(MEDIUM, f"{opening.peer} may call it on {opening.traffic}, and could not before")
    elif opening.public:
        yield Finding(MEDIUM, f"Its members may call anybody on the internet on {opening.traffic}")
    elif not fresh:
        yield Finding(LOW, f"Its members may call {opening.peer} on {opening.traffic}, and could not before")


def _narrower(resource: Resource, planned: Planned) -> Iterator[Finding]:
    """What was let through and is not any more, which somebody may have used."""
    own = list(openings(resource, resource.after))
    for opening in openings(resource, resource.before):
        kept = any(opening in one.as_of(opening.group) for one in own)
        if (
            not kept
            and not any(opening in one for one in _after(planned)[opening.group])
            and not planned.goes(opening.group)
        ):
            whom = f"{opening.peer} may call it" if opening.inwards else f"Its members may call {opening.peer}"
            yield Finding(MEDIUM, f"{whom} on {opening.traffic} no more: who does so is cut off")


@lru_cache(maxsize=1)
def _before(planned: Planned) -> Mapping[object, list[Opening]]:
    """What every group lets through before the plan."""
    return _by_group(opening for one in planned.of(*_GROUPS) for opening in openings(one, one.before))


@lru_cache(maxsize=1)
def _after(planned: Planned) -> Mapping[object, list[Opening]]:
    """What rules of their own let through after it. Terraform's groups still remember them as they were."""
    return _by_group(opening for one in planned.of(*_RULES) for opening in openings(one, one.after))


def _by_group(found: Iterable[Opening]) -> Mapping[object, list[Opening]]:
    by_group = defaultdict(list)
    for opening in found:
        by_group[opening.group].append(opening)
    return by_group


RULES = (
    Rule(
        id="network-wider",
        types=_GROUPS,
        looks_at="rules of security groups, by what their group let through before",
        check=_wider,
    ),
    Rule(
        id="network-narrower",
        types=_GROUPS,
        looks_at="rules of security groups, by what their group lets through after",
        check=_narrower,
    ),
)
