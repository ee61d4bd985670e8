"""Commands for when something went wrong with the states."""

import json
from typing import Annotated

import typer

from ops.account import EMBEDDED
from ops.commands.application import Embedded, Json, Name, Suffix, Yes, app, console_of_results, entered
from ops.confirm import Confirmation
from ops.recover.command import recover as bring_together
from ops.state_history import history_as_document, print_history, read_history
from ops.state_history import restore as restore_state
from ops.unlock import unlock as release_locks


@app.command()
def unlock(env: Name = EMBEDDED, *, yes: Yes = False, suffix: Suffix = None, embedded: Embedded = False) -> None:
    """Show who holds locks on the states, and release them."""
    environment = entered(env, suffix=suffix, embedded=embedded)
    console = console_of_results()
    release_locks(environment, confirmation=Confirmation(environment, console, yes), console=console)


@app.command()
def recover(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False) -> None:
    """After a kill: release locks that nobody holds, and adopt what no state knows of. Deletes nothing."""
    bring_together(entered(env, suffix=suffix, embedded=embedded), console=console_of_results())


state = typer.Typer(help="The versions of a layer's state, which the bucket keeps.", no_args_is_help=True)
app.add_typer(state, name="state")
LayerName = Annotated[str, typer.Argument(metavar="LAYER", help="The layer whose state it is.")]


@state.command()
def history(
    env: Name, layer: LayerName, *, suffix: Suffix = None, embedded: Embedded = False, as_json: Json = False
) -> None:
    """Show the versions of a layer's state, newest first."""
    versions = read_history(entered(env, suffix=suffix, embedded=embedded), layer)
    if as_json:
        typer.echo(json.dumps(history_as_document(versions), indent=2))
    else:
        print_history(console_of_results(), versions)


@state.command()
def restore(
    env: Name,
    layer: LayerName,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="As `history` shows it.")],
    *,
    yes: Yes = False,
    suffix: Suffix = None,
    embedded: Embedded = False,
) -> None:
    """Make an older version of a layer's state the current one. What exists does not change."""
    environment = entered(env, suffix=suffix, embedded=embedded)
    console = console_of_results()
    restore_state(environment, layer, version, confirm=Confirmation(environment, console, yes), console=console)
