"""Takes an environment's layers down, and proves that nothing of them is left."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from ops.account import Environment
from ops.backend import Backend, load_backend
from ops.bootstrap.command import missing_parts
from ops.deploy import require_success
from ops.errors import LeftoversError, OpsError
from ops.layers import Operation
from ops.leftovers import find_copies, wait_for_leftovers_to_go
from ops.report import print_destroyed
from ops.state import States
from ops.synth import Layer, Synthesized, synthesize


def destroy(environment: Environment, *, confirm: Callable[[list[str]], None], console: Console) -> None:
    """Destroy all layers, once `confirm` has not raised. Raises OpsError unless nothing is left."""
    began = time.monotonic()
    backend = load_backend()
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
        graph = synthesized.graph()
        if missing_parts(environment, backend):
            console.print("There is no state, so nothing was deployed from here.")
        else:
            _refuse_to_orphan(find_copies(environment, synthesized), environment)
            confirm(list(graph))
            states = States(session=environment.session(), backend=backend, suffix=environment.suffix)
            results = Operation(
                environment=environment,
                synthesized=synthesized,
                backend=backend,
                console=console,
                destroy=True,
                skip=lambda layer: states.read(layer.name).is_empty,
                retry=_has_vault,
            ).run(graph)
            require_success(environment, results, console=console, again=f"destroy {environment.command_line}")
            print_destroyed(console, results, seconds=time.monotonic() - began)
        prove_nothing_left(environment, synthesized, console=console)
    if not environment.embedded:
        _tell_of_state(environment, backend, console=console)


def prove_nothing_left(environment: Environment, synthesized: Synthesized, *, console: Console) -> None:
    """Ask AWS what is left of the environment. Raises LeftoversError, with a list, if anything is."""
    leftovers = wait_for_leftovers_to_go(environment, synthesized, say=lambda text: console.print(escape(text)))
    if not leftovers:
        console.print(f"Nothing of {environment.suffix} is left: AWS was asked by tag and by name.")
        return
    listed = "\n".join(f"  {leftover.kind}: {leftover.id}" for leftover in leftovers)
    raise LeftoversError(
        f"{len(leftovers)} resources of {environment.suffix} are still there, and may cost money:\n{listed}\n"
        "Terraform knows nothing of them (any more): delete them by hand, or run destroy again if they are going."
    )


def _refuse_to_orphan(copies: list[str], environment: Environment) -> None:
    """A copy keeps its network from being destroyed, and loses the key that its data is encrypted with."""
    if copies:
        raise OpsError(
            f"{environment.suffix} has data beside what its layers made: {', '.join(copies)}.\n"
            "It was restored, or ran before a switch. Nothing is destroyed while it is there: it would lose its key.\n"
            "Delete it first: the runbooks restore-database and restore-table say how, under Afterwards."
        )


def _has_vault(layer: Layer) -> bool:
    """A vault may refuse to go the first time: https://github.com/hashicorp/terraform-provider-aws/issues/37774."""
    return "aws_backup_vault" in layer.configuration.get("resource", {})


def _tell_of_state(environment: Environment, backend: Backend, *, console: Console) -> None:
    console.print(
        f"The states, now empty, stay in s3://{backend.bucket}/{environment.suffix}/ with their history, and so do the "
        "bucket, the lock table and their key, which all environments of the account share.",
        soft_wrap=True,
    )
