"""The resources of an environment as a plan tells of them: before it, and after it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from ops.errors import BadInputError
from ops.plan.changes import place_of

_REFERENCE = "${"


@dataclass(frozen=True)
class Resource:
    """One resource, with what is known of it; `unknown` marks what only AWS decides on."""

    layer: str
    address: str
    type: str
    values: Mapping[str, Any]
    unknown: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """An attribute as text; None if it is not set, or not known yet."""
        value = self.values.get(name)
        return None if value is None or self.is_unknown(name) else str(value)

    def number(self, name: str) -> Decimal | None:
        """An attribute as a number; None if it is not set, or not known yet."""
        return None if self.is_unknown(name) else number_in(self.values, name)

    def is_unknown(self, name: str) -> bool:
        """Whether an attribute is known only once the resource exists."""
        value = self.values.get(name)
        return self.unknown.get(name) is True or (isinstance(value, str) and _REFERENCE in value)

    def blocks(self, name: str) -> list[Mapping[str, Any]]:
        """The blocks of a name. A plan has a list of them; a configuration has a block by itself where there is one."""
        found = self.values.get(name) or []
        return [found] if isinstance(found, Mapping) else list(found)


def number_in(values: Mapping[str, Any], name: str) -> Decimal | None:
    """A number that a resource or a block of it sets, as a number or as text."""
    try:
        return Decimal(str(values[name]))
    except (KeyError, InvalidOperation):
        return None


@dataclass(frozen=True)
class Resources:
    """All resources of an environment at one time."""

    all: tuple[Resource, ...]

    def of(self, resource_type: str, *, layer: str | None = None) -> list[Resource]:
        """Those of a type, of one layer or of all."""
        return [resource for resource in self._by_type.get(resource_type, []) if layer in {None, resource.layer}]

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        by_type: dict[str, list[Resource]] = {}
        for resource in self.all:
            by_type.setdefault(resource.type, []).append(resource)
        return by_type


def planned(document: Mapping[str, Any]) -> tuple[Resources, Resources]:
    """The resources before and after the plan in Terraform's JSON, which has to be of the whole environment.

    Terraform lists what it leaves as it is, too. So a document without any resource is not one of an environment, and
    an estimate of it would say that everything is for nothing. Raises BadInputError then.
    """
    changes = [one for one in document.get("resource_changes", []) if one.get("mode", "managed") == "managed"]
    if not changes:
        raise BadInputError("The plan has no resources: its costs cannot be told. A plan of all layers is needed.")
    return Resources(tuple(_before(changes))), Resources(tuple(_after(changes)))


def declared(layers: Mapping[str, Mapping[str, Any]]) -> Resources:
    """The resources of the layers' configurations, as nothing but their settings tells of them."""
    return Resources(
        tuple(
            Resource(layer=layer, address=f"{resource_type}.{name}", type=resource_type, values=values, unknown={})
            for layer, document in layers.items()
            for resource_type, named in document.get("resource", {}).items()
            for name, values in named.items()
        )
    )


def _before(changes: list[Mapping[str, Any]]) -> Iterator[Resource]:
    for one in changes:
        if one["change"].get("before") is not None:
            yield _resource(one, values=one["change"]["before"], unknown={})


def _after(changes: list[Mapping[str, Any]]) -> Iterator[Resource]:
    for one in changes:
        change = one["change"]
        if change["actions"] == ["forget"]:  # Terraform lets go of it, and AWS goes on charging for it
            yield _resource(one, values=change["before"], unknown={})
        elif change.get("after") is not None:
            yield _resource(one, values=change["after"], unknown=change.get("after_unknown") or {})


def _resource(one: Mapping[str, Any], *, values: Mapping[str, Any], unknown: Mapping[str, Any]) -> Resource:
    layer, address = place_of(one)
    return Resource(layer=layer, address=address, type=one["type"], values=values, unknown=unknown)
