"""Whether the service runs what was deployed.

The circuit breaker rolls a failed deployment back, after which the service is stable again and everything looks well:
on the revision from before. https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/860
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ops.errors import OpsError
from ops.images.registry import Repository
from ops.state import States

_POLL_SECONDS = 10
_PATIENCE_SECONDS = 15 * 60


@dataclass(frozen=True)
class Running:
    """What a service runs: a revision, and the image in it."""

    service: str
    revision: str
    image: str
    digest: str | None


def what_runs(states: States, *, layer: str, repository: Repository) -> list[Running]:
    """What each service of the layer runs. Raises OpsError where that is not what its state says."""
    services = states.read(layer).instances("aws_ecs_service")
    _check(states, services, stopping=lambda: False)
    return [_running(states, service, repository) for service in services]


def check_rollout(states: States, *, layer: str, stopping: Callable[[], bool] = lambda: False) -> None:
    """Raise OpsError when a service of the layer runs another revision than its state says, or none."""
    _check(states, states.read(layer).instances("aws_ecs_service"), stopping=stopping)


def _check(states: States, services: list[dict[str, Any]], *, stopping: Callable[[], bool]) -> None:
    for service in services:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            deployment = _primary(states, service)
            if deployment.get("rolloutState", "COMPLETED") != "IN_PROGRESS" or stopping():
                break
            if time.monotonic() > deadline:
                raise OpsError(f"The service {service['name']} has not become stable in 15 minutes.")
            time.sleep(_POLL_SECONDS)
        _judge(service, deployment)


def _running(states: States, service: dict[str, Any], repository: Repository) -> Running:
    ecs = states.session.client("ecs")
    definition = ecs.describe_task_definition(taskDefinition=service["task_definition"])["taskDefinition"]
    image = definition["containerDefinitions"][0]["image"].rsplit("/", 1)[-1]
    name, _, digest = image.partition("@")
    found = repository.digested(digest) if digest else repository.tagged(name.partition(":")[2])
    if found and digest:
        name = ":".join([name, *found.tags[:1]])
    return Running(
        service=service["name"],
        revision=_revision(service["task_definition"]),
        image=name,
        digest=found.digest if found else digest or None,
    )


def _primary(states: States, service: dict[str, Any]) -> dict[str, Any]:
    ecs = states.session.client("ecs")
    found = ecs.describe_services(cluster=service["cluster"], services=[service["name"]])["services"]
    if not found:
        raise OpsError(f"The service {service['name']} is in the state, but not in its cluster.")
    deployments: list[dict[str, Any]] = found[0]["deployments"]
    return next((one for one in deployments if one["status"] == "PRIMARY"), {})


def _judge(service: dict[str, Any], deployment: dict[str, Any]) -> None:
    wanted, runs = _revision(service["task_definition"]), _revision(deployment.get("taskDefinition", ""))
    if runs != wanted:
        raise OpsError(
            f"The service {service['name']} was rolled back: it runs {runs or 'nothing'}, not {wanted}.\n"
            "  The new tasks did not become healthy. Why, say their stopped reasons and logs:\n"
            f"  aws ecs describe-services --cluster {service['cluster']} --services {service['name']} "
            "--query 'services[0].events[:10].message'"
        )
    if deployment.get("rolloutState") == "FAILED":
        reason = deployment.get("rolloutStateReason", "no reason given")
        raise OpsError(f"The deployment of the service {service['name']} failed: {reason}")


def _revision(task_definition: str) -> str:
    """`family:revision`, of an ARN or of itself."""
    return task_definition.rsplit("/", 1)[-1]
