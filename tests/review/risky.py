"""Plans for the rules to judge: recorded ones of real changes, and small ones made here; and verdicts in one line."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ops.plan.changes import read_plan
from ops.review.model import Risk
from ops.review.risks.assess import assess
from stacks.settings import AcceptedRisk
from tests.review.plans import Placed, plan

Document = dict[str, Any]
LAYERS = ("keys", "alerting", "registry", "network", "storage", "database", "compute", "backup", "monitoring")
TODAY = date(2026, 7, 1)
ACCOUNT = "123456789012"
_RECORDED = Path(__file__).parent / "changes" / "recorded"
_PROVIDERS = {"module.keys:aws": {"expressions": {"allowed_account_ids": {"constant_value": [ACCOUNT]}}}}
_TAGS = ("Environment", "Project", "Owner", "CostCenter", "ManagedBy", "Layer")
TAGGED = {"tags_all": dict.fromkeys(_TAGS, "x")}


def recorded(name: str) -> Document:
    """What Terraform planned for a change, resources with little to say of it left out.

    Of what is changed, `after` has in the file only what differs.
    """
    document: Document = json.loads((_RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    for one in document["resource_changes"]:
        change = one["change"]
        if change["before"] is not None and change["after"] is not None:
            change["after"] = {**change["before"], **change["after"]}
    return document


def made(before: Placed, after: Placed, *, unknown: Placed | None = None, replaced: str = "") -> Document:
    """A plan from some resources to others; what is `replaced` is so because of this attribute."""
    document = plan(before, after, unknown=unknown)
    for one in document["resource_changes"]:
        if replaced and one["change"]["actions"] == ["update"]:
            one["change"] |= {"actions": ["delete", "create"], "replace_paths": [[replaced]]}
    return document


def risks(document: Document, acceptances: Sequence[AcceptedRisk] = (), today: date = TODAY) -> tuple[Risk, ...]:
    """What the rules say of a plan in the account of all tests."""
    whole = {"configuration": {"provider_config": _PROVIDERS}, **document}
    return assess(whole, read_plan(whole, layers=LAYERS), acceptances, today)


def verdict(document: Document) -> list[str]:
    """Each risk in a line: how much it weighs, which rule says so, and of what."""
    return [f"{risk.severity.name} {risk.rule} {risk.layer}: {risk.address}" for risk in risks(document)]


def judged(document: Document) -> set[str]:
    """The rules that say something, with how much it weighs."""
    return {f"{risk.rule} {risk.severity.name}" for risk in risks(document)}
