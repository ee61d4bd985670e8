"""`ops drift`: compares all layers with the account, and says what somebody has changed by hand. Changes nothing."""

from typing import Any

from rich.console import Console
from rich.markup import escape

from ops.account import Environment
from ops.backend import load_backend
from ops.drift.found import Drift, changes_by_hand
from ops.drift.strangers import find_strangers
from ops.plan.changes import Action, Change
from ops.plan.command import refresh_document
from ops.plan.report import change_document, print_change
from ops.progress import counted
from ops.state import States
from ops.synth import synthesize


def drift(environment: Environment, *, console: Console) -> Drift:
    """Find out what differs from what Terraform last recorded."""
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
        states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
        existing = states.read_all(synthesized.layers)
        document = refresh_document(environment, synthesized, existing, console=console)
        return Drift(
            changes=changes_by_hand(document, synthesized),
            strangers=find_strangers(environment.session(), existing),
        )


def print_drift(console: Console, found: Drift, environment: Environment) -> None:
    """What was found, for people."""
    if found.is_empty:
        console.print(f"[green]No drift[/]: nobody has changed anything of {environment.suffix} by hand.")
        return
    number = len(found.changes) + len(found.strangers)
    console.print(f"[yellow]{counted(number, 'change')} by hand[/] in {environment.suffix}:")
    layers = [one.layer for one in found.changes] + [one.layer for one in found.strangers]
    for layer in dict.fromkeys(layers):
        console.print(f"\n[bold]{layer}[/]")
        for change in found.changes:
            if change.layer == layer:
                print_change(console, change, what=_what(change))
        for one in found.strangers:
            if one.layer == layer:
                line = f"{one.address}: {one.kind} {one.id}"
                console.print(f"  [bold red]added  [/] {escape(line)}", highlight=False, soft_wrap=True)
    console.print(
        f"\nA deployment puts back what was changed or deleted: python -m ops deploy {environment.command_line}\n"
        "What was added stays until somebody deletes it, or declares it in a layer.",
        soft_wrap=True,
    )


def _what(change: Change) -> str:
    return "deleted" if change.action is Action.DESTROY else "changed"


def as_document(found: Drift) -> dict[str, Any]:
    """The same for machines."""
    return {
        "changes": [change_document(change) for change in found.changes],
        "added": [vars(stranger) for stranger in found.strangers],
    }
