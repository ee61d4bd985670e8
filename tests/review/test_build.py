"""A review is put together from a plan of all layers: everything in it is of that plan."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ops.account import Environment
from ops.configuration import Configuration
from ops.example import EXAMPLE
from ops.plan.changes import Action
from ops.review.build import build
from ops.review.model import Review
from ops.synth import Layer, Synthesized
from ops.workspace import Workspace
from stacks.settings_file import load_settings
from tests.review.pictured import Document, act, configured, planned

pytestmark = pytest.mark.requirement("Q-2")

MADE = "2026-11-24T12:00:00Z"
TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return configured()


@pytest.fixture
def document(configuration: Configuration) -> Document:
    return {**planned(configuration), "timestamp": MADE}


@pytest.fixture(scope="module")
def synthesized(configuration: Configuration) -> Synthesized:
    return Synthesized(
        {name: Layer(name, frozenset(), Path(), dict(layer)) for name, layer in configuration.layers.items()}
    )


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    workspace = Workspace(suffix="example", root=tmp_path_factory.mktemp("project"))
    return Environment(name=EXAMPLE, settings=load_settings(EXAMPLE), embedded=False, workspace=workspace)


def built(document: Document, synthesized: Synthesized, environment: Environment) -> Review:
    return build(document, synthesized, environment, revision="3b469cf", today=TODAY)


def test_a_review_knows_what_it_is_of(document: Document, synthesized: Synthesized, environment: Environment) -> None:
    review = built(document, synthesized, environment)
    assert (review.environment, review.suffix, review.revision) == ("example", environment.suffix, "3b469cf")
    assert review.made.isoformat() == "2026-11-24T12:00:00+00:00"
    assert review.plan.layers == tuple(synthesized.layers)


def test_an_environment_that_is_as_it_should_be_has_no_risk_and_is_still_priced_and_drawn(
    document: Document, synthesized: Synthesized, environment: Environment
) -> None:
    review = built(document, synthesized, environment)
    assert review.plan.is_empty
    assert not review.risks
    assert not review.reach
    assert review.estimate
    assert review.estimate.total.after.expected > 100
    assert not review.estimate.changed
    assert "Aurora writer" in review.picture


def test_losing_the_session_table_is_a_risk_of_its_own_and_is_drawn(
    document: Document, synthesized: Synthesized, environment: Environment
) -> None:
    address = "aws_dynamodb_table.sessions"
    review = built(act(document, address, "delete", "create", hash_key="id"), synthesized, environment)
    (change,) = review.plan.changes
    assert change.action is Action.REPLACE
    assert (review.open_risks[0].layer, review.open_risks[0].address) == ("storage", address)
    assert "is-replaced" in review.picture


def test_a_plan_without_any_resource_has_no_price_and_a_picture_of_what_was_synthesized(
    document: Document, synthesized: Synthesized, environment: Environment
) -> None:
    document["resource_changes"] = []
    review = built(document, synthesized, replace(environment, embedded=True))
    assert review.estimate is None
    assert "Aurora writer" in review.picture
