"""The inventory of a plan, as `terraform show -json` prints the plan of all layers.

What refers to what is said by the configuration inside it, also where values are not known yet. What is to be destroyed
is no longer in the configuration; there the ids tell, which the state that the plan started from has.
https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ops.plan.changes import place_of, read_changes
from ops.review.picture.inventory import Inventory, Resource, address_of

_RESOURCE = re.compile(r"(aws_\w+\.[\w-]+)")
_VARIABLE = re.compile(r"var\.([\w-]+)\.(\w+)")
_IDENTIFYING = ("id", "arn", "prefix_list_id")


def inventory_of_plan(document: Mapping[str, Any]) -> Inventory:
    """Every resource that is there or will be, with what is done to it."""
    changes = read_changes(document["resource_changes"])
    actions = {address_of(change.layer, change.address): change.action for change in changes}
    references = _References(document)
    found = []
    for planned in document["resource_changes"]:
        if planned["mode"] != "managed":
            continue
        layer, local = place_of(planned)
        change = planned["change"]
        values = change["after"] or change["before"] or {}
        found.append(
            Resource(
                layer=layer,
                type=planned["type"],
                name=local.partition(".")[2],
                values=values,
                refers=references.of(layer, local, values),
                action=actions.get(address_of(layer, local)),
            )
        )
    return Inventory(tuple(sorted(found, key=lambda resource: resource.address)))


@dataclass(frozen=True)
class _References:
    """What each attribute of a resource leads to."""

    document: Mapping[str, Any]

    def of(self, layer: str, address: str, values: Mapping[str, Any]) -> dict[str, frozenset[str]]:
        """By the configuration, or, of what is not in there any more, by the ids among its values."""
        configured = self._configured.get(address_of(layer, _without_index(address)))
        if configured is not None:
            return {key: frozenset(self._followed(layer, value)) for key, value in configured.items()}
        own = address_of(layer, address)
        return {
            key: frozenset(found for text in _texts(value) for found in self._identified[text] if found != own)
            for key, value in values.items()
        }

    def _followed(self, layer: str, expression: object) -> Iterator[str]:
        for reference in _references_in(expression):
            if resource := _RESOURCE.match(reference):
                yield address_of(layer, resource[1])
            elif variable := _VARIABLE.match(reference):
                producer, output = variable.groups()
                yield from self._followed(producer, self._modules[producer]["module"]["outputs"].get(output, {}))

    @cached_property
    def _modules(self) -> dict[str, Any]:
        modules: dict[str, Any] = self.document["configuration"]["root_module"].get("module_calls", {})
        return modules

    @cached_property
    def _configured(self) -> dict[str, dict[str, Any]]:
        return {
            address_of(layer, resource["address"]): resource.get("expressions", {})
            for layer, call in self._modules.items()
            for resource in call["module"].get("resources", [])
        }

    @cached_property
    def _identified(self) -> defaultdict[str, set[str]]:
        """Which resources an id stands for; a bucket and the settings of that bucket have the same one."""
        found = defaultdict(set)
        state = self.document.get("prior_state", {}).get("values", {}).get("root_module", {})
        for module in state.get("child_modules", []):
            layer = module["address"].removeprefix("module.")
            for resource in module.get("resources", []):
                local = resource["address"].removeprefix(f"module.{layer}.")
                values = [str(value) for name in _IDENTIFYING if (value := resource["values"].get(name))]
                # Some refer to the end of an ARN: service/CLUSTER/NAME.
                for value in {*values, *(value.rpartition(":")[2] for value in values)}:
                    found[value].add(address_of(layer, local))
        return found


def _references_in(expression: object) -> Iterator[str]:
    if isinstance(expression, dict):
        for key, value in expression.items():
            if key == "references":
                yield from value
            else:
                yield from _references_in(value)
    elif isinstance(expression, list):
        for each in expression:
            yield from _references_in(each)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _without_index(address: str) -> str:
    return address.partition("[")[0]
