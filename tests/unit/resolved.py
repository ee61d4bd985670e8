"""Follows references: from a layer through the outputs of others, to the resource or the name that is meant in the end.

A layer's own tests see that it reads an output; whether that output is what its name says takes both ends.
"""

import re
from typing import Any

from tests.unit.synthesized import Resource, Synthesized

_REMOTE = re.compile(r"\$\{data\.terraform_remote_state\.([a-z_-]+)\.outputs\.(\w+)\}")
_OWN = re.compile(r"\$\{(aws_\w+)\.([\w-]+)\.([^}]+)\}")

# The ARNs that are known from a resource's name, before AWS has made it.
_ARNS = {
    "aws_cloudwatch_log_group": "arn:aws:logs:{region}:{account_id}:log-group:{name}",
    "aws_dynamodb_table": "arn:aws:dynamodb:{region}:{account_id}:table/{name}",
    "aws_ecr_repository": "arn:aws:ecr:{region}:{account_id}:repository/{name}",
    "aws_s3_bucket": "arn:aws:s3:::{bucket}",
}


def resolved(environment: Synthesized, resource: Resource, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A value of a resource with every reference followed.

    What is known already becomes its literal; what AWS decides on becomes `<layer: type.name.attribute>`.
    """
    return _followed(environment, resource.layer, value)


def reference(resource: Resource, attribute: str) -> str:
    """How `resolved` writes an attribute of a resource that AWS decides on."""
    return f"<{resource.layer}: {resource.type}.{resource.name}.{attribute}>"


def _followed(environment: Synthesized, layer: str, value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {key: _followed(environment, layer, each) for key, each in value.items()}
    if isinstance(value, list):
        return [_followed(environment, layer, each) for each in value]
    if not isinstance(value, str):
        return value
    if whole := _REMOTE.fullmatch(value):  # which may be a list
        return _published(environment, *whole.groups())
    text = _REMOTE.sub(lambda match: str(_published(environment, *match.groups())), value)
    return _OWN.sub(lambda match: _attribute(environment, layer, *match.groups()), text)


def _published(environment: Synthesized, layer: str, output: str) -> Any:  # noqa: ANN401 - any JSON
    return _followed(environment, layer, environment.outputs(layer)[output])


def _attribute(environment: Synthesized, layer: str, resource_type: str, name: str, attribute: str) -> str:
    made = environment.one(resource_type, name, layer=layer)
    if isinstance(made.get(attribute), str):
        return str(_followed(environment, layer, made[attribute]))
    if attribute == "arn" and resource_type in _ARNS:
        home = environment.settings.environment
        return _ARNS[resource_type].format(**made.body, region=home.region, account_id=home.account_id)
    return reference(made, attribute)
