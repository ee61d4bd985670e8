"""A rollback by the circuit breaker is not a success."""

from typing import Any

import pytest

from ops.account import Environment
from ops.backend import Backend
from ops.errors import OpsError
from ops.rollout import check_rollout
from ops.state import State, States

ARN = "arn:aws:ecs:us-east-1:123456789012:task-definition/task-local:"
pytestmark = pytest.mark.requirement("APP-3")


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch, environment: Environment, backend: Backend) -> States:
    """States that say that the service was deployed as revision 2."""
    service = {"name": "ecs-service-local", "cluster": "ecs-cluster-local", "task_definition": f"{ARN}2"}
    resource = {"mode": "managed", "type": "aws_ecs_service", "instances": [{"attributes": service}]}
    monkeypatch.setattr(States, "read", lambda *_: State(outputs={}, resources=[resource]))
    return States(session=environment.session(), backend=backend, suffix="local")


def runs(monkeypatch: pytest.MonkeyPatch, **deployment: str) -> None:
    answer: list[dict[str, Any]] = [
        {"status": "PRIMARY", **deployment},
        {"status": "ACTIVE", "taskDefinition": "old:1"},
    ]

    class Ecs:
        def describe_services(self, **_arguments: object) -> dict[str, Any]:
            return {"services": [{"deployments": answer}]}

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
