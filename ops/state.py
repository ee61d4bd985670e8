"""Reads Terraform's state where it is kept: much faster than asking Terraform, which starts a process per layer."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import boto3
from botocore.exceptions import ClientError
from pydantic import BaseModel, ValidationError

from ops.backend import Backend
from ops.errors import OpsError


class _Output(BaseModel):
    value: Any
    type: Any


class _Instance(BaseModel):
    attributes: dict[str, Any]
    dependencies: list[str] = []


class _Resource(BaseModel):
    mode: str
    type: str
    provider: str
    instances: list[_Instance]


class _StateFile(BaseModel):
    """What is relied on of a state as Terraform keeps it."""

    outputs: dict[str, _Output] = {}
    resources: list[_Resource] = []


@dataclass(frozen=True)
class State:
    """The state of one layer."""

    outputs: dict[str, Any]
    resources: list[dict[str, Any]]

    @property
    def is_empty(self) -> bool:
        """Whether Terraform has nothing to take down."""
        return not any(resource["mode"] == "managed" and resource["instances"] for resource in self.resources)

    def instances(self, resource_type: str) -> list[dict[str, Any]]:
        """The attributes of every resource of a type."""
        return [
            instance["attributes"]
            for resource in self.resources
            if resource["mode"] == "managed" and resource["type"] == resource_type
            for instance in resource["instances"]
        ]

    def without(self, addresses: Collection[str]) -> "State":
        """The state as it is once it knows nothing of some resources."""
        left = [one for one in self.resources if one["mode"] != "managed" or address_of(one) not in addresses]
        return replace(self, resources=left)


@dataclass(frozen=True)
class States:
    """The states of one environment."""

    session: boto3.Session
    backend: Backend
    suffix: str

    def layers(self) -> list[str]:
        """The layers that have a state."""
        return list(self.versions())

    def versions(self) -> dict[str, str]:
        """What tells each layer's state from what it was, or becomes, at another time."""
        s3 = self.session.client("s3", region_name=self.backend.region)
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self.backend.bucket, Prefix=f"{self.suffix}/")
        found = {
            one["Key"].removeprefix(f"{self.suffix}/"): one.get("ETag", "")
            for page in pages
            for one in page.get("Contents", [])
        }
        return {key.removesuffix(".tfstate"): tag for key, tag in found.items() if key.endswith(".tfstate")}

    def read_all(self, layers: Iterable[str]) -> dict[str, State]:
        """The states of some layers, by name."""
        return {layer: self.read(layer) for layer in layers}

    def read(self, layer: str) -> State:
        """The state of a layer, which is empty when there is none yet."""
        s3 = self.session.client("s3", region_name=self.backend.region)
        try:
            answer = s3.get_object(Bucket=self.backend.bucket, Key=self.backend.state_key(self.suffix, layer))
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchBucket"}:
                return State(outputs={}, resources=[])
            raise
        content = answer["Body"].read()
        try:
            document = json.loads(content)
            _StateFile.model_validate(document)
        except (ValueError, RecursionError) as error:
            raise OpsError(
                f"The state of {layer} is damaged, in s3://{self.backend.bucket}: {_first_problem(error)}.\n"
                "  The bucket keeps its older versions: `python -m ops state history` shows them."
            ) from None
        return State(outputs=document.get("outputs", {}), resources=document.get("resources", []))


def address_of(resource: Mapping[str, Any]) -> str:
    """How Terraform calls a managed resource of a state in its layer."""
    return f"{resource['type']}.{resource['name']}"


def count_resources(resources: list[dict[str, Any]]) -> int:
    """How many resources a state holds, as Terraform writes them down."""
    return sum(len(resource["instances"]) for resource in resources if resource["mode"] == "managed")


def _first_problem(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg'][:1].lower()}{first['msg'][1:]}"
