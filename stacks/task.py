"""The task: what one copy of the service is given, may do, and is kept from doing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.ecs_task_definition import (
    EcsTaskDefinition,
    EcsTaskDefinitionRuntimePlatform,
    EcsTaskDefinitionVolume,
)
from cdktf_cdktf_provider_aws.iam_role import IamRole

from stacks.base import AnyLayer
from stacks.database import DatabaseOutputs
from stacks.iam import EVERYTHING, allow, role, trust
from stacks.keys import KeysOutputs
from stacks.registry import RegistryOutputs
from stacks.security_groups import POSTGRESQL
from stacks.storage import StorageOutputs

CONTAINER = "service"
UNPRIVILEGED = "10001:10001"

# ECS counts a processor as so many: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
CPU_UNITS = 1024

# Longer than the load balancer drains (30 s), so that a stopping task can finish what it has accepted.
STOP_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class TaskInputs:
    """What other layers give to a task."""

    keys: KeysOutputs
    storage: StorageOutputs
    registry: RegistryOutputs
    database: DatabaseOutputs


def task_definition(
    layer: AnyLayer, inputs: TaskInputs, *, execution_role: IamRole, logs: CloudwatchLogGroup
) -> EcsTaskDefinition:
    """One copy of the service."""
    service = layer.settings.service
    port = {"containerPort": service.container_port, "hostPort": service.container_port, "protocol": "tcp"}
    container = unprivileged_container(
        layer, inputs, name=CONTAINER, environment=_environment(layer, inputs), logs=logs, stream_prefix="task"
    )
    return fargate_task(
        layer,
        "task",
        family=layer.names("task", "service"),
        execution_role=execution_role,
        task_role=_task_role(layer, inputs),
        container={**container, "stopTimeout": STOP_TIMEOUT_SECONDS, "portMappings": [port]},
    )


def fargate_task(
    layer: AnyLayer,
    construct_id: str,
    *,
    family: str,
    execution_role: IamRole,
    task_role: IamRole,
    container: Mapping[str, object],
) -> EcsTaskDefinition:
    """A Fargate task of one container, of the size that the settings say, with a scratch volume."""
    service = layer.settings.service
    return EcsTaskDefinition(
        layer,
        construct_id,
        family=family,
        requires_compatibilities=["FARGATE"],
        network_mode="awsvpc",
        cpu=str(service.cpu),
        memory=str(service.memory),
        runtime_platform=EcsTaskDefinitionRuntimePlatform(
            cpu_architecture=service.architecture, operating_system_family="LINUX"
        ),
        execution_role_arn=execution_role.arn,
        task_role_arn=task_role.arn,
        volume=[EcsTaskDefinitionVolume(name="scratch")],
        container_definitions=json.dumps([container]),
    )


def unprivileged_container(
    layer: AnyLayer,
    inputs: TaskInputs,
    *,
    name: str,
    environment: Mapping[str, str],
    logs: CloudwatchLogGroup,
    stream_prefix: str,
) -> dict[str, object]:
    """A container of the service's image without privileges, with a read-only root and the scratch volume at /tmp."""
    return {
        "name": name,
        "image": _image(layer, inputs),
        "essential": True,
        "user": UNPRIVILEGED,
        "privileged": False,
        "readonlyRootFilesystem": True,
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
        "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/tmp", "readOnly": False}],  # noqa: S108
        "environment": [{"name": key, "value": value} for key, value in sorted(environment.items())],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": logs.name,
                "awslogs-region": layer.region,
                "awslogs-stream-prefix": stream_prefix,
                # A slow log endpoint must not stop requests: lines wait in memory, and the oldest are dropped.
                "mode": "non-blocking",
                "max-buffer-size": "25m",
            },
        },
    }


def _image(layer: AnyLayer, inputs: TaskInputs) -> str:
    """By digest where the settings have it. Tags are immutable, and ECS takes the digest of a tag once a deployment.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html#deployment-container-image-stability
    """
    service, repository = layer.settings.service, inputs.registry.repository_url
    return f"{repository}@{service.image_digest}" if service.image_digest else f"{repository}:{service.image_tag}"


def _environment(layer: AnyLayer, inputs: TaskInputs) -> dict[str, str]:
    """No secrets: the service signs in to the database with IAM tokens of its own role."""
    settings = layer.settings
    return {
        "AWS_REGION": layer.region,
        "DATABASE_NAME": settings.database.name,
        "DATABASE_PORT": str(POSTGRESQL),
        "DATABASE_READER_HOST": inputs.database.reader_endpoint,
        "DATABASE_USER": settings.database.service_username,
        "DATABASE_WRITER_HOST": inputs.database.writer_endpoint,
        "DATA_BUCKET": inputs.storage.data_bucket_name,
        "ENVIRONMENT": layer.names.suffix,
        "PORT": str(settings.service.container_port),
        "PROTOCOL": settings.service.target_protocol,
        "SESSION_TABLE": inputs.storage.session_table_name,
        # One for each processor, and two at least, so that one remains while the other is replaced.
        "WORKERS": str(max(2, settings.service.cpu // CPU_UNITS)),
    }


def trusts_tasks(layer: AnyLayer) -> str:
    """ECS, for tasks of this account.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    tasks = {"ArnLike": {"aws:SourceArn": layer.arn("ecs", "*")}}
    return trust("ecs-tasks.amazonaws.com", account_id=layer.account_id, when=tasks)


def execution_role(layer: AnyLayer, inputs: TaskInputs, *, logs: CloudwatchLogGroup) -> IamRole:
    """What Fargate needs to start a task: its image, and a place for its log lines."""
    pull = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
    return role(
        layer,
        "execution-role",
        name=layer.names("role", "execution"),
        description="Lets Fargate pull the service's image and write its log",
        trusts=trusts_tasks(layer),
        may=[
            allow("ecr:GetAuthorizationToken", on=EVERYTHING, sid="NoResourceLevelPermission"),
            allow(*pull, on=[inputs.registry.repository_arn]),
            allow("logs:CreateLogStream", "logs:PutLogEvents", on=[f"{logs.arn}:*"]),
        ],
    )


def _task_role(layer: AnyLayer, inputs: TaskInputs) -> IamRole:
    """What the service itself may do: its sessions, its objects, and the database as its own user."""
    user = f"dbuser:{inputs.database.cluster_resource_id}/{layer.settings.database.service_username}"
    items = ("DeleteItem", "DescribeTable", "GetItem", "PutItem", "Query", "UpdateItem")
    through = [f"{name}.{layer.region}.amazonaws.com" for name in ("dynamodb", "s3")]
    return role(
        layer,
        "task-role",
        name=layer.names("role", "task"),
        description="What the service may do",
        trusts=trusts_tasks(layer),
        may=[
            allow("rds-db:connect", on=[layer.arn("rds-db", user)]),
            allow(*(f"dynamodb:{item}" for item in items), on=[inputs.storage.session_table_arn]),
            allow("s3:DeleteObject", "s3:GetObject", "s3:PutObject", on=[f"{inputs.storage.data_bucket_arn}/*"]),
            allow("s3:ListBucket", on=[inputs.storage.data_bucket_arn]),
            allow(
                "kms:Decrypt",
                "kms:GenerateDataKey",
                on=[inputs.keys.storage_key_arn],
                when={"StringEquals": {"kms:ViaService": through}},
            ),
        ],
    )
