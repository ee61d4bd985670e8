"""The synthesized layers as one configuration, in which references between them can be followed.

A layer by itself says `${data.terraform_remote_state.keys.outputs.database_key_arn}`; who judges a policy, or looks for
a resource in the account, needs to know which key that is, and as far as that can be told, its ARN.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from string import Formatter
from typing import Any

from stacks.rules import REGION

_REMOTE = re.compile(r"\$\{data\.terraform_remote_state\.([a-z_-]+)\.outputs\.(\w+)\}")
_OWN = re.compile(r"\$\{(aws_\w+)\.([\w-]+)\.([^}]+)\}")

# What follows from other attributes, most of which the layers set.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_DERIVED = {
    ("aws_backup_vault", "arn"): "arn:aws:backup:{region}:{account_id}:backup-vault:{name}",
    ("aws_cloudwatch_composite_alarm", "arn"): "arn:aws:cloudwatch:{region}:{account_id}:alarm:{alarm_name}",
    ("aws_cloudwatch_log_group", "arn"): "arn:aws:logs:{region}:{account_id}:log-group:{name}",
    ("aws_dynamodb_table", "arn"): "arn:aws:dynamodb:{region}:{account_id}:table/{name}",
    ("aws_ecr_repository", "arn"): "arn:aws:ecr:{region}:{account_id}:repository/{name}",
    ("aws_ecs_cluster", "arn"): "arn:aws:ecs:{region}:{account_id}:cluster/{name}",
    ("aws_iam_role", "arn"): "arn:aws:iam::{account_id}:role/{name}",
    ("aws_kms_key", "arn"): "arn:aws:kms:{region}:{account_id}:key/{key_id}",
    ("aws_rds_cluster", "arn"): "arn:aws:rds:{region}:{account_id}:cluster:{cluster_identifier}",
    ("aws_rds_cluster", "id"): "{cluster_identifier}",
    ("aws_s3_bucket", "arn"): "arn:aws:s3:::{bucket}",
    ("aws_s3_bucket", "id"): "{bucket}",
    ("aws_sfn_state_machine", "arn"): "arn:aws:states:{region}:{account_id}:stateMachine:{name}",
    ("aws_sns_topic", "arn"): "arn:aws:sns:{region}:{account_id}:{name}",
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
        return f"{self.layer}: {self.address_in_layer}"

    @property
    def address_in_layer(self) -> str:
        """How Terraform calls the resource in its layer."""
        return f"{self.type}.{self.name}"

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
        """An attribute as a literal: as the layer sets it, as it follows from other attributes, else as AWS says."""
        if isinstance(resource.get(attribute), str):
            return str(self.follow(resource.layer, resource[attribute]))
        if derived := _DERIVED.get((resource.type, attribute)):
            return self.filled(derived, resource)
        return self.decided_by_aws(resource, attribute)

    @property
    def home(self) -> dict[str, str]:
        """Where the environment is, under the names that templates have for it."""
        return {"region": REGION, "account_id": self.account_id}

    def filled(self, template: str, resource: Resource) -> str:
        """A template with the attributes of a resource in the place of their names in braces."""
        names = [name for _, name, _, _ in Formatter().parse(template) if name]
        return template.format(**{name: self.home.get(name) or self.attribute(resource, name) for name in names})

    def decided_by_aws(self, resource: Resource, attribute: str) -> str:
        """An attribute that the layers do not tell. Raises LookupError where it is not known."""
        raise LookupError(f"only AWS knows the {attribute} of {resource.address}")

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


def _every_resource(layers: Mapping[str, Mapping[str, Any]]) -> Iterator[Resource]:
    for layer, document in layers.items():
        for resource_type, named in document.get("resource", {}).items():
            for name, body in named.items():
                yield Resource(layer=layer, type=resource_type, name=name, body=body)
