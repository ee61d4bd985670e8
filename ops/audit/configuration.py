"""The synthesized layers as one configuration whose references lead to a literal, as if AWS had made everything.

A layer by itself says `${data.terraform_remote_state.keys.outputs.database_key_arn}`; who judges a policy needs to know
which key that is. What only AWS decides on (ids, host names) is given a made-up value of the right form: always the
same for the same resource, and another one for any other.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ops.synth import Synthesized
from stacks.rules import REGION

_REMOTE = re.compile(r"\$\{data\.terraform_remote_state\.([a-z_-]+)\.outputs\.(\w+)\}")
_OWN = re.compile(r"\$\{(aws_\w+)\.([\w-]+)\.([^}]+)\}")

# An ARN is known from what a resource's own attributes say, and from {id}, which is made up.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ARNS = {
    "aws_backup_vault": "arn:aws:backup:{region}:{account_id}:backup-vault:{name}",
    "aws_cloudwatch_composite_alarm": "arn:aws:cloudwatch:{region}:{account_id}:alarm:{alarm_name}",
    "aws_cloudwatch_log_group": "arn:aws:logs:{region}:{account_id}:log-group:{name}",
    "aws_dynamodb_table": "arn:aws:dynamodb:{region}:{account_id}:table/{name}",
    "aws_ecr_repository": "arn:aws:ecr:{region}:{account_id}:repository/{name}",
    "aws_ecs_cluster": "arn:aws:ecs:{region}:{account_id}:cluster/{name}",
    "aws_ecs_task_definition": "arn:aws:ecs:{region}:{account_id}:task-definition/{family}:1",
    "aws_iam_role": "arn:aws:iam::{account_id}:role/{name}",
    "aws_kms_key": "arn:aws:kms:{region}:{account_id}:key/{uuid}",
    "aws_lb": "arn:aws:elasticloadbalancing:{region}:{account_id}:loadbalancer/app/{name}/{id}",
    "aws_lb_target_group": "arn:aws:elasticloadbalancing:{region}:{account_id}:targetgroup/{name}/{id}",
    "aws_rds_cluster": "arn:aws:rds:{region}:{account_id}:cluster:{cluster_identifier}",
    "aws_s3_bucket": "arn:aws:s3:::{bucket}",
    "aws_sns_topic": "arn:aws:sns:{region}:{account_id}:{name}",
    "aws_wafv2_web_acl": "arn:aws:wafv2:{region}:{account_id}:regional/webacl/{name}/{uuid}",
}
_IDS = {
    "aws_internet_gateway": "igw-{id}",
    "aws_route_table": "rtb-{id}",
    "aws_s3_bucket": "{bucket}",
    "aws_security_group": "sg-{id}",
    "aws_subnet": "subnet-{id}",
    "aws_vpc": "vpc-{id}",
    "aws_vpc_endpoint": "vpce-{id}",
}
_ATTRIBUTES = {
    ("aws_kms_key", "key_id"): "{uuid}",
    ("aws_rds_cluster", "cluster_resource_id"): "cluster-{id}",
    ("aws_rds_cluster", "master_user_secret[0].secret_arn"): (
        "arn:aws:secretsmanager:{region}:{account_id}:secret:rds!cluster-{uuid}-{id}"
    ),
    ("aws_vpc_endpoint", "prefix_list_id"): "pl-{id}",
}


@dataclass(frozen=True)
class Resource:
    """One resource of a layer; `body` is what the layer's JSON says of it, references and all."""

    layer: str
    type: str
    name: str
    body: Mapping[str, Any]

    @property
    def address(self) -> str:
        """The resource as a person names it: in which layer, and how Terraform calls it there."""
        return f"{self.layer}: {self.type}.{self.name}"

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - any JSON
        return self.body[key]

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - any JSON
        """An attribute, or `default` where the resource does not set it."""
        return self.body.get(key, default)


@dataclass(frozen=True)
class Configuration:
    """Every layer's JSON by name, and the account that it is meant for."""

    layers: Mapping[str, Mapping[str, Any]]
    account_id: str

    def resources(self, *types: str, layer: str | None = None) -> list[Resource]:
        """All resources of the given types (all types if none is given), of one layer or of all."""
        return [
            resource
            for resource in self._all
            if (not types or resource.type in types) and layer in {None, resource.layer}
        ]

    def one(self, resource_type: str, name: str, *, layer: str | None = None) -> Resource:
        """The only resource of that type and name. Raises LookupError if there is none, or more than one."""
        found = [made for made in self.resources(resource_type, layer=layer) if made.name == name]
        if len(found) != 1:
            raise LookupError(f"{len(found)} resources are {resource_type}.{name}")
        return found[0]

    def resolved(self, resource: Resource) -> dict[str, Any]:
        """What a resource's JSON says, with every reference followed to a literal."""
        body: dict[str, Any] = self.follow(resource.layer, dict(resource.body))
        return body

    def attribute(self, resource: Resource, attribute: str) -> str:
        """An attribute of a resource as a literal: as the layer sets it, else as AWS would."""
        value = resource.get(attribute)
        if isinstance(value, str):
            return str(self.follow(resource.layer, value))
        digest = hashlib.sha256(f"{resource.address}".encode()).hexdigest()
        known = {name: value for name, value in self.resolved(resource).items() if isinstance(value, str)}
        known |= {"region": REGION, "account_id": self.account_id, "id": digest[:17], "uuid": _uuid(digest)}
        if attribute == "arn" and resource.type in _ARNS:
            return _ARNS[resource.type].format(**known)
        if attribute == "id" and resource.type in _IDS:
            return _IDS[resource.type].format(**known)
        return _ATTRIBUTES.get((resource.type, attribute), f"{attribute}-{{id}}").format(**known)

    def follow(self, layer: str, value: Any) -> Any:  # noqa: ANN401 - any JSON
        """Any part of a layer's JSON with every reference followed."""
        if isinstance(value, dict):
            return {key: self.follow(layer, each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.follow(layer, each) for each in value]
        if not isinstance(value, str):
            return value
        if whole := _REMOTE.fullmatch(value):  # which may be a list
            return self._published(*whole.groups())
        text = _REMOTE.sub(lambda match: str(self._published(*match.groups())), value)
        return _OWN.sub(lambda match: self.attribute(self.one(match[1], match[2], layer=layer), match[3]), text)

    def _published(self, layer: str, output: str) -> Any:  # noqa: ANN401 - any JSON
        return self.follow(layer, self.layers[layer]["output"][output]["value"])

    @cached_property
    def _all(self) -> list[Resource]:
        return list(_every_resource(self.layers))


def configuration_of(synthesized: Synthesized, *, account_id: str) -> Configuration:
    """What main.py wrote, as one configuration."""
    layers = {name: layer.configuration for name, layer in synthesized.layers.items()}
    return Configuration(layers=layers, account_id=account_id)


def _every_resource(layers: Mapping[str, Mapping[str, Any]]) -> Iterator[Resource]:
    for layer, document in layers.items():
        for resource_type, named in document.get("resource", {}).items():
            for name, body in named.items():
                yield Resource(layer=layer, type=resource_type, name=name, body=body)


def _uuid(digest: str) -> str:
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
