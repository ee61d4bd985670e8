"""What a service is told wrongly it says in one line, to a person."""

import socket
import subprocess
import sys
from collections.abc import Mapping

import pytest

from app.server import serve
from app.settings import BadVariableError, MigrationSettings, ServiceSettings
from tests.app.process import ROOT, clean_environment

GOOD = {
    "AWS_REGION": "us-east-1",
    "DATABASE_NAME": "app",
    "DATABASE_PORT": "5432",
    "DATABASE_READER_HOST": "reader.example.com",
    "DATABASE_USER": "app",
    "DATABASE_WRITER_HOST": "writer.example.com",
    "DATA_BUCKET": "data",
    "ENVIRONMENT": "test",
    "PORT": "8443",
    "PROTOCOL": "HTTPS",
    "SESSION_TABLE": "sessions",
}
MIGRATION = ("AWS_REGION", "DATABASE_NAME", "DATABASE_PORT", "DATABASE_USER", "DATABASE_WRITER_HOST", "ENVIRONMENT")


def run(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", *arguments]
    variables = {**clean_environment(), **(environment or {})}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=15)


def test_a_task_is_told_all_that_the_service_needs() -> None:
    settings = ServiceSettings.of(GOOD)
    assert settings.reader.port == settings.writer.port == 5432
    assert settings.host == "0.0.0.0"  # noqa: S104 - as it should be
    assert settings.stop_seconds < 60  # ECS's stop timeout, after which it kills


def test_a_migration_needs_nothing_that_only_the_service_has() -> None:
    given = {name: GOOD[name] for name in MIGRATION} | {"DATABASE_OWNER": "app_owner"}
    settings = MigrationSettings.of(given)
    assert (settings.database.user, settings.service_user) == ("app_owner", "app")


@pytest.mark.parametrize("name", [name for name in GOOD if name != "DATABASE_PORT"])
def test_a_variable_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(BadVariableError, match=f"^{name} is not set$"):
        ServiceSettings.of({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "²"),
        ("PROTOCOL", "https"),
        ("DATABASE_PORT", "0"),
        ("DATABASE_READER_PORT", "x"),
        ("DATABASE_USER", 'app"; DROP ROLE app'),
        ("DATABASE_WRITER_HOST", "host user=postgres"),
        ("ENVIRONMENT", "a b"),
        ("STOP_SECONDS", "3600"),
        ("WORKERS", "0"),
        ("WORKERS", "17"),
        ("DATABASE_CA_FILE", "/no/such/file"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(BadVariableError, match=f"^{name} "):
        ServiceSettings.of({**GOOD, name: value})


@pytest.mark.parametrize(
    ("arguments", "environment", "named"),
    [
        ([], {}, "DATABASE_WRITER_HOST"),
        (["serve"], {**GOOD, "PORT": "none"}, "PORT"),
        (["migrate"], GOOD, "DATABASE_OWNER"),
        (["drop"], GOOD, "usage"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(
    arguments: list[str], environment: dict[str, str], named: str
) -> None:
    ended = run(*arguments, environment=environment)
    assert ended.returncode == 2
    assert ended.stderr.startswith(named)
    assert (ended.stderr + ended.stdout).count("\n") == 1


def test_a_port_that_somebody_else_has_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = ServiceSettings.of({**GOOD, "HOST": "127.0.0.1", "PORT": str(port)})
        with pytest.raises(BadVariableError, match=f"^PORT {port} of 127.0.0.1 cannot be had"):
            serve(settings)
