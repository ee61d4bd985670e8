"""Locks that killed processes leave behind."""

import getpass
import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ops.account import Environment
from ops.backend import Backend
from ops.interrupt import Interrupt
from ops.locks import Locks
from ops.synth import Layer
from ops.terraform import Binary, Terraform

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ME = f"{getpass.getuser()}@{socket.gethostname()}"


@pytest.fixture
def locks(environment: Environment, backend: Backend, aws: None) -> Locks:  # noqa: ARG001
    session = environment.session()
    session.client("s3").create_bucket(Bucket="states")
    session.client("dynamodb").create_table(
        TableName="locks",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
    )
    return Locks(session=environment.session(), backend=backend, suffix="local")


def hold(locks: Locks, *, who: str = ME, table: bool = True, bucket: bool = True) -> None:
    info = json.dumps(
        {"ID": "1-2-3", "Who": who, "Operation": "OperationTypeApply", "Created": "2026-01-02T03:04:05.678901234Z"}
    )
    if table:
        item = {"LockID": {"S": "states/local/keys.tfstate"}, "Info": {"S": info}}
        locks.session.client("dynamodb").put_item(TableName="locks", Item=item)
    if bucket:
        locks.session.client("s3").put_object(Bucket="states", Key="local/keys.tfstate.tflock", Body=info.encode())


@pytest.mark.parametrize(("table", "bucket"), [(True, False), (False, True), (True, True)])
def test_a_lock_is_found_wherever_it_is(locks: Locks, *, table: bool, bucket: bool) -> None:
    hold(locks, table=table, bucket=bucket)

    lock = locks.find("keys")

    assert lock
    assert (lock.id, lock.who, lock.created) == ("1-2-3", ME, NOW)
    assert locks.find("network") is None


def test_a_lock_is_ours_only_if_we_took_it_since(locks: Locks) -> None:
    hold(locks)
    ours = locks.find("keys")
    hold(locks, who="somebody@elsewhere")
    theirs = locks.find("keys")

    assert ours
    assert theirs
    assert ours.is_ours(since=NOW)
    assert not ours.is_ours(since=NOW + timedelta(seconds=1))
    assert not theirs.is_ours(since=NOW)


def test_a_released_lock_is_gone_from_both_places(
    locks: Locks, environment: Environment, fake_terraform: Path, tmp_path: Path
) -> None:
    hold(locks)
    lock = locks.find("keys")
    assert lock
    layer = Layer(name="keys", dependencies=frozenset(), folder=tmp_path, configuration={})
    binary = Binary(path=str(fake_terraform / "terraform"), product="terraform", version="1.11.4")
    terraform = Terraform(binary=binary, workspace=environment.workspace, variables={}, interrupt=Interrupt())

    locks.release(layer, lock, terraform=terraform, log=tmp_path / "log")

    assert "force-unlock -force 1-2-3" in (fake_terraform / "calls").read_text()
    assert locks.find("keys") is None
