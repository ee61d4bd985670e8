"""The two plans that judges are shown: of an empty account, and of one in which everything has been made.

The first cannot tell what policies say of resources that are not made yet; the second knows every value.
"""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ops.account import Environment
from ops.backend import load_backend
from ops.plan.command import plan_document, plan_folder
from ops.state import States
from ops.synth import Synthesized, synthesize


@dataclass(frozen=True)
class Planned:
    """A plan as `terraform show -json` writes it, in a file, and what was synthesized for it."""

    plan: Path
    synthesized: Synthesized


def plan_whole(environment: Environment, *, console: Console) -> Planned:
    """Plan all layers; the plan is kept until the next one."""
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
        states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
        existing = states.read_all(synthesized.layers)
        plan_document(environment, synthesized, existing, console=console)
    return Planned(plan=plan_folder(environment) / "plan.json", synthesized=synthesized)
