"""One layer through Terraform, which a script plays here."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.account import Environment
from ops.errors import BadInputError, ImageMissingError, OpsError
from ops.events import Entered, Event, LayerResult, LayerState, Noted, Planned, ResourceFinished, ResourceStarted
from ops.interrupt import Interrupt
from ops.layer_run import LayerRuns
from ops.messages import Changes
from ops.synth import Layer
from ops.terraform import Binary, Terraform, find_binary

RESOURCE = {"resource": {"addr": "aws_vpc.vpc"}, "action": "create"}
READ = {"resource": {"addr": "data.aws_vpc.vpc"}, "action": "read"}


@pytest.fixture
def layer(tmp_path: Path, environment: Environment) -> Layer:
    shutil.rmtree(environment.workspace.terraform_data("network"), ignore_errors=True)
    folder = tmp_path / "stacks" / "network"
    folder.mkdir(parents=True)
    return Layer(name="network", dependencies=frozenset(), folder=folder, configuration={})


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def run(
    environment: Environment, fake_terraform: Path, events: list[Event], layer: Layer, tmp_path: Path
) -> Callable[..., LayerResult]:
    def go(
        *, interrupt: Interrupt | None = None, prepared: bool = False, **checks: Callable[[], str | None]
    ) -> LayerResult:
        binary = Binary(path=str(fake_terraform / "terraform"), product="terraform", version="1.11.4")
        terraform = Terraform(
            binary=binary, workspace=environment.workspace, variables={}, interrupt=interrupt or Interrupt()
        )
        runs = LayerRuns(
            terraform=terraform,
            emit=events.append,
            logs=tmp_path,
            before={"network": checks["before"]} if "before" in checks else {},
            after={"network": checks["after"]} if "after" in checks else {},
        )
        with runs.preparing([layer] if prepared else []):
            return runs.run(layer)

    return go


def says(fake_terraform: Path, *messages: dict[str, object], code: int = 0) -> None:
    lines = ["Warning: not JSON at all", *(json.dumps(message) for message in messages)]
    (fake_terraform / "output").write_text("\n".join(lines) + "\n")
    (fake_terraform / "code").write_text(str(code))


def calls(fake_terraform: Path) -> list[str]:
    return [line.split()[0] for line in (fake_terraform / "calls").read_text().splitlines()]


def summary(operation: str, *, added: int) -> dict[str, object]:
    changes = {"add": added, "change": 0, "remove": 0, "operation": operation}
    return {"type": "change_summary", "changes": changes}


def test_what_terraform_says_becomes_events_and_a_result(
    run: Callable[..., LayerResult], fake_terraform: Path, events: list[Event]
) -> None:
    says(
        fake_terraform,
        summary("plan", added=1),
        {"type": "apply_start", "hook": READ},
        {"type": "apply_complete", "hook": READ},
        {"type": "apply_start", "hook": RESOURCE},
        {"type": "apply_complete", "hook": RESOURCE},
        summary("apply", added=1),
        {"type": "outputs", "outputs": {"vpc_id": {"value": "vpc-1"}}},
    )

    result = run()

    planned = Changes("plan", added=1, changed=0, removed=0)
    assert events[1:] == [
        Entered("network", LayerState.PLANNING),
        Planned("network", planned),
        Entered("network", LayerState.APPLYING),
        ResourceStarted("network", "aws_vpc.vpc"),
        ResourceFinished("network", "aws_vpc.vpc", failed=False),
        Entered("network", LayerState.DONE),
    ]
    assert result.succeeded
    assert result.changes == Changes("apply", added=1, changed=0, removed=0)
    assert result.outputs == {"vpc_id": "vpc-1"}


def test_a_layer_without_changes_is_unchanged(run: Callable[..., LayerResult], fake_terraform: Path) -> None:
    says(fake_terraform, summary("plan", added=0), summary("apply", added=0))

    assert run().state is LayerState.UNCHANGED


def test_a_failure_carries_its_reasons(run: Callable[..., LayerResult], fake_terraform: Path) -> None:
    diagnostic = {"severity": "error", "summary": "refused", "detail": "by AWS", "address": "aws_vpc.vpc"}
    says(fake_terraform, {"type": "diagnostic", "diagnostic": diagnostic}, code=1)

    result = run()

    assert result.state is LayerState.FAILED
    assert [(one.address, one.summary, one.detail) for one in result.diagnostics] == [
        ("aws_vpc.vpc", "refused", "by AWS")
    ]


def test_a_failed_init_is_a_failure_with_what_it_said(run: Callable[..., LayerResult], fake_terraform: Path) -> None:
    (fake_terraform / "init-code").write_text("1")

    assert run().diagnostics[0].summary == "Terraform could not be initialised"


def test_a_layer_is_initialised_once(run: Callable[..., LayerResult], fake_terraform: Path) -> None:
    run()
    run()

    assert calls(fake_terraform) == ["init", "apply", "apply"]


def test_a_layer_that_is_prepared_ahead_is_not_initialised_again_when_its_turn_comes(
    run: Callable[..., LayerResult], fake_terraform: Path
) -> None:
    assert run(prepared=True).succeeded
    assert calls(fake_terraform) == ["init", "apply"]


def test_a_layer_whose_lock_file_is_gone_is_initialised_again(
    run: Callable[..., LayerResult], fake_terraform: Path, layer: Layer
) -> None:
    run()
    (layer.folder / ".terraform.lock.hcl").unlink()
    run()

    assert calls(fake_terraform) == ["init", "apply", "init", "apply"]


def test_a_layer_with_another_backend_is_initialised_again(
    run: Callable[..., LayerResult], fake_terraform: Path, layer: Layer
) -> None:
    run()
    layer.configuration["terraform"] = {"backend": {"s3": {"bucket": "another"}}}
    run()

    assert calls(fake_terraform) == ["init", "apply", "init", "apply"]


def test_a_check_before_a_layer_can_hold_it_back(run: Callable[..., LayerResult], fake_terraform: Path) -> None:
    def missing() -> str | None:
        raise ImageMissingError("push it")

    assert run(before=missing).state is LayerState.HELD
    assert not (fake_terraform / "calls").exists()


def test_a_check_after_a_layer_can_fail_it(run: Callable[..., LayerResult], fake_terraform: Path) -> None:
    def rolled_back() -> str | None:
        raise OpsError("rolled back")

    says(fake_terraform, summary("apply", added=1))
    result = run(after=rolled_back)

    assert result.state is LayerState.FAILED
    assert str(result.error) == "rolled back"


def test_what_a_check_says_is_passed_on(
    run: Callable[..., LayerResult], fake_terraform: Path, events: list[Event]
) -> None:
    says(fake_terraform)
    run(before=lambda: "a placeholder")

    assert Noted("a placeholder", "network") in events


@pytest.mark.usefixtures("fake_terraform")
def test_a_new_enough_terraform_is_found() -> None:
    assert find_binary().version == "1.11.4"


def test_an_old_terraform_is_refused(fake_terraform: Path) -> None:
    script = (fake_terraform / "terraform").read_text()
    (fake_terraform / "terraform").write_text(script.replace("1.11.4", "1.9.8"))

    with pytest.raises(BadInputError, match=r"1\.9\.8; 1\.11 or newer"):
        find_binary()


def test_a_missing_terraform_is_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "terraform-that-is-not-there")

    with pytest.raises(BadInputError, match="terraform-that-is-not-there is not on the PATH"):
        find_binary()
