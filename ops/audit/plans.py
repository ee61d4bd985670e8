"""The two plans that judges are shown: of an empty account, and of one in which everything has been made.

The first cannot tell what policies say of resources that are not made yet; the second knows every value.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ops.account import Environment
from ops.backend import load_backend
from ops.plan.command import plan_document
from ops.state import States
from ops.synth import Synthesized, synthesize


@dataclass(frozen=True)
class Planned:
    """A plan as `terraform show -json` writes it, in a file, and what was synthesized for it."""

    plan: Path
    synthesized: Synthesized


def keep_plan(environment: Environment, *, name: str, console: Console) -> Planned:
    """Plan all layers, and keep the plan in the environment's working folder under a name."""
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
        states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
        existing = states.read_all(synthesized.layers)
        document = plan_document(environment, synthesized, existing, console=console)
    kept = environment.workspace.folder / f"{name}.plan.json"
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(document), encoding="utf-8")
    return Planned(plan=kept, synthesized=synthesized)
