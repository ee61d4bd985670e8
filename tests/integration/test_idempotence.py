"""What is deployed is what the code says: planning it again finds nothing to do."""

import io

import pytest
from rich.console import Console

from ops.checks.environment import LAYERS
from ops.plan.changes import Plan
from ops.plan.command import plan
from tests.integration.stage import Stage


@pytest.fixture(scope="module")
def second_plan(stage: Stage) -> Plan:
    return plan(stage.environment, console=Console(file=io.StringIO()))


def test_plan_covers_every_layer(second_plan: Plan) -> None:
    assert set(second_plan.layers) == set(LAYERS)


@pytest.mark.requirement("ENV-4", "ENV-5", "ENV-6")
@pytest.mark.parametrize("layer", LAYERS)
def test_second_plan_of_a_layer_is_empty(second_plan: Plan, layer: str) -> None:
    changes = [f"{change.action} {change.address} {change.attributes}" for change in second_plan.of(layer)]
    assert changes == []
    assert layer not in second_plan.outputs


def test_nothing_was_changed_behind_terraforms_back(second_plan: Plan) -> None:
    assert second_plan.drift == ()
