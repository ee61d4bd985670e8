"""Commands that bring data back."""

from typing import Annotated, Literal

import typer

from ops.commands.application import Embedded, Name, Suffix, Yes, app, console_of_results, entered
from ops.confirm import Confirmation
from ops.errors import BadInputError, OpsError
from ops.restore.command import restore as make_copy
from ops.restore.command import source_of
from ops.restore.drill import drill as rehearse
from ops.restore.report import print_drilled, write_report


@app.command()
def restore(
    env: Name,
    kind: Annotated[Literal["database", "sessions"], typer.Argument(help="What to restore.")],
    *,
    to: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="2026-11-24T08:00:00Z, 15m (or s, h, d) for so long ago, or latest."),
    ] = None,
    drill: Annotated[
        bool, typer.Option("--drill", help="Measure instead: restore the latest, verify it, delete it, write a page.")
    ] = False,
    yes: Yes = False,
    suffix: Suffix = None,
    embedded: Embedded = False,
) -> None:
    """Restore a copy beside what runs, and verify it. To switch to it is a change of the settings."""
    if drill is (to is not None):
        raise BadInputError("Say either to which time, --to TIME, or --drill.")
    environment = entered(env, suffix=suffix, embedded=embedded)
    console = console_of_results()
    source, confirmation = source_of(environment, kind), Confirmation(environment, console, yes)
    if to is not None:
        make_copy(source, to=to, confirmation=confirmation, console=console)
        return
    drilled = rehearse(source, confirmation=confirmation, console=console)
    print_drilled(console, drilled, write_report(drilled))
    if not drilled.passed:
        raise OpsError("The copy could not have been used.")
