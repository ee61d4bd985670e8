"""Synthesizes an environment by running main.py, and reads what came out."""

import difflib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from ops.account import Environment
from ops.errors import BadInputError, OpsError

# The line of a traceback that says what happened.
_ERROR = re.compile(r"[\w.]+(Error|Exception)\b")


@dataclass(frozen=True)
class Layer:
    """One synthesized stack."""

    name: str
    dependencies: frozenset[str]
    folder: Path
    configuration: dict[str, Any]

    @property
    def resources(self) -> int:
        """How many resources it declares, counting a `count` or `for_each` once."""
        return sum(len(instances) for instances in self.configuration.get("resource", {}).values())

    @property
    def providers(self) -> dict[str, str]:
        """The version constraint of each provider that it needs, by full name."""
        required: dict[str, dict[str, str]] = self.configuration.get("terraform", {}).get("required_providers", {})
        return {_full_name(provider["source"]): provider.get("version", "") for provider in required.values()}

    @property
    def backend(self) -> dict[str, Any]:
        """Where its state is, as the stack says it."""
        return dict(self.configuration.get("terraform", {}).get("backend", {}))

    def values(self, resource_type: str, attribute: str) -> list[str]:
        """What all resources of a type set an attribute to, where that is known without Terraform."""
        found = (body.get(attribute) for body in self.configuration.get("resource", {}).get(resource_type, {}).values())
        return [value for value in found if isinstance(value, str) and "${" not in value]


@dataclass(frozen=True)
class Synthesized:
    """Every layer of an environment, by name, in an order in which they can be deployed."""

    layers: dict[str, Layer]

    @property
    def configurations(self) -> dict[str, dict[str, Any]]:
        """The JSON of every layer, by name."""
        return {name: layer.configuration for name, layer in self.layers.items()}

    @property
    def resources(self) -> int:
        """How many resources all layers declare."""
        return sum(layer.resources for layer in self.layers.values())

    def graph(self, *, only: list[str] | None = None) -> dict[str, frozenset[str]]:
        """What each layer has to wait for; of `only` some layers, including what they reach through the others."""
        chosen = set(only) if only else set(self.layers)
        return {name: frozenset(self._all_dependencies(name) & chosen) for name in self.layers if name in chosen}

    def check_known(self, names: list[str]) -> None:
        """Raise BadInputError if any of `names` is no layer."""
        unknown = [name for name in names if name not in self.layers]
        if unknown:
            close = difflib.get_close_matches(unknown[0], self.layers, n=1)
            guess = f" Did you mean {close[0]!r}?" if close else ""
            raise BadInputError(
                f"There is no layer {unknown[0]!r}.{guess}\n  Known: {', '.join(self.layers)}",
            )

    def _all_dependencies(self, name: str) -> set[str]:
        found: set[str] = set()
        waiting = set(self.layers[name].dependencies)
        while waiting:
            dependency = waiting.pop()
            if dependency not in found:
                found.add(dependency)
                waiting |= self.layers[dependency].dependencies
        return found


def synthesize(environment: Environment) -> Synthesized:
    """Run main.py for an environment. Raises BadInputError with what it says when the settings are refused."""
    folder = environment.workspace.synthesized
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    variables = {
        **os.environ,
        "ENVIRONMENT": environment.name,
        "ENVIRONMENT_SUFFIX": environment.suffix,
        "CDKTF_OUTDIR": str(folder),
    }
    finished = subprocess.run(
        [sys.executable, "main.py"],
        cwd=environment.workspace.root,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    said = (finished.stderr or finished.stdout).strip()
    if finished.returncode == BadInputError.exit_code:
        raise BadInputError(said)
    if finished.returncode != 0:
        raise OpsError(_failure(said, finished.returncode, environment))
    return read_synthesized(folder)


def rewritten(layer: Layer, added: dict[str, Any]) -> Layer:
    """A layer with something added to its configuration, in its folder as well."""
    configuration = {**layer.configuration, **added}
    text = json.dumps(configuration, indent=2) + "\n"
    (layer.folder / "cdk.tf.json").write_text(text, encoding="utf-8")
    return replace(layer, configuration=configuration)


def _failure(said: str, code: int, environment: Environment) -> str:
    """What main.py died of. The rest is for whoever changes the stacks, and kept in a file."""
    reason = next((line for line in said.splitlines() if _ERROR.match(line)), said.rpartition("\n")[2])
    log = environment.workspace.folder / "synth.log"
    log.write_text(said + "\n", encoding="utf-8")
    return f"main.py failed with exit code {code}: {reason}\n  All that it said: {environment.workspace.relative(log)}"


def read_synthesized(folder: Path) -> Synthesized:
    """What main.py wrote to `folder`."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    layers = {}
    for name, stack in manifest["stacks"].items():
        path = folder / stack["synthesizedStackPath"]
        layers[name] = Layer(
            name=name,
            dependencies=frozenset(stack["dependencies"]),
            folder=path.parent,
            configuration=json.loads(path.read_text(encoding="utf-8")),
        )
    order = TopologicalSorter({name: sorted(layer.dependencies) for name, layer in layers.items()}).static_order()
    return Synthesized(layers={name: layers[name] for name in order})


def _full_name(source: str) -> str:
    """A provider's source address, with the parts that Terraform supplies when they are left out."""
    parts = source.split("/")
    return "/".join(["registry.terraform.io", "hashicorp", *parts][-3:] if len(parts) < 3 else parts)
