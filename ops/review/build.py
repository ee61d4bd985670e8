"""Puts a review together from the plan of all layers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ops.account import Environment
from ops.configuration import Configuration
from ops.plan.changes import read_plan
from ops.review.cost.estimate import Estimate, estimate
from ops.review.model import Review
from ops.review.picture import architecture_of, architecture_of_plan, draw
from ops.review.reach import reach
from ops.review.risks.assess import assess
from ops.synth import Synthesized


def build(
    document: Mapping[str, Any],
    synthesized: Synthesized,
    environment: Environment,
    *,
    revision: str,
    today: date,
) -> Review:
    """The review of a plan in Terraform's JSON, which has what stays as it is, too."""
    plan = read_plan(document, layers=tuple(synthesized.layers))
    return Review(
        environment=environment.name,
        suffix=environment.suffix,
        account_id=environment.account_id,
        made=datetime.fromisoformat(document["timestamp"]),
        revision=revision,
        plan=plan,
        risks=assess(document, plan, environment.settings.accepted_risk, today),
        reach=reach(document, synthesized.layers),
        estimate=_estimate(document),
        picture=_picture(document, synthesized, environment),
    )


def _estimate(document: Mapping[str, Any]) -> Estimate | None:
    return estimate(document) if document.get("resource_changes") else None


def _picture(document: Mapping[str, Any], synthesized: Synthesized, environment: Environment) -> str:
    if document.get("resource_changes"):
        return draw(architecture_of_plan(document))
    configuration = Configuration(layers=synthesized.configurations, account_id=environment.account_id)
    return draw(architecture_of(configuration))
