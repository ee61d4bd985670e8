"""What there is: every resource, what it refers to, and what a plan does to it.

A picture needs no more than this, and both a plan and the synthesized configuration can tell it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ops.plan.changes import Action


@dataclass(frozen=True)
class Resource:
    """A resource; `refers` has the addresses that each of its attributes leads to."""

    layer: str
    type: str
    name: str
    values: Mapping[str, Any] = field(compare=False, repr=False)
    refers: Mapping[str, frozenset[str]] = field(compare=False, repr=False)
    action: Action | None = field(default=None, compare=False)

    @property
    def address(self) -> str:
        """The resource as a person names it."""
        return address_of(self.layer, f"{self.type}.{self.name}")

    def text(self, attribute: str) -> str:
        """An attribute as words; nothing where it is not set or not known yet."""
        value = self.values.get(attribute)
        return "" if value is None else str(value)

    def block(self, attribute: str) -> Mapping[str, Any]:
        """A nested block, which Terraform shows as a list of one and CDKTF writes as an object."""
        value = self.values.get(attribute)
        found = value[0] if isinstance(value, list) and value else value
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Inventory:
    """Every resource of an environment."""

    resources: tuple[Resource, ...]

    def of(self, *types: str) -> list[Resource]:
        """All resources of some types, or of families of types: `aws_backup_*`."""
        found = [position for kind, positions in self._by_type.items() if _is_of(kind, types) for position in positions]
        return [self.resources[position] for position in sorted(found)]

    def named_by(self, resource: Resource, *types: str, attribute: str | None = None) -> list[Resource]:
        """What a resource refers to, by any attribute or by one."""
        named = resource.refers.items()
        addresses = {address for key, found in named if attribute in {None, key} for address in found}
        return [
            self._by_address[address]
            for address in sorted(addresses & self._by_address.keys())
            if _is_of(self._by_address[address].type, types)
        ]

    def naming(self, resource: Resource, *types: str, attribute: str | None = None) -> list[Resource]:
        """What refers to a resource."""
        return [other for other in self.of(*types) if resource in self.named_by(other, attribute=attribute)]

    @cached_property
    def _by_type(self) -> dict[str, list[int]]:
        """Where the resources of each type stand; an environment has many more resources than types."""
        found: dict[str, list[int]] = {}
        for position, resource in enumerate(self.resources):
            found.setdefault(resource.type, []).append(position)
        return found

    @cached_property
    def _by_address(self) -> dict[str, Resource]:
        return {resource.address: resource for resource in self.resources}


def address_of(layer: str, address: str) -> str:
    """The address of a resource among all layers."""
    return f"{layer}: {address}"


def _is_of(kind: str, types: tuple[str, ...]) -> bool:
    return not types or any(kind.startswith(name[:-1]) if name.endswith("*") else kind == name for name in types)
