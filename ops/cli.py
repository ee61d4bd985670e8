"""The commands. Each reads its arguments, enters the environment, and hands over to the module that does the work."""

import json
import signal
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from ops.account import EMBEDDED, enter, load_environment
from ops.backend import load_backend
from ops.bootstrap.command import bootstrap as make_backend
from ops.confirm import Confirmation
from ops.deploy import deploy as apply_layers
from ops.destroy import destroy as destroy_layers
from ops.errors import OpsError, StoppedError, explain
from ops.local import down, up
from ops.outputs import print_outputs, read_outputs
from ops.plan.command import plan as plan_layers
from ops.plan.report import as_document as plan_as_document
from ops.plan.report import print_plan
from ops.preflight.command import all_clear, findings_as_document, look_ahead, print_findings
from ops.recover.command import recover as bring_together
from ops.state import States
from ops.synth import synthesize
from ops.traceability import traceability as trace_requirements
from ops.unlock import unlock as release_locks
from ops.verify import verify as verify_deployed
from ops.verify import verify_for_machines

# Off a terminal Rich would break lines at 80 columns, in the middle of ARNs.
_WIDTH_OF_LOGS = 160


class ReadableErrors(TyperGroup):
    """Commands whose errors are one block for people, and an exit code that means something."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - Click's own types
        """Run a command."""
        error: OpsError
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            error = StoppedError("Stopped.")
        except Exception as unexplained:
            explained = explain(unexplained)
            if explained is None:
                raise
            error = explained
        Console(stderr=True, emoji=False, width=_width(sys.stderr.isatty())).print(
            f"[red]{escape(str(error))}[/]", soft_wrap=True
        )
        raise typer.Exit(error.exit_code) from None


app = typer.Typer(
    cls=ReadableErrors,
    help="What a person does to an environment.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Name = Annotated[
    str, typer.Argument(metavar="ENV", envvar="ENVIRONMENT", help="The environment: a file of environments/.")
]
Suffix = Annotated[
    str | None, typer.Option(envvar="ENVIRONMENT_SUFFIX", help="Another suffix than the file's: another environment.")
]
Embedded = Annotated[
    bool, typer.Option("--embedded", help="Use the embedded AWS that `make local` has started; `local` always does.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


@app.command()
def synth(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False, as_json: Json = False) -> None:
    """Synthesize the stacks, and say what is in them."""
    environment = load_environment(env, suffix=suffix, embedded=embedded)
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
    console = _console()
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
    environment = enter(load_environment(env, suffix=suffix, embedded=embedded))
    console = _console()
    for outcome in make_backend(environment, load_backend()):
        mended = f" ({', '.join(outcome.mended)})" if outcome.mended else ""
        console.print(f"  {outcome.verdict:6} {outcome.what}{mended}", soft_wrap=True, highlight=False)


@app.command()
def deploy(
    env: Name = EMBEDDED,
    *,
    only: Annotated[list[str] | None, typer.Option(metavar="LAYER", help="Just this layer; may be repeated.")] = None,
    yes: Yes = False,
    suffix: Suffix = None,
    embedded: Embedded = False,
) -> None:
    """Apply the layers, in order, as many side by side as possible."""
    environment = enter(load_environment(env, suffix=suffix, embedded=embedded))
    console = _console()
    confirmation = Confirmation(environment=environment, console=console, yes=yes)
    chosen = [name for names in only or [] for name in names.split(",")]
    apply_layers(environment, only=chosen, confirm=confirmation.of_deploy, console=console)


@app.command()
def verify(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False, as_json: Json = False) -> None:
    """Ask AWS whether the environment is what it should be. Changes nothing."""
    environment = enter(load_environment(env, suffix=suffix, embedded=embedded))
    if not as_json:
        verify_deployed(environment, console=_console())
        return
    document, passed = verify_for_machines(environment)
    typer.echo(document)
    if not passed:
        raise typer.Exit(1)


@app.command()
def output(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False, as_json: Json = False) -> None:
    """The outputs of all layers."""
    environment = enter(load_environment(env, suffix=suffix, embedded=embedded))
    states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
    outputs = read_outputs(states, states.layers())
    console = _console()
    if as_json:
        typer.echo(json.dumps(outputs, indent=2))
    elif outputs:
        print_outputs(console, outputs)
    else:
        console.print(f"{environment.suffix} has no outputs: nothing of it is deployed.")


@app.command()
def destroy(env: Name = EMBEDDED, *, yes: Yes = False, suffix: Suffix = None, embedded: Embedded = False) -> None:
    """Destroy all layers, and prove that nothing is left."""
    environment = enter(load_environment(env, suffix=suffix, embedded=embedded))
    console = _console()
    confirmation = Confirmation(environment=environment, console=console, yes=yes)
    destroy_layers(environment, confirm=confirmation.of_destroy, console=console)


@app.command()
def unlock(env: Name = EMBEDDED, *, yes: Yes = False, suffix: Suffix = None, embedded: Embedded = False) -> None:
    """Show who holds locks on the states, and release them."""
    environment = enter(load_environment(env, suffix=suffix, embedded=embedded))
    console = _console()
    release_locks(environment, confirmation=Confirmation(environment, console, yes), console=console)


@app.command()
def recover(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False) -> None:
    """After a kill: release locks that nobody holds, and adopt what no state knows of. Deletes nothing."""
    bring_together(enter(load_environment(env, suffix=suffix, embedded=embedded)), console=_console())


@app.command()
def plan(
    env: Name = EMBEDDED,
    *,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 where there is something to do.")
    ] = False,
    suffix: Suffix = None,
    embedded: Embedded = False,
    as_json: Json = False,
) -> None:
    """Find out whether everything is as the code says, and what a deployment would do. Changes nothing."""
    environment = enter(load_environment(env, suffix=suffix, embedded=embedded))
    planned = plan_layers(environment, console=Console(quiet=True) if as_json else _console())
    if as_json:
        typer.echo(json.dumps(plan_as_document(planned), indent=2))
    else:
        print_plan(_console(), planned)
    if detailed_exitcode and not planned.is_empty:
        raise typer.Exit(2)


@app.command()
def preflight(
    env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False, as_json: Json = False
) -> None:
    """Find out whether the account is ready for a deployment. Changes nothing."""
    environment = load_environment(env, suffix=suffix, embedded=embedded)
    findings = look_ahead(enter(environment) if environment.embedded else environment)
    if as_json:
        typer.echo(json.dumps(findings_as_document(environment, findings), indent=2))
    else:
        print_findings(_console(), environment, findings)
    if not all_clear(findings):
        raise typer.Exit(1)


@app.command()
def traceability() -> None:
    """Print which tests prove which requirement."""
    trace_requirements(console=_console())


@app.command()
def local(*, suffix: Suffix = None) -> None:
    """Deploy to the embedded AWS, which is started when it is not running, and verify what came of it."""
    console = _console()
    environment = load_environment(EMBEDDED, suffix=suffix, embedded=True)
    up(environment, verify=lambda entered: verify_deployed(entered, console=console), console=console)


@app.command()
def local_down(*, suffix: Suffix = None) -> None:
    """Destroy what is on the embedded AWS, prove it, and stop the embedded AWS."""
    down(load_environment(EMBEDDED, suffix=suffix, embedded=True), console=_console())


def _console() -> Console:
    """Where results go. Rich leaves colours out off a terminal, and where NO_COLOR is set."""
    return Console(emoji=False, width=_width(sys.stdout.isatty()))


def _width(terminal: bool) -> int | None:  # noqa: FBT001 - two lines further up it reads well
    return None if terminal else _WIDTH_OF_LOGS


def main() -> None:
    """Run the command line. SIGTERM ends it the way that Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="python -m ops")
