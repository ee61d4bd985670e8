"""What the service stands on: PostgreSQL, and the embedded AWS for its sessions and objects."""

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from ops.availability.storage import BUCKET, TABLE, make_storage
from ops.emulator import start_emulator, stop_emulator
from tests.app.postgresql import USERS, PostgreSql, running_postgresql
from tests.app.process import ROOT, Process, clean_environment, running

REGION = "us-east-1"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def aws_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    record = tmp_path_factory.mktemp("emulator") / "emulator.json"
    try:
        yield start_emulator(record).endpoint
    finally:
        stop_emulator(record)


@pytest.fixture(scope="session")
def aws(aws_endpoint: str) -> boto3.Session:
    """The session table and the data bucket, in a session that finds them."""
    keys = clean_environment()
    session = boto3.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
    make_storage(session, endpoint=aws_endpoint)
    return session


@pytest.fixture(scope="session")
def table(aws: boto3.Session, aws_endpoint: str) -> Any:  # noqa: ANN401 - a table of boto3
    return aws.resource("dynamodb", endpoint_url=aws_endpoint).Table(TABLE)


@pytest.fixture(scope="session")
def environment(postgresql: PostgreSql, aws: boto3.Session, aws_endpoint: str) -> Mapping[str, str]:
    """The variables of a task, and the schema that it needs."""
    del aws
    common = {
        **clean_environment(),
        "AWS_ENDPOINT_URL": aws_endpoint,
        "AWS_REGION": REGION,
        "DATABASE_CA_FILE": str(postgresql.ca_file),
        "DATABASE_NAME": USERS.database,
        "DATABASE_PORT": str(postgresql.port),
        "DATABASE_USER": USERS.service,
        "DATABASE_WRITER_HOST": "localhost",
        "ENVIRONMENT": "test",
    }
    migrated = migrate({**common, "DATABASE_OWNER": USERS.owner})
    assert migrated.returncode == 0, migrated.stdout
    return {
        **common,
        "DATABASE_READER_HOST": "localhost",
        "DATA_BUCKET": BUCKET,
        "HOST": "127.0.0.1",
        "PORT": "0",
        "PROTOCOL": "HTTP",
        "SESSION_TABLE": TABLE,
        "WORKERS": "1",
    }


@pytest.fixture(scope="session")
def service(environment: Mapping[str, str]) -> Iterator[Process]:
    """One service for all tests that do it no harm."""
    with running(environment) as process:
        yield process


@pytest.fixture(scope="session")
def closed_port() -> Iterator[str]:
    """A port that is bound and not listened at, so that nobody else takes it and connections are refused."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield str(bound.getsockname()[1])


@pytest.fixture(scope="session")
def without_reader_and_objects(environment: Mapping[str, str], closed_port: str) -> Iterator[Process]:
    with running(environment, DATABASE_READER_PORT=closed_port, DATA_BUCKET="no-such-bucket") as process:
        yield process


@pytest.fixture
def token(service: Process) -> str:
    return service.begin_session()


def migrate(environment: Mapping[str, str], folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", "migrate"]
    return subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False)
