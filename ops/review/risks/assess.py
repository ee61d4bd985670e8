"""Puts every rule to every resource that a plan touches."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ops.plan.changes import Plan
from ops.review.accepted import accept, check_rules
from ops.review.model import Risk
from ops.review.risks import (
    alarms,
    backups,
    data,
    database,
    detection,
    encryption,
    naming,
    network,
    permissions,
    security_groups,
    service,
)
from ops.review.risks.planned import Planned, planned
from ops.review.risks.rule import Rule
from stacks.settings import AcceptedRisk

_SUBJECTS = (
    data,
    database,
    service,
    encryption,
    permissions,
    network,
    security_groups,
    alarms,
    detection,
    backups,
    naming,
)
RULES: tuple[Rule, ...] = tuple(rule for subject in _SUBJECTS for rule in subject.RULES)


def assess(
    document: Mapping[str, Any], plan: Plan, acceptances: Sequence[AcceptedRisk], today: date
) -> tuple[Risk, ...]:
    """The risks of a plan in Terraform's JSON, the heaviest first, with why and until when some are accepted.

    Raises BadInputError when a rule is accepted that does not exist.
    """
    check_rules(acceptances, {rule.id for rule in RULES})
    risks = sorted(_risks(planned(document, plan)), key=lambda risk: -risk.severity)
    return accept(risks, acceptances, today)


def _risks(everything: Planned) -> Iterator[Risk]:
    by_type = defaultdict(list)
    for rule in RULES:
        for one in rule.types or ("",):
            by_type[one].append(rule)
    for resource in everything.resources:
        if resource.action is not None or resource.let_go:
            for rule in (*by_type[resource.type], *by_type[""]):
                for finding in rule.check(resource, everything):
                    yield Risk(rule.id, finding.severity, resource.layer, resource.address, finding.reason)
