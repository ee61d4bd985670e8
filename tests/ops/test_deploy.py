"""Which layers a deployment goes through, and how it says that it did not succeed."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from ops import deploy as module
from ops.account import Environment
from ops.backend import Backend
from ops.deploy import deploy, require_success
from ops.errors import ImageMissingError, OpsError, StoppedError
from ops.events import LayerResult, LayerState
from ops.layers import Operation
from ops.messages import Diagnostic
from ops.plan.changes import Action, Change, Plan
from ops.rollout import Running
from ops.state import State, States
from ops.synth import Layer, Synthesized

NAMES = ("keys", "network", "compute")
EXISTING = State(outputs={}, resources=[{"mode": "managed", "type": "aws_vpc", "instances": [{}]}])
NOTHING = Plan(layers=NAMES, changes=(), outputs=(), drift=())


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=160)


@pytest.fixture
def worked_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, backend: Backend) -> list[str]:
    """The layers that Terraform was started for, in an environment that exists and of which nothing is to change."""
    layers = {name: Layer(name, frozenset(), tmp_path, {}) for name in NAMES}
    worked_on: list[str] = []

    def run(operation: Operation, graph: dict[str, frozenset[str]]) -> list[LayerResult]:
        worked_on.extend(name for name in graph if not operation.skip(layers[name]))
        return [LayerResult(layer=name, state=LayerState.DONE) for name in graph]

    monkeypatch.setattr(module, "load_backend", lambda: backend)
    monkeypatch.setattr(module, "synthesize", lambda _environment: Synthesized(layers))
    monkeypatch.setattr(module, "prepare_account", lambda *_, **__: None)
    monkeypatch.setattr(Operation, "run", run)
    monkeypatch.setattr(States, "read", lambda *_: EXISTING)
    planned(monkeypatch, NOTHING)
    return worked_on


def planned(monkeypatch: pytest.MonkeyPatch, outcome: Plan | OpsError) -> None:
    def plan_layers(*_: object, **__: object) -> Plan:
        if isinstance(outcome, OpsError):
            raise outcome
        return outcome

    monkeypatch.setattr(module, "plan_layers", plan_layers)


def go(environment: Environment, console: Console, *, only: list[str] | None = None) -> str:
    deploy(replace(environment, embedded=True), only=only or [], confirm=lambda *_: None, console=console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_where_nothing_changes_no_layer_is_gone_through(
    environment: Environment, console: Console, worked_on: list[str]
) -> None:
    assert "No changes" in go(environment, console)
    assert worked_on == []


@pytest.mark.usefixtures("worked_on")
@pytest.mark.parametrize(("only", "says"), [(None, True), (["network"], False), (["compute"], True)])
def test_what_runs_is_said_where_compute_was_deployed(
    monkeypatch: pytest.MonkeyPatch, environment: Environment, console: Console, only: list[str] | None, *, says: bool
) -> None:
    running = Running(service="service", revision="task:7", image="ecr:1.0.0", digest=None)
    monkeypatch.setattr(module, "what_runs", lambda *_, **__: [running])

    assert ("service runs task:7: ecr:1.0.0" in go(environment, console, only=only)) is says


def test_only_layers_with_changes_are_gone_through(
    monkeypatch: pytest.MonkeyPatch, environment: Environment, console: Console, worked_on: list[str]
) -> None:
    change = Change(layer="compute", address="aws_lb.lb", resource_type="aws_lb", action=Action.CHANGE)
    planned(monkeypatch, replace(NOTHING, changes=(change,), outputs=("keys",)))

    go(environment, console)

    assert worked_on == ["keys", "compute"]


def test_changes_to_layers_that_were_not_asked_for_wait(
    monkeypatch: pytest.MonkeyPatch, environment: Environment, console: Console, worked_on: list[str]
) -> None:
    planned(monkeypatch, replace(NOTHING, outputs=("keys",)))

    assert "No changes" in go(environment, console, only=["network"])
    assert worked_on == []


def test_a_first_deployment_goes_through_all_layers(
    monkeypatch: pytest.MonkeyPatch, environment: Environment, console: Console, worked_on: list[str]
) -> None:
    monkeypatch.setattr(States, "read", lambda *_: State(outputs={}, resources=[]))

    go(environment, console)

    assert worked_on == list(NAMES)


def test_a_plan_of_all_that_fails_leaves_it_to_each_layer(
    monkeypatch: pytest.MonkeyPatch, environment: Environment, console: Console, worked_on: list[str]
) -> None:
    planned(monkeypatch, OpsError("no"))

    go(environment, console)

    assert worked_on == list(NAMES)


@pytest.mark.usefixtures("worked_on")
def test_a_plan_that_is_stopped_stops_the_deployment(
    monkeypatch: pytest.MonkeyPatch, environment: Environment, console: Console
) -> None:
    planned(monkeypatch, StoppedError("stopped"))

    with pytest.raises(StoppedError):
        go(environment, console)


def test_a_failure_is_shown_with_its_reasons_and_what_to_do(environment: Environment, console: Console) -> None:
    diagnostic = Diagnostic("error", "creating [bold]VPC", "too many VPCs", "aws_vpc.vpc")
    results = [
        LayerResult("keys", LayerState.DONE),
        LayerResult("network", LayerState.FAILED, diagnostics=(diagnostic,)),
        LayerResult("compute", LayerState.NOT_STARTED),
    ]

    with pytest.raises(OpsError, match="Failed: 1 of 3 layers are done") as raised:
        require_success(environment, results, console=console, again="deploy local")

    assert raised.value.exit_code == 1
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "network failed" in text
    assert "aws_vpc.vpc: creating [bold]VPC" in text
    assert "too many VPCs" in text
    assert "python -m ops deploy local" in text


def test_a_missing_image_is_told_from_a_failure(environment: Environment, console: Console) -> None:
    results = [LayerResult("compute", LayerState.HELD, error=ImageMissingError("push it"))]

    with pytest.raises(ImageMissingError, match="push it"):
        require_success(environment, results, console=console, again="deploy local")


def test_a_stop_is_told_from_a_failure(environment: Environment, console: Console) -> None:
    results = [LayerResult("keys", LayerState.STOPPED), LayerResult("network", LayerState.NOT_STARTED)]

    with pytest.raises(StoppedError):
        require_success(environment, results, console=console, again="deploy local")
