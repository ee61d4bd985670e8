"""A plan for people: a table of numbers, then what deserves a second look, and JSON for machines."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops.plan.changes import Action, Change, Plan

_STYLES = {Action.CREATE: "green", Action.CHANGE: "yellow", Action.REPLACE: "bold red", Action.DESTROY: "bold red"}
_MOST_CREATIONS_SHOWN = 25
_MOST_LINES_SHOWN = 10


def print_plan(console: Console, plan: Plan) -> None:
    """The numbers, and what is behind them where something that exists is touched."""
    _print_drift(console, plan)
    if plan.is_empty:
        console.print("[green]No changes[/]: everything is as the code says.")
        return
    _print_numbers(console, plan)
    _print_handovers(console, plan)
    _print_details(console, plan)
    _print_losses(console, plan)


def as_document(plan: Plan) -> dict[str, Any]:
    """The same for machines."""
    return {
        "layers": {
            layer: {
                **{str(action): len(plan.of(layer, action)) for action in Action},
                "outputs_change": layer in plan.outputs,
            }
            for layer in plan.layers
        },
        "changes": [change_document(change) for change in plan.changes],
        "drift": [change_document(change) for change in plan.drift],
        "handovers": [vars(handover) for handover in plan.handovers],
    }


def change_document(change: Change) -> dict[str, Any]:
    """One change, for machines."""
    return {
        "layer": change.layer,
        "address": change.address,
        "action": str(change.action),
        "loses_data": change.loses_data,
        "attributes": [vars(attribute) for attribute in change.attributes],
    }


def _print_numbers(console: Console, plan: Plan) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold", show_footer=True)
    table.add_column("layer", footer="[bold]in all[/]")
    for action in Action:
        total = sum(change.action is action for change in plan.changes)
        table.add_column(str(action), justify="right", footer=_number(total, action))
    table.add_column("")
    for layer in plan.layers:
        numbers = [_number(len(plan.of(layer, action)), action) for action in Action]
        table.add_row(layer, *numbers, "[dim]outputs change[/]" if layer in plan.outputs else "")
    console.print(table)


def _number(count: int, action: Action) -> str:
    return f"[{_STYLES[action]}]{count}[/]" if count else "[dim]-[/]"


def _print_details(console: Console, plan: Plan) -> None:
    """Every change to what exists. Creations only if they are few: in a new environment, all is one."""
    created = [change for change in plan.changes if change.action is Action.CREATE]
    shown = set(Action) if len(created) <= _MOST_CREATIONS_SHOWN else set(Action) - {Action.CREATE}
    for layer in plan.layers:
        changes = [change for change in plan.of(layer) if change.action in shown]
        if changes:
            console.print(f"\n[bold]{layer}[/]")
        for change in changes:
            print_change(console, change)


def print_change(console: Console, change: Change, *, what: str | None = None) -> None:
    """One change to one resource, with its attributes; `what` says otherwise than the action what happens to it."""
    style = _STYLES[change.action]
    word = what or change.action
    console.print(f"  [{style}]{word:7}[/] {escape(change.address)}", highlight=False, soft_wrap=True)
    # In a replacement almost everything becomes unknown; why it is replaced is what matters.
    because = [attribute for attribute in change.attributes if attribute.replaces] or change.attributes
    for attribute in because:
        why = " [red](which replaces it)[/]" if attribute.replaces else ""
        line = attribute.name if attribute.lines else f"{attribute.name}: {attribute.before} -> {attribute.after}"
        console.print(f"            {escape(line)}{why}", highlight=False, soft_wrap=True)
        for changed in attribute.lines[:_MOST_LINES_SHOWN]:
            console.print(f"              [dim]{escape(changed)}[/]", highlight=False, soft_wrap=True)
        if len(attribute.lines) > _MOST_LINES_SHOWN:
            console.print(f"              [dim]and {len(attribute.lines) - _MOST_LINES_SHOWN} more lines[/]")


def _print_drift(console: Console, plan: Plan) -> None:
    if not plan.drift:
        return
    console.print("[yellow]Changed outside Terraform[/], which a deployment would undo:")
    for change in plan.drift:
        names = ", ".join(attribute.name for attribute in change.attributes) or "gone"
        console.print(f"  {change.layer}: {escape(change.address)} ({escape(names)})", highlight=False, soft_wrap=True)
    console.print()


def _print_handovers(console: Console, plan: Plan) -> None:
    if plan.handovers:
        console.print("\n[bold]Handed over[/], and neither made nor destroyed")
    for handover in plan.handovers:
        console.print(f"  {handover.layer} {escape(handover.sentence)}", highlight=False, soft_wrap=True)


def _print_losses(console: Console, plan: Plan) -> None:
    losses = [change for change in plan.changes if change.loses_data]
    if not losses:
        return
    console.print(f"\n[bold red]Data would be lost[/]: {len(losses)} of these hold data, or what it takes to read it")
    for change in losses:
        line = f"  {change.action:7} {change.layer}: {change.address}"
        console.print(f"[red]{escape(line)}[/]", highlight=False, soft_wrap=True)
