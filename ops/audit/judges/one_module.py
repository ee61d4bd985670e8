"""A plan of modules as a plan of one module, which is how the scanners can follow its references.

The layers are modules only because all of them are planned at once, and neither scanner follows a reference out of a
module. What is not known before the first apply they know from references alone, so that without them they see neither
which key encrypts a table nor to what a security group is attached. Nothing that Terraform says of a resource is
changed but this:

- A resource is called `LAYER_NAME`, and a reference leads to the resource itself, not to a variable.
- A reference to what is not known yet is not accompanied by its own text as if it were the value, which is what
  Terraform writes for a configuration in JSON. Trivy takes one or the other by chance.
- A part of a list that is not known yet is a word and not null, which trivy writes as `<nil>`. It cannot read that
  back, drops all resources, finds nothing and succeeds.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ops.errors import OpsError

_UNKNOWN = "known-after-apply"
_MODULE = "module."

Json = Mapping[str, Any]


def as_one_module(plan: Json) -> dict[str, Any]:
    """The plan (`terraform show -json`) with all resources in its root module. Data sources are left out."""
    try:
        return _Flattened(plan).document()
    except (KeyError, TypeError) as error:
        raise OpsError(f"This is no plan of all layers as `terraform show -json` writes it: {error!r}") from error


def resources_of(plan: Json) -> int:
    """How many resources there are in a plan that is one module."""
    return len(plan["planned_values"]["root_module"]["resources"])


def readable(address: str) -> str:
    """`aws_vpc.network_vpc` as everybody else writes it: `network: aws_vpc.vpc`."""
    kind, _, name = address.partition(".")
    layer, _, own = name.partition("_")
    return f"{layer}: {kind}.{own}" if own else address


class _Flattened:
    """One plan on its way into one module."""

    def __init__(self, plan: Json) -> None:
        self._plan = plan
        calls = plan["configuration"]["root_module"]["module_calls"]
        self._modules: dict[str, Json] = {layer: call["module"] for layer, call in calls.items()}

    def document(self) -> dict[str, Any]:
        planned = self._plan["planned_values"]["root_module"]["child_modules"]
        resources = [
            {**_renamed(_layer(module["address"]), resource), "values": _known(resource.get("values", {}))}
            for module in planned
            for resource in _managed(module["resources"])
        ]
        changes = [self._change(change) for change in _managed(self._plan["resource_changes"])]
        configured = [
            {**_renamed(layer, resource), "expressions": self._linked(layer, resource.get("expressions", {}))}
            for layer, module in self._modules.items()
            for resource in _managed(module.get("resources", []))
        ]
        return {
            "format_version": self._plan["format_version"],
            "terraform_version": self._plan["terraform_version"],
            "planned_values": {"root_module": {"resources": resources}},
            "resource_changes": changes,
            "configuration": {"root_module": {"resources": configured}},
        }

    def _change(self, change: Json) -> dict[str, Any]:
        own = {key: value for key, value in change.items() if key != "module_address"}
        after = {**change["change"], "after": _known(change["change"]["after"])}
        return {**own, **_renamed(_layer(change["module_address"]), change), "change": after}

    def _linked(self, layer: str, expression: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(expression, list):
            return [self._linked(layer, part) for part in expression]
        if not isinstance(expression, dict):
            return expression
        if "references" not in expression:
            return {key: self._linked(layer, part) for key, part in expression.items()}
        found = [target for reference in expression["references"] for target in self._follow(layer, reference)]
        if found:
            return {"references": list(dict.fromkeys(found))}
        return {key: part for key, part in expression.items() if key != "references"}

    def _follow(self, layer: str, reference: str) -> Iterator[str]:
        """The resources' attributes that a reference of a layer leads to in the end."""
        head, *rest = reference.split(".")
        if head == "var" and len(rest) > 1:
            producer, output = rest[0], rest[1].partition("[")[0]
            for further in self._modules[producer]["outputs"][output]["expression"].get("references", []):
                yield from self._follow(producer, further)
        elif head.startswith("aws_"):
            yield ".".join([head, f"{layer}_{rest[0]}", *rest[1:]])


def _managed(resources: list[Json]) -> list[Json]:
    return [resource for resource in resources if resource["mode"] == "managed"]


def _layer(module: str) -> str:
    return module.removeprefix(_MODULE)


def _renamed(layer: str, resource: Json) -> dict[str, Any]:
    name = f"{layer}_{resource['name']}"
    return {**resource, "address": f"{resource['type']}.{name}", "name": name}


def _known(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {key: _known(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_UNKNOWN if part is None else _known(part) for part in value]
    return value
