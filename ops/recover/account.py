"""The environment's configuration, in which what AWS has decided on is read from the states, or asked of AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ops.configuration import Configuration, Resource
from ops.recover.identities import IDENTITIES, MADE_AGAIN
from ops.recover.lookups import LOOKUPS, Attributes
from ops.state import State


@dataclass(frozen=True)
class Account(Configuration):
    """What should be in the account, and by what it is known if it is there."""

    session: boto3.Session = field(repr=False)
    states: Mapping[str, State] = field(repr=False)
    _found: dict[str, Attributes] = field(default_factory=dict, repr=False)

    def unrecorded(self, layer: str) -> list[Resource]:
        """The resources of a layer that its state does not know."""
        return [resource for resource in self.resources(layer=layer) if self.recorded(resource) is None]

    def is_whole(self, layer: str) -> bool:
        """Whether the state of a layer knows everything that is not made again without harm."""
        return all(resource.type in MADE_AGAIN for resource in self.unrecorded(layer))

    def identity(self, resource: Resource) -> str | None:
        """By what a resource is imported if it exists; None where that cannot be told, for one because it does not."""
        template = IDENTITIES.get(resource.type)
        if template is None:
            return None
        try:
            return self.filled(template, resource)
        except LookupError:
            return None

    def recorded(self, resource: Resource) -> Mapping[str, Any] | None:
        """The attributes of a resource in its layer's state; None where it is not in it."""
        for one in self.states[resource.layer].resources:
            if (one["mode"], one["type"], one["name"]) == ("managed", resource.type, resource.name):
                return next((instance["attributes"] for instance in one["instances"]), None)
        return None

    def decided_by_aws(self, resource: Resource, attribute: str) -> str:
        """As recorded in the layer's state, else as AWS says now. Raises LookupError for what is not there."""
        known = self.recorded(resource) or self._looked_up(resource)
        if attribute not in known:
            raise LookupError(f"{resource.address} is not there, or does not tell its {attribute}")
        return str(known[attribute])

    def _looked_up(self, resource: Resource) -> Attributes:
        if resource.address not in self._found:
            self._found[resource.address] = self._look_up(resource)
        return self._found[resource.address]

    def _look_up(self, resource: Resource) -> Attributes:
        lookup = LOOKUPS.get(resource.type)
        if lookup is None:
            return {}
        try:
            return lookup(self.session, self._known(resource))
        except ClientError as error:
            if "NotFound" in error.response["Error"]["Code"]:
                return {}
            raise

    def _known(self, resource: Resource) -> dict[str, Any]:
        """The attributes of a resource that are literals, or lead to one."""
        known: dict[str, Any] = {}
        for name, value in resource.body.items():
            try:
                known[name] = self.follow(resource.layer, value)
            except LookupError:
                continue
        return known
