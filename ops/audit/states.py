"""Brings the states and outputs of an environment where they can be searched, readable by their owner alone."""

import json
from pathlib import Path

from ops.account import Environment
from ops.backend import load_backend
from ops.state import States


def keep_states(environment: Environment) -> list[Path]:
    """Write every layer's state, outputs included, to the working folder."""
    backend = load_backend()
    states = States(session=environment.session(), backend=backend, suffix=environment.suffix)
    folder = environment.workspace.folder / "states"
    folder.mkdir(parents=True, exist_ok=True)
    kept = []
    for layer in states.layers():
        path = folder / f"{layer}.tfstate"
        path.touch(mode=0o600)
        state = states.read(layer)
        path.write_text(json.dumps({"outputs": state.outputs, "resources": state.resources}), encoding="utf-8")
        kept.append(path)
    return kept
