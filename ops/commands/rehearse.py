"""Commands for bad days, and for the days on which they are rehearsed."""

from typing import Annotated

import typer

from ops.account import EMBEDDED
from ops.commands.application import Embedded, Name, Suffix, Yes, app, console_of_results, entered
from ops.confirm import Confirmation
from ops.drill.command import drill as rehearse
from ops.drill.scenarios import SCENARIOS
from ops.shift import shift_away as keep_traffic_out
from ops.shift import shift_back as let_traffic_in


@app.command()
def drill(
    env: Name,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help=f"One of {', '.join(SCENARIOS)}.")],
    *,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Where it happens, instead of the last zone.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the simulation, which is what happens on the embedded AWS.")] = 1,
    yes: Yes = False,
    suffix: Suffix = None,
    embedded: Embedded = False,
) -> None:
    """Bring a failure about, follow it, and measure when it is noticed and when it is over."""
    environment = entered(env, suffix=suffix, embedded=embedded)
    console = console_of_results()
    confirmation = Confirmation(environment, console, yes)
    rehearse(environment, scenario, zone=zone, seed=seed, confirmation=confirmation, console=console)


@app.command()
def shift_away(
    env: Name,
    zone: Annotated[str, typer.Argument(metavar="ZONE", help="For example us-east-1a.")],
    *,
    lasts: Annotated[str, typer.Option("--for", metavar="TIME", help="For how long, for example 90m or 2h.")] = "2h",
    yes: Yes = False,
    suffix: Suffix = None,
    embedded: Embedded = False,
) -> None:
    """Keep traffic out of a zone that is ill."""
    environment = entered(env, suffix=suffix, embedded=embedded)
    console = console_of_results()
    confirmation = Confirmation(environment, console, yes)
    keep_traffic_out(environment, zone, lasts=lasts, confirmation=confirmation, console=console)


@app.command()
def shift_back(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False) -> None:
    """Let traffic into all zones again."""
    let_traffic_in(entered(env, suffix=suffix, embedded=embedded), console=console_of_results())
