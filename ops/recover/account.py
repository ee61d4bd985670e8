"""The environment's configuration, in which what AWS has decided on is read from the states, or asked of AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ops.configuration import Configuration, Resource
from ops.recover.identities import IDENTITIES, MADE_AGAIN
from ops.recover.lookups import LOOKUPS, REVISED, Attributes
from ops.state import State


@dataclass(frozen=True)
class Account(Configuration):
    """What should be in the account, and by what it is known if it is there."""

    session: boto3.Session = field(repr=False)
    states: Mapping[str, State] = field(repr=False)
    _found: dict[str, Attributes] = field(default_factory=dict, repr=False)

    def with_state(self, layer: str, state: State) -> "Account":
        """The same account where the state of a layer is another; AWS is asked again for all that was found in it."""
        return replace(self, states={**self.states, layer: state}, _found={})

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

    def recorded(self, resource: Resource) -> Attributes | None:
        """The attributes of a resource in its layer's state; None where it is not in it."""
        instance = self.instance(resource)
        return instance and instance["attributes"]

    def instance(self, resource: Resource) -> Mapping[str, Any] | None:
        """What its layer's state holds of a resource; None where it is not in it."""
        for one in self.states[resource.layer].resources:
            if (one["mode"], one["type"], one["name"]) == ("managed", resource.type, resource.name):
                return next(iter(one["instances"]), None)
        return None

    def decided_by_aws(self, resource: Resource, attribute: str) -> str:
        """As recorded in the layer's state, else as AWS says now. Raises LookupError for what is not there."""
        known = self.recorded(resource) or self._looked_up(resource)
        if attribute not in known:
            raise LookupError(f"{resource.address} is not there, or does not tell its {attribute}")
        return str(known[attribute])

    def known(self, resource: Resource) -> dict[str, Any]:
        """The attributes of a resource that are literals, or lead to one."""
        known: dict[str, Any] = {}
        for name, value in resource.body.items():
            try:
                known[name] = self.follow(resource.layer, value)
            except LookupError:
                continue
        return known

    def look_up(self, resource_type: str, attributes: Attributes) -> list[Attributes]:
        """What AWS says of every resource that goes by these attributes; nothing of a type that is not looked up."""
        lookup = LOOKUPS.get(resource_type)
        if lookup is None:
            return []
        try:
            return lookup(self.session, attributes)
        except ClientError as error:
            if "NotFound" in error.response["Error"]["Code"]:
                return []
            raise

    def _looked_up(self, resource: Resource) -> Attributes:
        """Nothing of what is there more than once: nobody could say which is meant."""
        if resource.address not in self._found:
            found = self.look_up(resource.type, self.known(resource))
            is_clear = len(found) == 1 or (found and resource.type in REVISED)
            self._found[resource.address] = found[0] if is_clear else {}
        return self._found[resource.address]
