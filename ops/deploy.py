"""Applies an environment's layers."""

import time
from collections.abc import Callable

from rich.console import Console

from ops.account import Environment
from ops.assumed import ensure_assumed
from ops.backend import Backend, load_backend
from ops.bootstrap.command import bootstrap, missing_parts
from ops.errors import BadInputError, OpsError, StoppedError
from ops.events import LayerResult, LayerState
from ops.image import ensure_image
from ops.images.registry import Repository
from ops.interrupt import Interrupt
from ops.layers import Operation
from ops.plan.changes import Plan, read_plan
from ops.plan.command import plan_document, plan_layers
from ops.report import print_deployed, print_failures, print_next_step, print_running
from ops.review.reviewed import Reviewed
from ops.review.reviewed import reviewed as reviewed_now
from ops.rollout import check_rollout, what_runs
from ops.state import State, States
from ops.succession import with_succession
from ops.synth import Synthesized, synthesize

# Raises BadInputError where a person does not want what is planned; the plan is missing for a first deployment.
ConfirmDeploy = Callable[[Synthesized, list[str], Plan | None], None]


def deploy(
    environment: Environment,
    *,
    only: list[str],
    confirm: ConfirmDeploy,
    console: Console,
    reviewed: Reviewed | None = None,
) -> None:
    """Apply all layers, or `only` some, once `confirm` has not raised. Raises OpsError unless all of them succeeded.

    With a plan that was `reviewed`, nothing else is applied: BadInputError says what has moved since.
    """
    began = time.monotonic()
    backend = load_backend()
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
        synthesized.check_known(only)
        prepare_account(environment, backend, console=console)
        graph = synthesized.graph(only=only)
        states = States(session=environment.session(), backend=backend, suffix=environment.suffix)
        existing = states.read_all(synthesized.layers)
        synthesized = with_succession(synthesized, existing, environment)
        plan: Plan | None
        if reviewed:
            plan = _plan_as_reviewed(environment, synthesized, list(graph), states, existing, reviewed, console=console)
        else:
            plan = _plan_what_exists(environment, synthesized, list(graph), existing, console=console)
        if plan and plan.is_empty:
            results = [LayerResult(layer=name, state=LayerState.UNCHANGED) for name in graph]
        else:
            confirm(synthesized, list(graph), plan)
            results = _operation(environment, synthesized, states, plan, console=console).run(graph)
    require_success(environment, results, console=console, again=f"deploy {_arguments(environment, only)}")
    resources = sum(synthesized.layers[name].resources for name in graph)
    print_deployed(console, results, resources=resources, seconds=time.monotonic() - began)
    if "compute" in graph:
        print_running(console, what_runs(states, layer="compute", repository=Repository(environment)))


def _plan_what_exists(
    environment: Environment,
    synthesized: Synthesized,
    layers: list[str],
    existing: dict[str, State],
    *,
    console: Console,
) -> Plan | None:
    """What there is to do to layers that exist already, found out for all of them at once.

    That takes a third of the time of going through layer after layer, most of which seldom change. None for a first
    deployment, of which a plan would tell nothing, and where the layers cannot be planned together.
    """
    if any(existing[name].is_empty for name in layers):
        return None
    try:
        return plan_layers(environment, synthesized, existing, console=console).restricted_to(layers)
    except (BadInputError, StoppedError):
        raise
    except OpsError:
        console.print("The layers cannot be planned together, so each is planned when its turn comes.")
        return None


def _plan_as_reviewed(
    environment: Environment,
    synthesized: Synthesized,
    layers: list[str],
    states: States,
    existing: dict[str, State],
    reviewed: Reviewed,
    *,
    console: Console,
) -> Plan:
    """What there is to do, which is what was reviewed. Raises BadInputError if it is not."""
    document = plan_document(environment, synthesized, existing, console=console)
    now = reviewed_now(document, synthesized, states, environment)
    reviewed.check_unmoved(now, again=f"python -m ops review {environment.command_line}")
    return read_plan(document, layers=tuple(synthesized.layers)).restricted_to(layers)


def _operation(
    environment: Environment, synthesized: Synthesized, states: States, plan: Plan | None, *, console: Console
) -> Operation:
    interrupt = Interrupt()
    return Operation(
        environment=environment,
        synthesized=synthesized,
        backend=states.backend,
        console=console,
        before={"compute": lambda: ensure_image(environment)},
        after={"compute": lambda: check_rollout(states, layer="compute", stopping=lambda: interrupt.requested)},
        skip=lambda layer: plan is not None and not plan.touches(layer.name),
        interrupt=interrupt,
    )


def prepare_account(environment: Environment, backend: Backend, *, console: Console) -> None:
    """Make sure that there is somewhere to keep state; on a real account that is a person's decision.

    On the embedded AWS everything that an account is assumed to have is made.
    """
    missing = missing_parts(environment, backend)
    if not environment.embedded:
        if missing:
            raise BadInputError(
                f"There is nowhere to keep Terraform's state yet: {' and '.join(missing)} missing.\n"
                f"  Make it, once per account: python -m ops bootstrap {environment.command_line}"
            )
        return
    if missing:
        bootstrap(environment, backend)
        console.print(f"Made what keeps the state: {', '.join(missing)}", highlight=False)
    for made in ensure_assumed(environment):
        console.print(f"Made what an account is assumed to have: {made}", highlight=False)


def require_success(environment: Environment, results: list[LayerResult], *, console: Console, again: str) -> None:
    """Say what went wrong, and raise an error, unless all went well."""
    states = {result.state for result in results}
    if states <= {LayerState.DONE, LayerState.UNCHANGED}:
        return
    print_failures(console, results, environment)
    held = next((result.error for result in results if result.state is LayerState.HELD), None)
    if LayerState.FAILED not in states and isinstance(held, OpsError):
        raise held
    print_next_step(console, results, environment, again)
    if LayerState.STOPPED in states or LayerState.FAILED not in states:
        raise StoppedError(_counted(results, "Stopped"))
    raise OpsError(_counted(results, "Failed"))


def _counted(results: list[LayerResult], word: str) -> str:
    done = sum(result.succeeded for result in results)
    return f"{word}: {done} of {len(results)} layers are done."


def _arguments(environment: Environment, only: list[str]) -> str:
    return " ".join([environment.command_line, *(f"--only {name}" for name in only)])
