"""Commands that look at an environment, or at what would become of it, and change nothing."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from ops.account import EMBEDDED, enter
from ops.backend import load_backend
from ops.commands.application import Embedded, Json, Name, Suffix, app, console_of_results, entered, named
from ops.drift.command import as_document as drift_as_document
from ops.drift.command import drift as find_drift
from ops.drift.command import print_drift
from ops.outputs import print_outputs, read_outputs
from ops.plan.command import plan as plan_layers
from ops.plan.report import as_document as plan_as_document
from ops.plan.report import print_plan
from ops.preflight.command import all_clear, findings_as_document, look_ahead, print_findings
from ops.preview.command import preview as draw_dashboards
from ops.preview.command import print_preview
from ops.review.command import fails, files_of
from ops.review.command import review as review_plan
from ops.review.model import Severity
from ops.review.report import as_document as review_as_document
from ops.review.report import print_review
from ops.state import States
from ops.traceability import traceability as trace_requirements
from ops.verify import verify as verify_deployed
from ops.verify import verify_for_machines


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
    environment = entered(env, suffix=suffix, embedded=embedded)
    planned = plan_layers(environment, console=Console(quiet=True) if as_json else console_of_results())
    if as_json:
        typer.echo(json.dumps(plan_as_document(planned), indent=2))
    else:
        print_plan(console_of_results(), planned)
    if detailed_exitcode and not planned.is_empty:
        raise typer.Exit(2)


@app.command()
def review(
    env: Name = EMBEDDED,
    *,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the page goes, instead of .work/SUFFIX/review.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Likewise the comment.")] = None,
    fail_on: Annotated[
        Literal["low", "medium", "high"] | None,
        typer.Option("--fail-on", help="Exit with 1 where a risk of that weight, or of more, is not accepted."),
    ] = None,
    suffix: Suffix = None,
    embedded: Embedded = False,
    as_json: Json = False,
) -> None:
    """Say what a deployment would do, what it costs and whether to worry, as a page and a comment. Changes nothing."""
    environment = entered(env, suffix=suffix, embedded=embedded)
    files = files_of(environment, html=html, markdown=markdown)
    made = review_plan(environment, files=files, console=Console(quiet=True) if as_json else console_of_results())
    if as_json:
        typer.echo(json.dumps(review_as_document(made, files), indent=2))
    else:
        print_review(console_of_results(), made, files, environment)
    if fail_on and fails(made, Severity[fail_on.upper()]):
        raise typer.Exit(1)


@app.command()
def drift(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False, as_json: Json = False) -> None:
    """Find out what somebody has changed by hand; exit with 2 if anything was. Changes nothing."""
    environment = entered(env, suffix=suffix, embedded=embedded)
    found = find_drift(environment, console=Console(quiet=True) if as_json else console_of_results())
    if as_json:
        typer.echo(json.dumps(drift_as_document(found), indent=2))
    else:
        print_drift(console_of_results(), found, environment)
    if not found.is_empty:
        raise typer.Exit(2)


@app.command()
def verify(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False, as_json: Json = False) -> None:
    """Ask AWS whether the environment is what it should be. Changes nothing."""
    environment = entered(env, suffix=suffix, embedded=embedded)
    if not as_json:
        verify_deployed(environment, console=console_of_results())
        return
    document, passed = verify_for_machines(environment)
    typer.echo(document)
    if not passed:
        raise typer.Exit(1)


@app.command()
def output(env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False, as_json: Json = False) -> None:
    """The outputs of all layers."""
    environment = entered(env, suffix=suffix, embedded=embedded)
    states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
    outputs = read_outputs(states, states.layers())
    console = console_of_results()
    if as_json:
        typer.echo(json.dumps(outputs, indent=2))
    elif outputs:
        print_outputs(console, outputs)
    else:
        console.print(f"{environment.suffix} has no outputs: nothing of it is deployed.")


@app.command()
def preflight(
    env: Name = EMBEDDED, *, suffix: Suffix = None, embedded: Embedded = False, as_json: Json = False
) -> None:
    """Find out whether the account is ready for a deployment. Changes nothing."""
    environment = named(env, suffix=suffix, embedded=embedded)
    findings = look_ahead(enter(environment) if environment.embedded else environment)
    if as_json:
        typer.echo(json.dumps(findings_as_document(environment, findings), indent=2))
    else:
        print_findings(console_of_results(), environment, findings)
    if not all_clear(findings):
        raise typer.Exit(1)


@app.command()
def preview(
    env: Name = EMBEDDED,
    *,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the page goes, instead of .work/SUFFIX/preview.")
    ] = None,
    dashboard: Annotated[str | None, typer.Option(metavar="NAME", help="Only this one, for example overview.")] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Ask CloudWatch for values, and make up only those that it lacks.")
    ] = False,
    suffix: Suffix = None,
    embedded: Embedded = False,
) -> None:
    """Draw the dashboards as a page, to look at before they are deployed. Changes nothing."""
    environment = (entered if live else named)(env, suffix=suffix, embedded=embedded)
    made = draw_dashboards(environment, html=html, dashboard=dashboard, live=live)
    print_preview(console_of_results(), made, environment.workspace)


@app.command()
def traceability() -> None:
    """Print which tests prove which requirement."""
    trace_requirements(console=console_of_results())
