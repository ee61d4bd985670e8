"""Endpoints let through what tasks do, and nothing else: roles on one side, endpoints' policies on the other."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.unit.resolved import reference, resolved
from tests.unit.synthesized import Resource, Synthesized, statements

# The endpoints that calls to a service pass; others leave no task: tokens for the database are signed in the task, and
# S3 and DynamoDB call KMS themselves.
PASSES = {"ecr": ("ecr.api", "ecr.dkr"), "logs": ("logs",), "s3": ("s3",), "dynamodb": ("dynamodb",)}
LEAVES_NO_TASK = {"kms", "rds-db"}


def role_of(environment: Synthesized, attribute: str) -> Resource:
    """The role that the task definition names."""
    task = environment.one("aws_ecs_task_definition", "task")
    (found,) = [
        role
        for role in environment.resources("aws_iam_role", layer=task.layer)
        if resolved(environment, task, task[attribute]) == reference(environment, role, "arn")
    ]
    return found


def allowed(environment: Synthesized, attribute: str) -> set[tuple[str, str]]:
    """Each (action, resource) that a role of the task is allowed."""
    role = role_of(environment, attribute)
    policy = environment.one("aws_iam_role_policy", f"{role.name}-policy", layer=role.layer)
    return {
        (action, on)
        for statement in statements(resolved(environment, policy, policy["policy"]))
        for action in statement["Action"]
        for on in statement["Resource"]
    }


def let_through(environment: Synthesized) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each endpoint's service, with each statement of its policy."""
    for endpoint in environment.resources("aws_vpc_endpoint"):
        service = endpoint["service_name"].removeprefix("com.amazonaws.us-east-1.")
        for statement in statements(resolved(environment, endpoint, endpoint["policy"])):
            yield service, statement


@pytest.mark.requirement("APP-1", "APP-3", "APP-5")
def test_a_task_gets_through_the_endpoints_with_everything_that_it_may_do(environment: Synthesized) -> None:
    policies = list(let_through(environment))
    stopped = []
    for action, on in allowed(environment, "execution_role_arn") | allowed(environment, "task_role_arn"):
        service = action.partition(":")[0]
        if service in LEAVES_NO_TASK:
            continue
        for endpoint in PASSES[service]:
            ways = [statement for name, statement in policies if name == endpoint and action in statement["Action"]]
            if not any(fnmatchcase(on, pattern) for statement in ways for pattern in statement["Resource"]):
                stopped.append(f"{endpoint} stops {action} on {on}")
    assert not stopped


@pytest.mark.requirement("APP-1", "ENV-7")
def test_endpoints_let_nothing_through_that_no_task_may_do(environment: Synthesized) -> None:
    may = allowed(environment, "execution_role_arn") | allowed(environment, "task_role_arn")
    for endpoint, statement in let_through(environment):
        if statement.get("Sid") == "ImageLayersOfEcr":
            continue  # which ECR reads in its own name
        for action in statement["Action"]:
            for resource in statement["Resource"]:
                # A copy of the table may take its place: the task may then do with that what it may do with the first.
                pattern = resource.replace("-????????-??????", "")
                assert (action, pattern) in may, f"{endpoint} lets through {action} on {pattern}, which no task does"


@pytest.mark.requirement("APP-3", "APP-5", "ENV-7")
def test_fargate_can_pull_the_image_and_the_service_cannot(environment: Synthesized) -> None:
    repository = environment.one("aws_ecr_repository")
    pull = {"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
    fargate = allowed(environment, "execution_role_arn")
    pulls = {on for action, on in fargate if action in pull}
    assert {action for action, _ in fargate if action.startswith("ecr:")} == pull | {"ecr:GetAuthorizationToken"}
    assert [on.rpartition("/")[2] for on in pulls] == [repository["name"]]
    assert not {action for action, _ in allowed(environment, "task_role_arn") if action.startswith(("ecr:", "logs:"))}
    assert not {action for action, _ in fargate if action.startswith(("rds-db:", "dynamodb:", "s3:"))}


@pytest.mark.requirement("APP-3", "OBS-4")
def test_fargate_may_write_the_log_of_the_service_and_no_other(environment: Synthesized) -> None:
    group = environment.one("aws_cloudwatch_log_group", "log-group-service")["name"]
    written = {on for action, on in allowed(environment, "execution_role_arn") if action.startswith("logs:")}
    assert [on.partition(":log-group:")[2] for on in written] == [f"{group}:*"]
