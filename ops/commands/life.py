"""Commands that make an environment, change it, and take it down."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ops.account import EMBEDDED
from ops.backend import load_backend
from ops.bootstrap.command import bootstrap as make_backend
from ops.commands.application import Embedded, Json, Name, Suffix, Yes, app, console_of_results, entered, named
from ops.confirm import Confirmation
from ops.deploy import deploy as apply_layers
from ops.destroy import destroy as destroy_layers
from ops.local import down, up
from ops.review.reviewed import read_reviewed
from ops.synth import synthesize
from ops.verify import verify as verify_deployed


@app.command()
def synth(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False, as_json: Json = False) -> None:
    """Synthesize the stacks, and say what is in them."""
    environment = named(env, suffix=suffix, embedded=embedded)
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
    console = console_of_results()
    counts = {layer.name: layer.resources for layer in synthesized.layers.values()}
    if as_json:
        folder = str(environment.workspace.synthesized)
        console.print_json(json.dumps({"folder": folder, "layers": counts, "resources": synthesized.resources}))
        return
    for name, count in counts.items():
        console.print(f"  {name:12} {count:4} resources", highlight=False)
    console.print(
        f"{len(counts)} layers, {synthesized.resources} resources in "
        f"{environment.workspace.relative(environment.workspace.synthesized)}",
        soft_wrap=True,
    )


@app.command()
def bootstrap(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False) -> None:
    """Make or mend what keeps Terraform's state: a bucket, a lock table and their key. Once per account."""
    environment = entered(env, suffix=suffix, embedded=embedded)
    console = console_of_results()
    for outcome in make_backend(environment, load_backend()):
        mended = f" ({', '.join(outcome.mended)})" if outcome.mended else ""
        console.print(f"  {outcome.verdict:6} {outcome.what}{mended}", soft_wrap=True, highlight=False)


@app.command()
def deploy(
    env: Name = EMBEDDED,
    *,
    only: Annotated[list[str] | None, typer.Option(metavar="LAYER", help="Just this layer; may be repeated.")] = None,
    reviewed: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Apply what was reviewed, and nothing else: review.json of `ops review`."),
    ] = None,
    yes: Yes = False,
    suffix: Suffix = None,
    embedded: Embedded = False,
) -> None:
    """Apply the layers, in order, as many side by side as possible."""
    held_to = read_reviewed(reviewed) if reviewed else None
    environment = entered(env, suffix=suffix, embedded=embedded)
    console = console_of_results()
    confirmation = Confirmation(environment=environment, console=console, yes=yes)
    chosen = [name for names in only or [] for name in names.split(",")]
    apply_layers(environment, only=chosen, confirm=confirmation.of_deploy, console=console, reviewed=held_to)


@app.command()
def destroy(env: Name = EMBEDDED, *, yes: Yes = False, suffix: Suffix = None, embedded: Embedded = False) -> None:
    """Destroy all layers, and prove that nothing is left."""
    environment = entered(env, suffix=suffix, embedded=embedded)
    console = console_of_results()
    confirmation = Confirmation(environment=environment, console=console, yes=yes)
    destroy_layers(environment, confirm=confirmation.of_destroy, console=console)


@app.command()
def local(*, suffix: Suffix = None) -> None:
    """Deploy to the embedded AWS, which is started when it is not running, and verify what came of it."""
    console = console_of_results()
    environment = named(EMBEDDED, suffix=suffix, embedded=True)
    up(environment, verify=lambda entered: verify_deployed(entered, console=console), console=console)


@app.command()
def local_down(*, suffix: Suffix = None) -> None:
    """Destroy what is on the embedded AWS, prove it, and stop the embedded AWS."""
    down(named(EMBEDDED, suffix=suffix, embedded=True), console=console_of_results())
