"""How a deployment or a destruction ended, for people."""

import re
from collections.abc import Iterable
from pathlib import Path
from textwrap import indent
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from ops.account import Environment
from ops.errors import OpsError
from ops.events import LayerResult, LayerState
from ops.messages import Diagnostic
from ops.progress import counted, duration
from ops.rollout import Running

_LOG_LINES_SHOWN = 15
_LOCKED = "Error acquiring the state lock"
# What services call a resource that a run has made and not recorded: EntityAlreadyExists, BucketAlreadyOwnedByYou,
# InvalidPermission.Duplicate and so on.
_EXISTS = re.compile(r"already[ -]?(exists|owned)|duplicate", re.IGNORECASE)


def print_deployed(console: Console, results: list[LayerResult], *, resources: int, seconds: float) -> None:
    """One line that sums up a deployment."""
    all_of_it = f"{counted(len(results), 'layer')}, {counted(resources, 'resource')}"
    if all(result.state is LayerState.UNCHANGED for result in results):
        console.print(f"[green]No changes[/]: everything is as the code says ({all_of_it}, {duration(seconds)}).")
        return
    created, changed, deleted = (_sum(results, kind) for kind in ("added", "changed", "removed"))
    unchanged = sum(result.state is LayerState.UNCHANGED for result in results)
    others = f", {counted(unchanged, 'layer')} unchanged" if unchanged else ""
    console.print(
        f"[green]Deployed[/] {all_of_it}: {created} created, {changed} changed, {deleted} deleted{others}, "
        f"in {duration(seconds)}."
    )


def print_running(console: Console, running: Iterable[Running]) -> None:
    """A line for each service: the revision that it runs, and the image of that."""
    for one in running:
        digest = f", {one.digest}" if one.digest else ""
        console.print(f"{one.service} runs {one.revision}: {one.image}{digest}", soft_wrap=True, highlight=False)


def print_destroyed(console: Console, results: list[LayerResult], *, seconds: float) -> None:
    """One line that sums up a destruction."""
    deleted = _sum(results, "removed")
    if not deleted:
        console.print("There was nothing to destroy.")
        return
    layers = sum(result.state is LayerState.DONE for result in results)
    console.print(
        f"[green]Destroyed[/] {counted(deleted, 'resource')} in {counted(layers, 'layer')}, in {duration(seconds)}."
    )


def _sum(results: list[LayerResult], kind: Literal["added", "changed", "removed"]) -> int:
    return sum(getattr(result.changes, kind) for result in results if result.changes)


def print_failures(console: Console, results: Iterable[LayerResult], environment: Environment) -> None:
    """What went wrong, layer by layer, as far as it is known."""
    for result in results:
        if result.state is LayerState.FAILED:
            console.print(f"\n[bold red]{result.layer} failed[/]")
            _print_reasons(console, result)
        elif result.state is LayerState.STOPPED and result.killed:
            released = "its lock is released" if result.lock_released else "it held no lock"
            console.print(f"\n[yellow]{result.layer} was killed[/]; {released}.")
        elif result.state is LayerState.STOPPED:
            console.print(f"\n[yellow]{result.layer} was stopped[/]; its state has what was made so far.")
        if result.log and result.state in {LayerState.FAILED, LayerState.STOPPED} and result.log.is_file():
            console.print(f"  Log: {environment.workspace.relative(result.log)}", soft_wrap=True)


def print_next_step(console: Console, results: list[LayerResult], environment: Environment, again: str) -> None:
    """What to do after a failure or an interruption."""
    diagnostics = [diagnostic for result in results for diagnostic in result.diagnostics]
    killed = any(result.killed for result in results)
    locked = any(diagnostic.summary == _LOCKED for diagnostic in diagnostics)
    exists = any(_EXISTS.search(f"{diagnostic.summary} {diagnostic.detail}") for diagnostic in diagnostics)
    console.print("\n[bold]What now[/]")
    if locked or killed or exists:
        console.print(
            "  Release locks that nobody holds any more, and adopt what exists without being in a state:\n"
            f"  python -m ops recover {environment.command_line}",
            soft_wrap=True,
        )
    console.print(f"  The same command goes on where this one ended: python -m ops {again}", soft_wrap=True)


def _print_reasons(console: Console, result: LayerResult) -> None:
    if isinstance(result.error, OpsError):
        print_indented(console, escape(str(result.error)))
    elif result.error:
        print_indented(console, escape(f"{type(result.error).__name__}: {result.error}"))
    for diagnostic in result.diagnostics:
        _print_diagnostic(console, diagnostic)
    if not result.error and not result.diagnostics and result.log:
        console.print("  Terraform gave no reason. The end of its output:")
        print_indented(console, escape(_tail(result.log)), by=4)


def _print_diagnostic(console: Console, diagnostic: Diagnostic) -> None:
    where = f"[bold]{escape(diagnostic.address)}[/]: " if diagnostic.address else ""
    print_indented(console, f"{where}{escape(diagnostic.summary)}")
    detail = diagnostic.detail
    if diagnostic.summary == _LOCKED:
        # What follows explains locks in general, and advises to go on without.
        detail = detail.partition("Terraform acquires")[0]
    if detail:
        print_indented(console, escape(detail.strip()), by=4)


def print_indented(console: Console, text: str, *, by: int = 2) -> None:
    """Text that stays indented where a terminal breaks its lines; elsewhere lines are left whole."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, by)), highlight=False)
    else:
        console.print(indent(text, " " * by), soft_wrap=True, highlight=False)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES_SHOWN:])
