"""`python -m ops.faults`: break deployments in every way, and write to docs/reliability.md what they survived."""

from typing import Annotated

import typer

from ops.commands.application import console_of_results
from ops.errors import OpsError
from ops.faults import inputs
from ops.faults.command import Matrix, long, short
from ops.faults.report import part, summary
from ops.reliability import PAGE, write_part


def main(
    seed: Annotated[int, typer.Option(help="Which calls go wrong, and when runs are ended.")] = 1,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A few of each, on a few layers; writes no page.")] = False,
) -> None:
    """Break deployments in every way, which takes about an hour."""
    console = console_of_results()
    if quick:
        matrix = Matrix(console=console, seed=seed)
        short(matrix)
    else:
        # What is known is written at once: a run of an hour may well be ended before it is over.
        matrix = Matrix(console=console, seed=seed, after_each=lambda report: write_part("faults", part(report)))
        long(matrix)
        console.print("[bold]bad input[/], which takes some minutes")
        write_part("inputs", inputs.part(inputs.try_inputs()))
        console.print(f"Written to {PAGE}")
    console.print(summary(matrix.report), highlight=False)
    if matrix.report.failures:
        raise typer.Exit(OpsError.exit_code)


if __name__ == "__main__":
    typer.run(main)
