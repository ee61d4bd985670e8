"""The synthesized environment, as tests ask about it: resources by type, outputs by layer, policies as statements."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import stacks.bindings  # noqa: F401 - first, so that what follows is cheap to import

# isort: split

from cdktf import App, TerraformStack, Testing

from main import build
from ops import configuration
from stacks.settings import Settings

_REFERENCE = re.compile(r"\b(aws_[a-z0-9_]+\.[A-Za-z0-9_-]+)")
_REMOTE = re.compile(r"data\.terraform_remote_state\.([a-z_-]+)\.outputs\.([a-z_0-9]+)")


class Resource(configuration.Resource):
    """One resource of a layer's JSON, and what it refers to."""

    def references(self) -> set[str]:
        """The resources of its own layer that it refers to or waits for, as `type.name`."""
        return set(_REFERENCE.findall(json.dumps(self.body)))

    def reads(self) -> set[tuple[str, str]]:
        """The (layer, output) pairs of other layers that it refers to."""
        return set(_REMOTE.findall(json.dumps(self.body)))


@dataclass(frozen=True)
class Synthesized:
    """Every layer's JSON, by name, in the order in which they are deployed."""

    settings: Settings = field(repr=False)
    layers: dict[str, dict[str, Any]] = field(repr=False)
    stacks: dict[str, TerraformStack] = field(repr=False)

    def resources(self, *types: str, layer: str | None = None) -> list[Resource]:
        """All resources of the given types (all types if none is given), of one layer or of all."""
        return [
            resource
            for resource in self._all()
            if (not types or resource.type in types) and layer in {None, resource.layer}
        ]

    def one(self, resource_type: str, name: str | None = None, *, layer: str | None = None) -> Resource:
        """The only resource of a type, or the one of that name."""
        found = [made for made in self.resources(resource_type, layer=layer) if name in {None, made.name}]
        assert len(found) == 1, f"{resource_type} {name or ''}: {[made.address for made in found]}"
        return found[0]

    def outputs(self, layer: str) -> dict[str, Any]:
        """What a layer publishes, unresolved."""
        return {name: output["value"] for name, output in self.layers[layer].get("output", {}).items()}

    def remote_states(self, layer: str) -> dict[str, Any]:
        """The states that a layer reads."""
        states: dict[str, Any] = self.layers[layer].get("data", {}).get("terraform_remote_state", {})
        return states

    def text(self) -> str:
        """All of it, to search in."""
        return json.dumps(self.layers)

    def _all(self) -> Iterator[Resource]:
        for layer, document in self.layers.items():
            for resource_type, named in document.get("resource", {}).items():
                for name, body in named.items():
                    yield Resource(layer=layer, type=resource_type, name=name, body=body)


def synthesize(settings: Settings) -> Synthesized:
    """Build the app in memory, and take each layer's JSON."""
    app: App = Testing.app()
    build(app, settings)
    stacks = {child.node.id: child for child in app.node.children if isinstance(child, TerraformStack)}
    layers = {name: json.loads(Testing.synth(stack)) for name, stack in stacks.items()}
    return Synthesized(settings=settings, layers=layers, stacks=stacks)


def statements(policy: str) -> list[dict[str, Any]]:
    """The statements of a JSON policy, actions and resources as lists."""
    document = json.loads(policy)
    return [
        {**statement, **{key: _listed(statement[key]) for key in ("Action", "Resource") if key in statement}}
        for statement in document["Statement"]
    ]


def service_principals(statement: dict[str, Any]) -> list[str]:
    """The AWS services that a statement speaks of."""
    principal = statement.get("Principal", {})
    return _listed(principal.get("Service", [])) if isinstance(principal, dict) else []


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - a string or a list of them
    return value if isinstance(value, list) else [value]
