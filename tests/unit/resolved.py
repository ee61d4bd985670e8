"""Follows references: from a layer through the outputs of others, to the resource or the name that is meant in the end.

A layer's own tests see that it reads an output; whether that output is what its name says takes both ends.
"""

from typing import Any

from ops import configuration
from tests.unit.synthesized import Resource, Synthesized


class _Configuration(configuration.Configuration):
    """With what AWS decides on left as it is meant: `<layer: type.name.attribute>`."""

    def decided_by_aws(self, resource: configuration.Resource, attribute: str) -> str:
        return f"<{resource.address}.{attribute}>"


def resolved(environment: Synthesized, resource: Resource, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A value of a resource with every reference followed."""
    return _configuration(environment).follow(resource.layer, value)


def reference(environment: Synthesized, resource: Resource, attribute: str) -> str:
    """An attribute of a resource as `resolved` writes it where something refers to it."""
    layers = _configuration(environment)
    return layers.attribute(layers.one(resource.type, resource.name, layer=resource.layer), attribute)


def _configuration(environment: Synthesized) -> _Configuration:
    return _Configuration(layers=environment.layers, account_id=environment.settings.environment.account_id)
