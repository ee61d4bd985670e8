"""Gives back the state locks that Terraform processes of ours held when they were killed."""

import getpass
import json
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ops.backend import Backend
from ops.progress import duration
from ops.synth import Layer
from ops.terraform import Terraform


@dataclass(frozen=True)
class Lock:
    """A lock on a state, as Terraform wrote it down."""

    id: str
    who: str
    operation: str
    created: datetime

    @property
    def is_of_this_machine(self) -> bool:
        """Whether this user took it on this machine."""
        return self.who == f"{getpass.getuser()}@{socket.gethostname()}"

    @property
    def description(self) -> str:
        """Who holds it, for what and since when."""
        age = duration((datetime.now(UTC) - self.created).total_seconds())
        return f"held by {self.who} for {self.operation}, since {self.created:%Y-%m-%d %H:%M:%S} UTC ({age} ago)"

    def is_ours(self, *, since: datetime) -> bool:
        """Whether this user took it on this machine after `since`."""
        return self.is_of_this_machine and self.created >= since


@dataclass(frozen=True, kw_only=True)
class Locks:
    """The locks on one environment's states: on each a table's item and a bucket's object, with one id."""

    session: boto3.Session
    backend: Backend
    suffix: str

    def find(self, layer: str) -> Lock | None:
        """The lock on a layer's state, if there is one."""
        text = self._in_table(layer) or self._in_bucket(layer)
        return _parse(text) if text else None

    def release(self, layer: Layer, lock: Lock, *, terraform: Terraform, log: Path) -> None:
        """Release a lock that is known to be abandoned."""
        if lock.id:
            terraform.initialise(layer, log=log)
            terraform.force_unlock(layer, lock.id, log=log)
        # Killed between the two, a process leaves only one of them, with which Terraform cannot cope.
        left = self.find(layer.name)
        if left is not None and left.id == lock.id:
            self._delete(layer.name)

    def _path(self, layer: str) -> str:
        return self.backend.lock_id(self.suffix, layer)

    def _in_table(self, layer: str) -> str | None:
        dynamodb = self.session.client("dynamodb", region_name=self.backend.region)
        item = dynamodb.get_item(
            TableName=self.backend.lock_table, Key={"LockID": {"S": self._path(layer)}}, ConsistentRead=True
        ).get("Item", {})
        text: str | None = item.get("Info", {}).get("S")
        return text

    def _in_bucket(self, layer: str) -> str | None:
        s3 = self.session.client("s3", region_name=self.backend.region)
        try:
            answer = s3.get_object(Bucket=self.backend.bucket, Key=self._object(layer))
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return None
            raise
        return str(answer["Body"].read().decode(errors="replace"))

    def _object(self, layer: str) -> str:
        return f"{self.backend.state_key(self.suffix, layer)}.tflock"

    def _delete(self, layer: str) -> None:
        self.session.client("s3", region_name=self.backend.region).delete_object(
            Bucket=self.backend.bucket, Key=self._object(layer)
        )
        self.session.client("dynamodb", region_name=self.backend.region).delete_item(
            TableName=self.backend.lock_table, Key={"LockID": {"S": self._path(layer)}}
        )


def _parse(text: str) -> Lock:
    """The lock that a text describes; nobody knows whose it is where that cannot be read."""
    try:
        document: dict[str, Any] = json.loads(text)
        # Go writes nanoseconds, which Python does not read.
        created = datetime.fromisoformat(document["Created"][:19] + "+00:00")
        return Lock(id=document["ID"], who=document["Who"], operation=document["Operation"], created=created)
    except (ValueError, KeyError, TypeError):
        return Lock(
            id="", who="nobody knows whom", operation="nobody knows what", created=datetime.fromtimestamp(0, UTC)
        )
