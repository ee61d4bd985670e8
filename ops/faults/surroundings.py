"""Takes away what a deployment stands on: its lock, its bucket, its disk, its AWS, its being alone."""

import getpass
import json
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ops.backend import load_backend
from ops.errors import OpsError
from ops.faults.subject import Ended, Subject
from ops.plan.command import plan_folder
from ops.recover.digests import mend_digest
from ops.state import address_of
from ops.workspace import ROOT

_NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".work", "cdktf.out", "node_modules", "__pycache__", ".*_cache")
_LOCK_ID = "00000000-0000-0000-0000-000000000001"
_UNREADABLE_SECONDS = 15
# Too small for what the plan is made from, for the plan itself, and for the logs beside it.
_SMALL_DISKS = ("64k", "1m", "3m")
# A file system of the command's own, which needs no rights on Linux: the folder is small for it, and for nobody else.
_ON_A_SMALL_DISK = [
    *("unshare", "--user", "--map-root-user", "--mount", "sh", "-ec"),
    'mount -t tmpfs -o size="$1" small "$2"; shift 2; exec "$@"',
    "sh",
]


def side_by_side(subject: Subject, *, how_many: int) -> None:
    """Several deployments of one environment at once, from checkouts of their own, of which locks let one through."""
    with tempfile.TemporaryDirectory(prefix="side-by-side-") as folder:
        subjects = [subject]
        for number in range(1, how_many):
            root = Path(folder) / str(number)
            shutil.copytree(ROOT, root, ignore=_NOT_COPIED)
            subjects.append(replace(subject, root=root))
        running = [one.start("deploy") for one in subjects]
        ended = [one.wait() for one in running]
    subject.say(f"  exit codes {[one.code for one in ended]}")
    for one in ended:
        _check(one, one.is_readable and (one.code == 0 or "lock" in one.said), "says nothing of a lock")
    _check(ended[0], any(one.code == 0 for one in ended), "and nobody came through")
    subject.insist("deploy")


def same_checkout(subject: Subject) -> None:
    """A second command in the same checkout is kept out."""
    first = subject.start("deploy")
    time.sleep(1)
    second = subject.run("deploy")
    _check(second, second.code == 2 and "Another command is at work" in second.said, "is let in")
    _check(first.wait(), first.wait().code == 0, "fails because of the second one")


def stale_lock(subject: Subject) -> None:
    """A lock of a process of this machine that is gone is released; one of somebody else is not."""
    subject.insist("deploy")
    _lock(subject, who=f"{getpass.getuser()}@{socket.gethostname()}")
    recovered = subject.run("recover")
    _check(recovered, recovered.code == 0 and "Released the lock on keys" in recovered.said, "does not release it")
    _lock(subject, who="alice@laptop")
    refused = subject.run("recover")
    _check(refused, refused.code == 2 and "alice@laptop" in refused.said, "does not name who holds the lock")
    # A deployment that has nothing to change takes no lock.
    held = subject.run("destroy")
    _check(held, held.code == 1 and "alice@laptop" in held.said, "does not name who holds the lock")
    unlocked = subject.run("unlock")
    _check(unlocked, unlocked.code == 0 and "Released" in unlocked.said, "does not release it")
    subject.insist("deploy")


def no_lock_table(subject: Subject) -> None:
    """The lock table is gone, and with it the digests of the states, which a recovery works out again."""
    _session(subject, "dynamodb").delete_table(TableName=load_backend().lock_table)
    subject.insist("deploy")
    recovered = subject.run("recover")
    _check(recovered, recovered.code == 0 and "Set right the digest" in recovered.said, "sets no digest right")


def no_bucket(subject: Subject) -> None:
    """The bucket is gone, and all states with it: everything that exists has to be adopted."""
    s3, bucket = _session(subject, "s3"), load_backend().bucket
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for one in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
    s3.delete_bucket(Bucket=bucket)
    recovered = subject.run("recover")
    _check(recovered, recovered.code == 0 and "adopted" in recovered.said, "adopts nothing")
    subject.insist("deploy")


def unreadable_bucket(subject: Subject) -> None:
    """S3 does not answer for a while, in the middle of a deployment."""
    running = subject.start("deploy")
    with subject.failing(rates={"unavailable": 1}, services=["s3"]):
        time.sleep(_UNREADABLE_SECONDS)
    ended = running.wait()
    _check(ended, ended.is_readable, "ends in a traceback")
    subject.insist("deploy")


def old_states(subject: Subject) -> None:
    """What was half made has been replaced since, and killed before a state was saved: a key, and a topic in use."""
    subject.insist("deploy")
    key, topic, policy = "aws_kms_key.alerts", "aws_sns_topic.alerts", "aws_sns_topic_policy.alerts-policy"
    old = {
        "keys": _interrupted(subject, "keys", half_made=key, before=()),
        "alerting": _interrupted(subject, "alerting", half_made=topic, before={policy}),
    }
    _check(ended := subject.run("deploy"), ended.code == 0, "does not replace them")
    for layer, state in old.items():
        _put_state(subject, layer, state)
    recovered = subject.run("recover")
    for said in (
        f"forgot keys: {key}",
        f"adopted keys: {key}",
        f"kept alerting: {topic}",
        f"adopted alerting: {policy}",
    ):
        _check(recovered, said in recovered.said, f"does not say {said!r}")
    # A subscription is made again by subscribing once more.
    _check(ended := subject.run("deploy"), "0 changed, 0 deleted" in ended.said, "replaces them another time")


def full_disk(subject: Subject) -> None:
    """The disk is full, sooner or later, where the plan is written."""
    subject.insist("deploy")
    folder = plan_folder(subject.environment)
    for size in _SMALL_DISKS:
        folder.mkdir(exist_ok=True)
        ended = subject.run("deploy", within=[*_ON_A_SMALL_DISK, size, str(folder)])
        # Where all layers cannot be planned together, each is planned by itself, which needs no disk.
        _check(ended, ended.code in {0, 1}, "does not end as it should")
        subject.insist("deploy")


def restarted_aws(subject: Subject) -> None:
    """The embedded AWS ends in the middle of a deployment; the next one has forgotten everything."""
    subject.insist("destroy")
    before = subject.logs("deploy")
    running = subject.start("deploy")
    running.until(lambda: subject.finished("deploy", before=before) > 5)
    subject.restart_aws()
    ended = running.wait()
    _check(ended, ended.is_readable and ended.code != 0, "does not notice")
    subject.insist("deploy")


SCENARIOS: dict[str, Callable[[Subject], None]] = {
    "two deployments at once": lambda subject: side_by_side(subject, how_many=2),
    "four deployments at once": lambda subject: side_by_side(subject, how_many=4),
    "a second command in the same checkout": same_checkout,
    "a stale lock, and a living one": stale_lock,
    "the lock table gone": no_lock_table,
    "the state bucket gone, with all states": no_bucket,
    "the state bucket unreadable": unreadable_bucket,
    "states older than what was replaced since": old_states,
    "a full disk": full_disk,
    "the embedded AWS restarted": restarted_aws,
}


def _lock(subject: Subject, *, who: str) -> None:
    """Leave a lock on the first layer, as Terraform writes it."""
    backend = load_backend()
    path = backend.lock_id(subject.environment.suffix, "keys")
    info = {"ID": _LOCK_ID, "Operation": "OperationTypeApply", "Who": who, "Path": path}
    info["Created"] = datetime.now(UTC).isoformat()
    item = {"LockID": {"S": path}, "Info": {"S": json.dumps(info)}}
    _session(subject, "dynamodb").put_item(TableName=backend.lock_table, Item=item)


def _interrupted(subject: Subject, layer: str, *, half_made: str, before: Collection[str]) -> bytes:
    """Mark a resource of a state as half made. Returns that state as it was before some others were made."""
    backend, s3 = load_backend(), _session(subject, "s3")
    key = backend.state_key(subject.environment.suffix, layer)
    state = json.loads(s3.get_object(Bucket=backend.bucket, Key=key)["Body"].read())
    resources = {address_of(one): one for one in state["resources"]}
    resources[half_made]["instances"][0]["status"] = "tainted"
    _put_state(subject, layer, json.dumps(state).encode())
    return json.dumps(state | {"resources": [one for name, one in resources.items() if name not in before]}).encode()


def _put_state(subject: Subject, layer: str, state: bytes) -> None:
    backend, environment = load_backend(), subject.environment
    key = backend.state_key(environment.suffix, layer)
    _session(subject, "s3").put_object(Bucket=backend.bucket, Key=key, Body=state)
    mend_digest(environment.session(), backend, suffix=environment.suffix, layer=layer)


def _session(subject: Subject, service: str) -> Any:  # noqa: ANN401 - any of boto3's clients
    return subject.environment.session().client(service)  # type: ignore[call-overload]


def _check(ended: Ended, well: bool, what: str) -> None:  # noqa: FBT001 - reads as the sentence it makes
    if not well:
        raise OpsError(f"`{ended.command}` {what} (exit code {ended.code}):\n{ended.said[-3000:]}")
