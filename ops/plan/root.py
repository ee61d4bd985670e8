"""All layers as modules of one configuration, so that one plan tells of all of them.

A layer by itself cannot be planned before the layers that it reads have been applied, and once they have been, its plan
is blind to what is about to change in them. So nothing is planned by itself: each layer becomes a module, what it reads
from a remote state becomes a variable that is given the other module, and the states that exist are put together into
one. Values that are not known yet then stay unknown from the layer that will make them to the last that uses them,
whether all, some or none of the environment exists.

Each module keeps its provider, whose tags differ by layer. Terraform allows that as long as a module has neither
`count` nor `for_each` nor `depends_on`:
https://developer.hashicorp.com/terraform/language/modules/develop/providers#legacy-shared-modules-with-provider-configurations
"""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ops.state import State
from ops.synth import Layer, Synthesized

STATE = "terraform.tfstate"
# What Terraform wants to be told at the root, of modules too: import blocks are allowed nowhere else.
_OF_THE_ROOT = {"import": "to", "removed": "from"}
_REMOTE = re.compile(r"\bdata\.terraform_remote_state\.([A-Za-z0-9_-]+)\.outputs\b")


def write_root(synthesized: Synthesized, states: Mapping[str, State], folder: Path) -> Layer:
    """Write the configuration and the state to `folder`; the whole, to be treated as a layer."""
    shutil.rmtree(folder, ignore_errors=True)
    for layer in synthesized.layers.values():
        _write(folder / layer.name / "main.tf.json", module_of(layer))
    root = root_of(synthesized)
    _write(folder / "main.tf.json", root)
    if merged := merged_state(states):
        _write(folder / STATE, merged)
        (folder / STATE).chmod(0o600)
    return Layer(name="plan", dependencies=frozenset(), folder=folder, configuration=root)


def module_of(layer: Layer) -> dict[str, Any]:
    """A layer as a module: without a place for its state, and with a variable for each layer that it reads."""
    left_out = {"//", *_OF_THE_ROOT}
    text = json.dumps({name: part for name, part in layer.configuration.items() if name not in left_out})
    module: dict[str, Any] = json.loads(_REMOTE.sub(r"var.\1", text))
    module["terraform"].pop("backend", None)
    data = module.get("data", {})
    if producers := data.pop("terraform_remote_state", {}):
        module["variable"] = {name: {"type": "any"} for name in producers}
    if not data:
        module.pop("data", None)
    return module


def root_of(synthesized: Synthesized) -> dict[str, Any]:
    """The configuration that calls every layer, and hands each the layers that it reads."""
    providers: dict[str, Any] = {}
    modules: dict[str, Any] = {}
    for name, layer in synthesized.layers.items():
        providers |= layer.configuration["terraform"].get("required_providers", {})
        reads = layer.configuration.get("data", {}).get("terraform_remote_state", {})
        modules[name] = {"source": f"./{name}", **{producer: f"${{module.{producer}}}" for producer in reads}}
    return {
        "terraform": {"backend": {"local": {"path": STATE}}, "required_providers": providers},
        **_succession(synthesized),
        "module": modules,
        # An output of the root may not show what a module's output hides.
        "output": {name: {"value": f"${{module.{name}}}", "sensitive": True} for name in modules},
    }


def _succession(synthesized: Synthesized) -> dict[str, list[dict[str, Any]]]:
    """What the layers adopt and let go of, by its address in the plan of all layers."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, layer in synthesized.layers.items():
        for block, which in _OF_THE_ROOT.items():
            for one in layer.configuration.get(block, []):
                found.setdefault(block, []).append({**one, which: f"module.{name}.{one[which]}"})
    return found


def merged_state(states: Mapping[str, State]) -> dict[str, Any] | None:
    """The states of layers as one, in which each layer is a module; None when there is nothing in them."""
    resources = [_in_module(name, resource) for name, state in states.items() for resource in _managed(state)]
    outputs = {name: _as_object(state.outputs) for name, state in states.items() if state.outputs}
    if not resources and not outputs:
        return None
    return {
        "version": 4,
        "serial": 1,
        "lineage": "plan",
        "outputs": outputs,
        "resources": resources,
    }


def _managed(state: State) -> list[dict[str, Any]]:
    """What Terraform has made; what it has only looked up, it looks up again."""
    return [resource for resource in state.resources if resource["mode"] == "managed"]


def _in_module(name: str, resource: dict[str, Any]) -> dict[str, Any]:
    instances = [
        {**instance, "dependencies": [f"module.{name}.{address}" for address in instance.get("dependencies", [])]}
        for instance in resource["instances"]
    ]
    provider = f"module.{name}.{resource['provider']}"
    return {**resource, "module": f"module.{name}", "provider": provider, "instances": instances}


def _as_object(outputs: dict[str, Any]) -> dict[str, Any]:
    """A layer's outputs as the one value that the module is."""
    return {
        "value": {name: output["value"] for name, output in outputs.items()},
        "type": ["object", {name: output["type"] for name, output in outputs.items()}],
        "sensitive": True,
    }


def _write(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
