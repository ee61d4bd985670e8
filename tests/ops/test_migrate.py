"""A migration is run once, is followed to its end, and says what it did."""

import io
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import emulator.services.ecs  # noqa: F401 - tasks that end
from ops import migrate as module
from ops import one_off_task
from ops.account import Environment
from ops.backend import Backend
from ops.errors import BadInputError, OpsError
from ops.migrate import migrate
from ops.one_off_task import Ended
from ops.workspace import Workspace

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.requirement("DB-4")]

GROUP, STREAM_PREFIX = "log-group-service-local", "migrate"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_off_task, "_POLL_SECONDS", 0)
    monkeypatch.setattr(one_off_task, "_LOG_SETTLES_SECONDS", 0)


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


@pytest.fixture
def deployed(
    environment: Environment,
    backend: Backend,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    aws: None,  # noqa: ARG001
) -> Environment:
    """An environment of which everything is deployed that a migration needs."""
    session = environment.session()
    ec2, ecs, s3 = session.client("ec2"), session.client("ecs"), session.client("s3")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="service", Description="tasks", VpcId=vpc)["GroupId"]
    session.client("logs").create_log_group(logGroupName=GROUP)
    ecs.create_cluster(clusterName="ecs-cluster-local")
    container = {
        "name": "migrate",
        "image": "service",
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": GROUP, "awslogs-stream-prefix": STREAM_PREFIX},
        },
    }
    definition = ecs.register_task_definition(
        family="task-migrate-local",
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[container],
        tags=[{"key": "Layer", "value": "compute"}],
    )["taskDefinition"]["taskDefinitionArn"]
    published = {
        "compute": {"cluster_name": "ecs-cluster-local", "migration_task_definition_arn": definition},
        "network": {"application_subnet_ids": [subnet], "service_security_group_id": group},
        "database": {"cluster_arn": "arn:cluster", "master_secret_arn": "arn:secret"},
    }
    s3.create_bucket(Bucket=backend.bucket)
    for layer, outputs in published.items():
        state = {"outputs": {name: {"value": value, "type": "string"} for name, value in outputs.items()}}
        s3.put_object(Bucket=backend.bucket, Key=backend.state_key("local", layer), Body=json.dumps(state).encode())
    monkeypatch.setattr(module, "load_backend", lambda: backend)
    return replace(environment, workspace=Workspace(suffix="local", root=tmp_path))


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def ends(monkeypatch: pytest.MonkeyPatch, *how: Ended) -> list[Ended]:
    """What the runs to come end with; how many are left is in the list."""
    left = list(how)
    monkeypatch.setattr(module, "run_task", lambda *_, **__: left.pop(0))
    return left


def made_users(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """With what the database's users are made."""
    calls: list[dict[str, Any]] = []

    def make(_session: object, users: object, **arguments: str) -> list[str]:
        calls.append({"users": users, **arguments})
        return ["app_owner", "app"]

    monkeypatch.setattr(module, "make_users", make)
    return calls


def test_a_migration_runs_where_the_service_does_and_is_followed(deployed: Environment, console: Console) -> None:
    migrate(deployed, console=console)

    ecs = deployed.session().client("ecs")
    (arn,) = ecs.list_tasks(cluster="ecs-cluster-local", desiredStatus="STOPPED")["taskArns"]
    (task,) = ecs.describe_tasks(cluster="ecs-cluster-local", tasks=[arn], include=["TAGS"])["tasks"]
    assert task["group"] == "family:task-migrate-local"
    assert task["startedBy"] == "ops-migrate"
    assert {"key": "Layer", "value": "compute"} in task["tags"], "who pays for it"
    steps = [line.split()[1] for line in said(console).splitlines() if line[:2].isdigit()]
    assert steps == ["provisioning", "pending", "running", "deprovisioning", "stopped"]
    assert "Migrated" in said(console)


def test_what_a_migration_logs_is_shown_as_it_is(
    deployed: Environment, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = deployed.session().client("logs")
    lines = ['{"message": "applied [bold]001"}', "second"]
    describe = one_off_task._follow  # noqa: SLF001 - the task is known from here on

    def write_and_follow(ecs: object, cluster: str, task: dict[str, Any], follower: Any) -> Ended:  # noqa: ANN401
        stream = f"{STREAM_PREFIX}/migrate/{task['taskArn'].rsplit('/', 1)[-1]}"
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        for at, line in enumerate(lines):
            event = {"timestamp": int(time.time() * 1000) + at, "message": line}
            logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=[event])
        return describe(ecs, cluster, task, follower)

    monkeypatch.setattr(one_off_task, "_follow", write_and_follow)

    migrate(deployed, console=console)

    shown = [line.split("  ", 1)[1].strip() for line in said(console).splitlines() if line[:2].isdigit()]
    assert [line for line in shown if line in lines] == lines, "each line once, in order, and unchanged"


def test_the_embedded_aws_is_not_said_to_have_migrated_anything(deployed: Environment, console: Console) -> None:
    migrate(replace(deployed, embedded=True), console=console)

    assert "nothing was migrated" in said(console)
    assert "Migrated" not in said(console)


def test_a_database_that_knows_no_users_is_given_them_once(
    deployed: Environment, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, made = ends(monkeypatch, Ended(3, ""), Ended(0, "")), made_users(monkeypatch)

    migrate(deployed, console=console)

    assert not left
    (call,) = made
    assert (call["cluster_arn"], call["secret_arn"]) == ("arn:cluster", "arn:secret")
    assert call["users"].owner == "app_owner"
    assert "Made app_owner, app" in said(console)


def test_a_database_that_knows_its_users_is_not_opened(
    deployed: Environment, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = made_users(monkeypatch)
    ends(monkeypatch, Ended(0, ""))

    migrate(deployed, console=console)

    assert not made


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ([Ended(1, "Essential container in task exited")], "failed with exit code 1: Essential container"),
        ([Ended(137, "OutOfMemoryError: killed")], "failed with exit code 137: OutOfMemoryError"),
        ([Ended(None, "CannotPullContainerError: no such image")], "did not start: CannotPullContainerError"),
        ([Ended(3, ""), Ended(3, "")], "refuses the migration's sign-in, though its user is there"),
        ([Ended(3, ""), Ended(1, "")], "failed with exit code 1"),
    ],
)
def test_a_migration_that_fails_says_why(
    deployed: Environment, console: Console, monkeypatch: pytest.MonkeyPatch, how: list[Ended], says: str
) -> None:
    made_users(monkeypatch)
    left = ends(monkeypatch, *how)

    with pytest.raises(OpsError, match=says) as raised:
        migrate(deployed, console=console)

    assert raised.value.exit_code == 1
    assert not left
    assert "Migrated" not in said(console)


def test_without_capacity_there_is_no_task_to_wait_for(
    deployed: Environment, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "moto.ecs.models.EC2ContainerServiceBackend.run_task",
        lambda *_, **__: [],
    )

    with pytest.raises(OpsError, match="ECS does not start the task"):
        migrate(deployed, console=console)


def test_whoever_stops_waiting_is_told_that_the_task_goes_on(
    deployed: Environment, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> Ended:
        raise KeyboardInterrupt

    monkeypatch.setattr(one_off_task, "_follow", interrupted)

    with pytest.raises(KeyboardInterrupt):
        migrate(deployed, console=console)

    assert "aws ecs stop-task --cluster ecs-cluster-local --task " in said(console)


def test_before_a_deployment_it_says_what_to_do(
    environment: Environment, backend: Backend, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "load_backend", lambda: backend)

    with pytest.raises(BadInputError, match=r"(?s)compute of local is not deployed.*python -m ops deploy local"):
        migrate(environment, console=console)
