"""What people do behind Terraform's back is found, all of it; what was changed is put back by a deployment."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from ops.checks import all_checks, run_checks
from ops.drift.command import drift, print_drift
from ops.drift.found import Drift
from ops.plan.changes import Action
from tests.integration.meddling import MEDDLING, Meddling, undo_additions
from tests.integration.stage import Stage

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def found(stage: Stage, say: Callable[[str], None]) -> Drift:
    """What `ops drift` finds after all of it was done at once."""
    assert drift(stage.environment, console=Console(file=io.StringIO())).is_empty
    say(f"{len(MEDDLING)} things are changed by hand")
    for meddling in MEDDLING:
        meddling.act(stage.deployed())
    return drift(stage.environment, console=Console(file=io.StringIO()))


@pytest.mark.requirement("ENV-6", "ENV-7")
@pytest.mark.parametrize("meddling", MEDDLING, ids=lambda meddling: f"{meddling.layer}-{meddling.shows}")
def test_what_was_done_by_hand_is_found(found: Drift, meddling: Meddling) -> None:
    changed = [(c.layer, c.address, a.name) for c in found.changes for a in c.attributes]
    deleted = [(c.layer, c.address, "deleted") for c in found.changes if c.action is Action.DESTROY]
    added = [(stranger.layer, stranger.address, stranger.kind) for stranger in found.strangers]
    assert (meddling.layer, meddling.address, meddling.shows) in {*changed, *deleted, *added}


def test_nothing_else_is_found(found: Drift) -> None:
    expected = {(meddling.layer, meddling.address) for meddling in MEDDLING}
    changed = {(change.layer, change.address) for change in found.changes}
    assert changed | {(stranger.layer, stranger.address) for stranger in found.strangers} == expected


def test_a_person_is_told_where_and_what(stage: Stage, found: Drift) -> None:
    text = io.StringIO()
    print_drift(Console(file=text, width=200), found, stage.environment)
    said = text.getvalue()
    assert f"{len(MEDDLING)} changes by hand" in said
    assert "deleted aws_cloudwatch_metric_alarm.alarm-task-cpu" in said
    assert "AdministratorAccess" in said
    assert "retention_in_days: 30 -> 90" in said


@pytest.mark.requirement("ENV-6")
def test_a_deployment_puts_it_back(stage: Stage, found: Drift, say: Callable[[str], None]) -> None:
    assert not found.is_empty
    undo_additions(stage.deployed())
    stage.deploy(say=say)
    assert drift(stage.environment, console=Console(file=io.StringIO())).is_empty
    results = run_checks(all_checks(), stage.deployed(), tell=lambda _result: None)
    assert [f"{result.check.id}: {result.detail}" for result in results if not result.passed] == []
