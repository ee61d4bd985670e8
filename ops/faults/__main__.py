"""`python -m ops.faults`: break deployments in every way, and write to docs/reliability.md what they survived."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from ops.commands.application import console_of_results
from ops.errors import OpsError
from ops.faults import inputs
from ops.faults.command import Matrix, Report, calls, runs, short, surroundings
from ops.faults.report import part, summary
from ops.reliability import PAGE, write_part


class Part(StrEnum):
    """What can be done by itself, and has a part of the page to itself."""

    CALLS = "calls"
    RUNS = "runs"
    SURROUNDINGS = "surroundings"
    INPUTS = "inputs"


_SCENARIOS = {Part.CALLS: calls, Part.RUNS: runs, Part.SURROUNDINGS: surroundings}


def main(
    only: Annotated[list[Part] | None, typer.Argument(help="These parts of it, instead of all.")] = None,
    *,
    seed: Annotated[int, typer.Option(help="Which calls go wrong, and when runs are ended.")] = 1,
    quick: Annotated[bool, typer.Option("--quick", help="A few of each, on a few layers; writes no page.")] = False,
) -> None:
    """Break deployments in every way, which takes about an hour."""
    console = console_of_results()
    if quick:
        matrix = Matrix(console=console, seed=seed)
        short(matrix)
        reports = [matrix.report]
    else:
        reports = list(_published(only or tuple(Part), console=console, seed=seed))
    for report in reports:
        console.print(summary(report), highlight=False)
    if not quick:
        console.print(f"Written to {PAGE}")
    if any(report.failures for report in reports):
        raise typer.Exit(OpsError.exit_code)


def _published(parts: Sequence[Part], *, console: Console, seed: int) -> Iterator[Report]:
    """Do one part after the other, write each to the page, and say what was done to environments."""
    for name in parts:
        if name is Part.INPUTS:
            console.print("[bold]bad input[/], which takes some minutes")
            write_part(name, inputs.part(inputs.try_inputs()))
            continue
        # What is known is written at once: a run of half an hour may well be ended before it is over.
        matrix = Matrix(console=console, seed=seed, after_each=partial(_write, name))
        _SCENARIOS[name](matrix)
        yield matrix.report


def _write(name: Part, report: Report) -> None:
    write_part(name, part(report))


if __name__ == "__main__":
    typer.run(main)
