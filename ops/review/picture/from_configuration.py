"""The inventory of what was synthesized, without Terraform."""

import json
import re

from ops.configuration import Configuration
from ops.review.picture.inventory import Inventory, Resource, address_of

_REMOTE = re.compile(r"\bdata\.terraform_remote_state\.([\w-]+)\.outputs\.(\w+)")
_OWN = re.compile(r"(?<![\w.])(aws_\w+\.[\w-]+)")


def inventory_of(configuration: Configuration) -> Inventory:
    """Every resource of every layer, in the order in which their names sort: the layers' own order means nothing."""
    found = [
        Resource(
            layer=made.layer,
            type=made.type,
            name=made.name,
            values=made.body,
            refers={key: _referred(configuration, made.layer, value) for key, value in made.body.items()},
        )
        for made in configuration.resources()
    ]
    return Inventory(tuple(sorted(found, key=lambda resource: resource.address)))


def _referred(configuration: Configuration, layer: str, value: object) -> frozenset[str]:
    """The addresses that a part of a layer's JSON leads to, through the outputs of other layers if need be."""
    text = json.dumps(value)
    found = {address_of(layer, address) for address in _OWN.findall(text)}
    for producer, output in _REMOTE.findall(text):
        found |= _referred(configuration, producer, configuration.layers[producer]["output"][output]["value"])
    return frozenset(found)
