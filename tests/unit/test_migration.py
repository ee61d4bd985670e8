"""The migration: the same image, started by hand, which may own tables and nothing else."""

import json
from typing import Any

import pytest

from stacks.rules import owner_of
from stacks.settings import DatabaseSettings, Settings
from tests.unit.conftest import with_changes
from tests.unit.resolved import reference, resolved
from tests.unit.synthesized import Synthesized, statements, synthesize

pytestmark = pytest.mark.requirement("DB-4")

DIGEST = f"sha256:{'4b' * 32}"


def container(environment: Synthesized, name: str) -> dict[str, Any]:
    """The only container of a task definition, with every reference followed."""
    task = environment.one("aws_ecs_task_definition", name)
    (only,) = json.loads(task["container_definitions"])
    found = resolved(environment, task, only)
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def pinned(settings: Settings) -> Synthesized:
    return synthesize(with_changes(settings, {"service": {"image_digest": DIGEST}}))


def test_a_migration_runs_the_image_of_the_service(environment: Synthesized, pinned: Synthesized) -> None:
    for synthesized in (environment, pinned):
        assert container(synthesized, "migration")["image"] == container(synthesized, "task")["image"]
    assert container(environment, "migration")["command"] == ["migrate"]


@pytest.mark.requirement("APP-5")
def test_an_image_is_deployed_by_digest_where_the_settings_have_it(pinned: Synthesized) -> None:
    repository = reference(pinned, pinned.one("aws_ecr_repository"), "repository_url")
    assert container(pinned, "task")["image"] == f"{repository}@{DIGEST}"


@pytest.mark.requirement("APP-3", "ENV-7")
def test_a_migration_is_hardened_like_the_service(environment: Synthesized) -> None:
    ours, services = container(environment, "migration"), container(environment, "task")
    for key in ("user", "privileged", "readonlyRootFilesystem", "linuxParameters", "mountPoints"):
        assert ours[key] == services[key], key


def test_a_migration_is_told_where_the_database_is_and_no_secret(environment: Synthesized) -> None:
    only, cluster = container(environment, "migration"), environment.one("aws_rds_cluster")
    told = {variable["name"]: variable["value"] for variable in only["environment"]}
    assert "secrets" not in only
    assert not [name for name in told if "PASSWORD" in name or "SECRET" in name]
    assert told["DATABASE_WRITER_HOST"] == reference(environment, cluster, "endpoint")
    assert (told["DATABASE_OWNER"], told["DATABASE_USER"]) == (
        "app_owner",
        environment.settings.database.service_username,
    )


@pytest.mark.requirement("ENV-7")
def test_a_migration_may_sign_in_as_the_owner_of_the_tables_and_nothing_else(environment: Synthesized) -> None:
    task, role = (
        environment.one("aws_ecs_task_definition", "migration"),
        environment.one("aws_iam_role", "migration-role"),
    )
    assert resolved(environment, task, task["task_role_arn"]) == reference(environment, role, "arn")
    (only,) = statements(environment.one("aws_iam_role_policy", "migration-role-policy")["policy"])
    assert only["Action"] == ["rds-db:connect"]
    (user,) = only["Resource"]
    assert user.endswith("/app_owner")


@pytest.mark.requirement("APP-1", "APP-5", "OBS-4")
def test_a_migration_is_pulled_and_logged_as_the_service_is(environment: Synthesized) -> None:
    ours, services = (environment.one("aws_ecs_task_definition", name) for name in ("migration", "task"))
    assert ours["execution_role_arn"] == services["execution_role_arn"], "endpoints let nobody else through"
    group, prefix = "awslogs-group", "awslogs-stream-prefix"
    logs = [container(environment, name)["logConfiguration"]["options"] for name in ("migration", "task")]
    assert logs[0][group] == logs[1][group]
    assert logs[0][prefix] != logs[1][prefix]


@pytest.mark.requirement("DB-3")
def test_the_data_api_is_said_to_be_closed_so_that_an_open_one_is_found(environment: Synthesized) -> None:
    assert environment.one("aws_rds_cluster")["enable_http_endpoint"] is False


@pytest.mark.requirement("OBS-2")
def test_a_migration_that_ends_alarms_nobody(environment: Synthesized) -> None:
    rule = environment.one("aws_cloudwatch_event_rule", "event-task-stopped")
    heard = resolved(environment, rule, json.loads(rule["event_pattern"]))["detail"]
    service = environment.one("aws_ecs_service")
    assert heard["group"] == [f"service:{service['name']}"], "a task that runs once is of the group family:..."


def test_the_owner_of_the_tables_has_a_name_that_postgresql_keeps_whole() -> None:
    assert owner_of("app") == "app_owner"
    assert len(owner_of("a" * 63)) == 63


@pytest.mark.parametrize("master", ["app", "app_owner"])
def test_a_master_user_that_would_lose_its_password_is_refused(master: str) -> None:
    with pytest.raises(ValueError, match="must differ from master_username"):
        DatabaseSettings(master_username=master, service_username="app")
