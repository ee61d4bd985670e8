"""The versions of a state, and that only one of them can be brought back."""

import json
from collections.abc import Callable

import boto3
import pytest

from ops import state_history
from ops.account import Environment
from ops.backend import Backend
from ops.errors import BadInputError
from ops.state_history import History, history_as_document, read_history

Write = Callable[[int, int], None]


@pytest.fixture
def write(environment: Environment, backend: Backend, aws: None, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a version of the state of `network`, with a serial and a number of resources."""
    assert aws is None
    monkeypatch.setattr(state_history, "load_backend", lambda: backend)
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket=backend.bucket)
    s3.put_bucket_versioning(Bucket=backend.bucket, VersioningConfiguration={"Status": "Enabled"})

    def put(serial: int, resources: int) -> None:
        one = {"mode": "managed", "type": "aws_vpc", "name": "vpc", "instances": [{"attributes": {}}] * resources}
        document = {"version": 4, "serial": serial, "lineage": "l", "outputs": {}, "resources": [one]}
        key = backend.state_key(environment.suffix, "network")
        s3.put_object(Bucket=backend.bucket, Key=key, Body=json.dumps(document))
        s3.put_object(Bucket=backend.bucket, Key=f"{key}.tflock", Body="{}")  # whose versions are of no interest

    return put


def test_every_version_is_shown_newest_first_and_one_is_current(environment: Environment, write: Write) -> None:
    write(1, 3)
    write(2, 5)
    versions = read_history(environment, "network")
    assert [(version.serial, version.resources, version.is_current) for version in versions] == [
        (2, 5, True),
        (1, 3, False),
    ]
    assert [one["serial"] for one in history_as_document(versions)] == [2, 1]


def test_a_deletion_is_a_version_and_what_was_deleted_can_be_read(
    environment: Environment, backend: Backend, write: Write
) -> None:
    write(4, 3)
    key = backend.state_key(environment.suffix, "network")
    boto3.client("s3", region_name="us-east-1").delete_object(Bucket=backend.bucket, Key=key)
    deletion, deleted = read_history(environment, "network")
    assert (deletion.is_deletion, deletion.is_current) == (True, True)
    assert History(environment, backend, "network").read(deleted.id)["serial"] == 4


def test_what_was_never_there_is_said_with_what_is(environment: Environment, write: Write) -> None:
    write(1, 1)
    with pytest.raises(BadInputError, match=r"no state of a layer 'netwrok'.*\n.*network"):
        read_history(environment, "netwrok")


def test_a_version_that_there_is_not_is_refused(environment: Environment, backend: Backend, write: Write) -> None:
    write(1, 1)
    with pytest.raises(BadInputError, match=r"'nonsense' is no version.*\n.*ops state history local network"):
        History(environment, backend, "network").read("nonsense")


def test_a_damaged_version_does_not_hide_the_others(environment: Environment, backend: Backend, write: Write) -> None:
    write(1, 3)
    key = backend.state_key(environment.suffix, "network")
    for body in (b"{}", b"not JSON"):
        boto3.client("s3", region_name="us-east-1").put_object(Bucket=backend.bucket, Key=key, Body=body)
    versions = read_history(environment, "network")
    assert sorted(version.is_damaged for version in versions) == [False, True, True]
    assert [version.serial for version in versions if not version.is_damaged] == [1]
