"""The migration: a task of the service's image that brings the schema up to date, and ends.

It signs in to the database with a token, as the owner of the tables, so that it is given no secret. How the owner comes
into the database: docs/decisions/migrations.md.
"""

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition
from cdktf_cdktf_provider_aws.iam_role import IamRole

from stacks.base import AnyLayer
from stacks.iam import allow, role
from stacks.rules import owner_of
from stacks.security_groups import POSTGRESQL
from stacks.task import TaskInputs, fargate_task, trusts_tasks, unprivileged_container

CONTAINER = "migrate"
COMMAND = ["migrate"]
STREAM_PREFIX = "migrate"


def migration_task(
    layer: AnyLayer, inputs: TaskInputs, *, execution_role: IamRole, logs: CloudwatchLogGroup
) -> EcsTaskDefinition:
    """The one-off task that `ops migrate` runs, of the service's size. Nothing starts it by itself."""
    container = unprivileged_container(
        layer,
        inputs,
        name=CONTAINER,
        environment=_environment(layer, inputs),
        logs=logs,
        stream_prefix=STREAM_PREFIX,
    )
    return fargate_task(
        layer,
        "migration",
        family=layer.names("task", "migrate"),
        execution_role=execution_role,
        task_role=_role(layer, inputs),
        container={**container, "command": COMMAND},
    )


def _environment(layer: AnyLayer, inputs: TaskInputs) -> dict[str, str]:
    """Where the schema is, who owns it, and who is granted the use of it."""
    database = layer.settings.database
    return {
        "AWS_REGION": layer.region,
        "DATABASE_NAME": database.name,
        "DATABASE_OWNER": owner_of(database.service_username),
        "DATABASE_PORT": str(POSTGRESQL),
        "DATABASE_USER": database.service_username,
        "DATABASE_WRITER_HOST": inputs.database.writer_endpoint,
        "ENVIRONMENT": layer.names.suffix,
    }


def _role(layer: AnyLayer, inputs: TaskInputs) -> IamRole:
    """The database as the owner of its tables, and nothing else."""
    owner = owner_of(layer.settings.database.service_username)
    return role(
        layer,
        "migration-role",
        name=layer.names("role", "migrate"),
        description="What a migration may do",
        trusts=trusts_tasks(layer),
        may=[
            allow(
                "rds-db:connect",
                on=[layer.arn("rds-db", f"dbuser:{inputs.database.cluster_resource_id}/{owner}")],
            )
        ],
    )
