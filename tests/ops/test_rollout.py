"""A rollback by the circuit breaker is not a success."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from ops.account import Environment
from ops.backend import Backend
from ops.errors import OpsError
from ops.images.registry import Image, Repository
from ops.report import print_running
from ops.rollout import check_rollout, what_runs
from ops.state import State, States

ARN = "arn:aws:ecs:us-east-1:123456789012:task-definition/task-local:"
DIGEST = f"sha256:{'4b' * 32}"
pytestmark = pytest.mark.requirement("APP-3")


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch, environment: Environment, backend: Backend) -> States:
    """States that say that the service was deployed as revision 2."""
    service = {"name": "ecs-service-local", "cluster": "ecs-cluster-local", "task_definition": f"{ARN}2"}
    resource = {"mode": "managed", "type": "aws_ecs_service", "instances": [{"attributes": service}]}
    monkeypatch.setattr(States, "read", lambda *_: State(outputs={}, resources=[resource]))
    return States(session=environment.session(), backend=backend, suffix="local")


def runs(monkeypatch: pytest.MonkeyPatch, *, image: str = ":1.0.0", **deployment: str) -> None:
    answer: list[dict[str, Any]] = [
        {"status": "PRIMARY", **deployment},
        {"status": "ACTIVE", "taskDefinition": "old:1"},
    ]

    class Ecs:
        def describe_services(self, **_arguments: object) -> dict[str, Any]:
            return {"services": [{"deployments": answer}]}

        def describe_task_definition(self, **_arguments: object) -> dict[str, Any]:
            return {"taskDefinition": {"containerDefinitions": [{"image": f"registry/ecr-service-local{image}"}]}}

    monkeypatch.setattr("boto3.Session.client", lambda *_: Ecs())


def test_the_revision_that_was_deployed_is_fine(monkeypatch: pytest.MonkeyPatch, states: States) -> None:
    runs(monkeypatch, taskDefinition=f"{ARN}2", rolloutState="COMPLETED")

    check_rollout(states, layer="compute")


def test_another_revision_is_a_rollback(monkeypatch: pytest.MonkeyPatch, states: States) -> None:
    runs(monkeypatch, taskDefinition=f"{ARN}1", rolloutState="COMPLETED")

    with pytest.raises(OpsError, match="was rolled back: it runs task-local:1, not task-local:2"):
        check_rollout(states, layer="compute")


def test_a_failed_first_deployment_is_an_error(monkeypatch: pytest.MonkeyPatch, states: States) -> None:
    runs(monkeypatch, taskDefinition=f"{ARN}2", rolloutState="FAILED", rolloutStateReason="tasks failed to start")

    with pytest.raises(OpsError, match="tasks failed to start"):
        check_rollout(states, layer="compute")


def shown(monkeypatch: pytest.MonkeyPatch, states: States, environment: Environment) -> str:
    """What a deployment says at its end, of a registry in which every tag is of one image."""
    image = Image(digest=DIGEST, tags=("1.0.0",), pushed=datetime.now(UTC))
    monkeypatch.setattr(Repository, "tagged", lambda _repository, tag: image if tag == "1.0.0" else None)
    monkeypatch.setattr(Repository, "digested", lambda _repository, digest: image if digest == DIGEST else None)
    console = Console(file=io.StringIO(), width=40)
    print_running(console, what_runs(states, layer="compute", repository=Repository(environment)))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("image", "says"),
    [
        (":1.0.0", f"ecr-service-local:1.0.0, {DIGEST}"),
        (f"@{DIGEST}", f"ecr-service-local:1.0.0, {DIGEST}"),
        ("@sha256:gone", "ecr-service-local, sha256:gone"),
        (":gone", "ecr-service-local:gone"),
    ],
)
def test_a_deployment_says_which_revision_of_which_image_runs(
    monkeypatch: pytest.MonkeyPatch, states: States, environment: Environment, image: str, says: str
) -> None:
    runs(monkeypatch, image=image, taskDefinition=f"{ARN}2", rolloutState="COMPLETED")

    assert shown(monkeypatch, states, environment) == f"ecs-service-local runs task-local:2: {says}\n"


def test_what_was_rolled_back_is_not_said_to_run(
    monkeypatch: pytest.MonkeyPatch, states: States, environment: Environment
) -> None:
    runs(monkeypatch, taskDefinition=f"{ARN}1", rolloutState="COMPLETED")

    with pytest.raises(OpsError, match="was rolled back"):
        shown(monkeypatch, states, environment)
