"""Commands that bring a release into an environment: its image into the registry, its schema into the database."""

from typing import Annotated

import typer

from ops.account import EMBEDDED, enter
from ops.commands.application import Embedded, Name, Suffix, app, console_of_results, entered, named
from ops.images.command import build_image, push_image
from ops.images.tools import ToolName
from ops.migrate import migrate as run_migration

image = typer.Typer(help="The service's image.", no_args_is_help=True)
app.add_typer(image, name="image")
WithTool = Annotated[
    ToolName | None, typer.Option("--tool", help="Which to use, instead of the first that is on the PATH.")
]


@image.command()
def build(env: Name = EMBEDDED, *, tool: WithTool = None, suffix: Suffix = None, embedded: Embedded = False) -> None:
    """Build the image of app/ for the architecture of the settings. Asks no AWS."""
    environment = named(env, suffix=suffix, embedded=embedded)
    build_image(environment, tool=tool, console=console_of_results())


@image.command()
def push(env: Name = EMBEDDED, *, tool: WithTool = None, suffix: Suffix = None, embedded: Embedded = False) -> None:
    """Push the image that was built, and write its digest into the settings."""
    environment = named(env, suffix=suffix, embedded=embedded)
    push_image(environment if environment.embedded else enter(environment), tool=tool, console=console_of_results())


@app.command()
def migrate(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False) -> None:
    """Bring the database's schema up to date, with the image that is deployed, and wait for it."""
    run_migration(entered(env, suffix=suffix, embedded=embedded), console=console_of_results())
