"""After a kill: who is still at work, and whose lock may be released."""

import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from ops.account import Environment
from ops.backend import Backend
from ops.errors import BadInputError
from ops.interrupt import Interrupt
from ops.locks import Locks
from ops.recover.abandoned import Abandoned
from ops.recover.digests import mend_digest
from ops.recover.processes import end_group, orphaned_plugins, terraform_processes
from ops.synth import Layer
from ops.terraform import Binary, Terraform

Start = Callable[..., subprocess.Popen[bytes]]
HERE = f"{getpass.getuser()}@{socket.gethostname()}"


@pytest.fixture
def start(tmp_path: Path, environment: Environment) -> Iterator[Start]:
    """Starts a program that does nothing, under a name, in a layer's folder."""
    started: list[subprocess.Popen[bytes]] = []

    def go(
        name: str, *, layer: str = "network", group: int | None = None, ours: bool = True
    ) -> subprocess.Popen[bytes]:
        program = tmp_path / name
        if not program.exists():
            shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
        folder = tmp_path / layer
        folder.mkdir(exist_ok=True)
        data = {"TF_DATA_DIR": str(environment.workspace.terraform_data(layer))} if ours else {}
        process = subprocess.Popen(
            [program, "60"], cwd=folder, env={"PATH": os.environ["PATH"], **data}, process_group=group or 0
        )
        started.append(process)
        return process

    yield go
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def abandoned(environment: Environment, backend: Backend, tmp_path: Path, said: list[str], aws: None) -> Abandoned:
    assert aws is None
    session = boto3.Session(region_name="us-east-1")
    session.client("s3").create_bucket(Bucket=backend.bucket)
    session.client("dynamodb").create_table(
        TableName=backend.lock_table,
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    terraform = Terraform(
        binary=Binary(path="/nowhere/terraform", product="terraform", version="1.11.4"),
        workspace=environment.workspace,
        variables={},
        interrupt=Interrupt(),
    )
    return Abandoned(
        environment=environment,
        layers={
            "network": Layer("network", frozenset(), tmp_path, {}),
            "keys": Layer("keys", frozenset(), tmp_path, {}),
        },
        locks=Locks(session=session, backend=backend, suffix=environment.suffix),
        terraform=terraform,
        logs=tmp_path,
        say=said.append,
    )


def lock(abandoned: Abandoned, layer: str, *, info: str) -> None:
    """A lock as a killed process leaves it: in the table, and not in the bucket any more, or not yet."""
    backend, suffix = abandoned.locks.backend, abandoned.environment.suffix
    abandoned.locks.session.client("dynamodb").put_item(
        TableName=backend.lock_table,
        Item={"LockID": {"S": f"{backend.bucket}/{backend.state_key(suffix, layer)}"}, "Info": {"S": info}},
    )


def info(who: str) -> str:
    created = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    return f'{{"ID": "", "Who": "{who}", "Operation": "OperationTypeApply", "Created": "{created}"}}'


def test_a_plugin_is_an_orphan_once_its_terraform_is_gone(start: Start, environment: Environment) -> None:
    terraform = start("terraform")
    plugin = start("terraform-provider-aws_v5.100.0_x5", group=terraform.pid)
    someone_elses = start("terraform-provider-google_v1", ours=False)
    workspace = environment.workspace.folder
    assert not orphaned_plugins(terraform_processes("terraform"), workspace=workspace)
    terraform.kill()
    terraform.wait()
    orphans = orphaned_plugins(terraform_processes("terraform"), workspace=workspace)
    assert [orphan.pid for orphan in orphans] == [plugin.pid]
    end_group(orphans[0])
    assert plugin.wait(timeout=5) != 0
    assert someone_elses.poll() is None
    end_group(orphans[0])  # which is gone already


def test_a_terraform_that_goes_on_alone_is_waited_for(start: Start, abandoned: Abandoned, said: list[str]) -> None:
    process = start("terraform")
    threading.Timer(0.5, process.kill).start()
    began = time.monotonic()
    reaper = threading.Thread(target=process.wait)
    reaper.start()
    assert abandoned.end_processes() == 0
    assert time.monotonic() - began >= 0.5
    assert [line for line in said if "still at work on network" in line and str(process.pid) in line]
    reaper.join()


def test_a_lock_whose_holder_is_gone_is_released_and_its_holder_named(abandoned: Abandoned, said: list[str]) -> None:
    lock(abandoned, "network", info=info(HERE))
    assert abandoned.release_locks() == ["network"]
    assert abandoned.locks.find("network") is None
    assert HERE in said[0]
    assert "5m" in said[0]
    assert abandoned.release_locks() == []


@pytest.mark.parametrize("ours", [True, False])
def test_a_lock_that_a_living_process_may_hold_is_kept(start: Start, abandoned: Abandoned, ours: bool) -> None:  # noqa: FBT001
    lock(abandoned, "keys", info=info(HERE))
    lock(abandoned, "network", info=info(HERE))
    process = start("terraform", ours=ours)
    with pytest.raises(
        BadInputError, match=f"network is locked, held by {HERE}.*process {process.pid} of this machine"
    ):
        abandoned.release_locks()
    assert abandoned.locks.find("keys"), "one that may be alive keeps all locks"


@pytest.mark.parametrize("text", [info("alice@laptop"), "not JSON", "{}"])
def test_a_lock_of_somebody_else_or_of_nobody_knows_whom_is_kept(abandoned: Abandoned, text: str) -> None:
    lock(abandoned, "network", info=text)
    with pytest.raises(BadInputError, match=r"not this user on this machine.*\n.*\n.*ops unlock local"):
        abandoned.release_locks()
    assert abandoned.locks.find("network")


def test_the_digest_of_a_state_becomes_that_of_the_state_that_there_is(abandoned: Abandoned) -> None:
    locks = abandoned.locks
    session, backend, suffix = locks.session, locks.backend, locks.suffix
    assert not mend_digest(session, backend, suffix=suffix, layer="keys")
    session.client("s3").put_object(Bucket=backend.bucket, Key=backend.state_key(suffix, "keys"), Body=b"{}")
    assert mend_digest(session, backend, suffix=suffix, layer="keys")
    assert not mend_digest(session, backend, suffix=suffix, layer="keys")
    session.client("s3").delete_object(Bucket=backend.bucket, Key=backend.state_key(suffix, "keys"))
    assert mend_digest(session, backend, suffix=suffix, layer="keys")
    assert not mend_digest(session, backend, suffix=suffix, layer="keys")
