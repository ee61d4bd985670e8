"""The configuration with one thing changed, to see an audit find it."""

from copy import deepcopy
from typing import Any

from ops.audit.configuration import Configuration


def with_resource(
    configuration: Configuration, layer: str, resource_type: str, name: str, /, **attributes: object
) -> Configuration:
    """With a resource more, or with some attributes of one changed; an attribute of None is taken away."""
    layers: dict[str, Any] = deepcopy(dict(configuration.layers))
    body = layers[layer]["resource"].setdefault(resource_type, {}).setdefault(name, {})
    body |= attributes
    for attribute in [each for each, value in body.items() if value is None]:
        del body[attribute]
    return Configuration(layers=layers, account_id=configuration.account_id)


def without_resource(configuration: Configuration, layer: str, resource_type: str, name: str) -> Configuration:
    """Without one of its resources."""
    layers: dict[str, Any] = deepcopy(dict(configuration.layers))
    del layers[layer]["resource"][resource_type][name]
    return Configuration(layers=layers, account_id=configuration.account_id)
