"""`make local` and `make local-down`: an environment on the embedded AWS, from nothing and back to nothing."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from ops.account import Environment, embedded_variables, enter_embedded
from ops.backend import load_backend
from ops.confirm import Confirmation
from ops.deploy import deploy
from ops.destroy import destroy
from ops.emulator import Emulator, find_emulator, running_emulator, start_emulator, stop_emulator
from ops.errors import LeftoversError
from ops.outputs import print_outputs, read_outputs
from ops.progress import duration
from ops.state import States
from ops.synth import read_synthesized

# The outputs that a person looks for first; `ops output` has all of them.
_WANTED = {
    "data_bucket_name",
    "load_balancer_dns_name",
    "overview_dashboard_url",
    "reader_endpoint",
    "repository_url",
    "session_table_name",
    "writer_endpoint",
}
Verify = Callable[[Environment], None]


def up(environment: Environment, *, verify: Verify, console: Console) -> None:
    """Deploy to the embedded AWS, which is started when it is not running, and verify what came of it."""
    began = time.monotonic()
    emulator = _start(environment, console=console)
    environment = enter_embedded(environment, emulator)
    confirmation = Confirmation(environment=environment, console=console, yes=True)
    deploy(environment, only=[], confirm=confirmation.of_deploy, console=console)
    verify(environment)
    _print_summary(environment, emulator, seconds=time.monotonic() - began, console=console)


def down(environment: Environment, *, console: Console) -> None:
    """Destroy what is on the embedded AWS, prove it, and stop the embedded AWS."""
    record = _record(environment)
    if find_emulator(record) is None:
        record.unlink(missing_ok=True)
        console.print("The embedded AWS is not running, so there is nothing to take down.")
    else:
        environment = enter_embedded(environment, running_emulator(record))
        confirmation = Confirmation(environment=environment, console=console, yes=True)
        try:
            destroy(environment, confirm=confirmation.of_destroy, console=console)
        except LeftoversError:
            # Worth a failure, but nothing to keep: nobody is going to delete by hand what is only in memory.
            _stop(environment, console=console)
            raise
        _stop(environment, console=console)


def _start(environment: Environment, *, console: Console) -> Emulator:
    record = _record(environment)
    if find_emulator(record) is not None:
        emulator = running_emulator(record)
        console.print(f"The embedded AWS is running at {emulator.endpoint}")
        return emulator
    emulator = start_emulator(record, project=environment.workspace.root)
    console.print(f"Started the embedded AWS at {emulator.endpoint} (pid {emulator.pid})")
    return emulator


def _stop(environment: Environment, *, console: Console) -> None:
    stop_emulator(_record(environment))
    shutil.rmtree(environment.workspace.folder, ignore_errors=True)
    console.print("The embedded AWS is stopped; what it held was in its memory alone.")


def _record(environment: Environment) -> Path:
    return environment.workspace.shared / "emulator.json"


def _print_summary(environment: Environment, emulator: Emulator, *, seconds: float, console: Console) -> None:
    synthesized = read_synthesized(environment.workspace.synthesized)
    states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
    outputs = read_outputs(states, list(synthesized.layers))
    wanted = {
        layer: {name: value for name, value in values.items() if name in _WANTED} for layer, values in outputs.items()
    }
    console.print("\n[bold]Outputs[/] (all of them: python -m ops output)")
    print_outputs(console, wanted)
    console.print("\n[bold]Look around[/]")
    for name, value in embedded_variables(emulator.endpoint).items():
        console.print(f"  export {name}={value}", soft_wrap=True)
    console.print(
        f"  aws elbv2 describe-load-balancers --names alb-{environment.suffix}\n"
        f"  aws rds describe-db-clusters --query 'DBClusters[].[DBClusterIdentifier,Status,EngineVersion]'\n"
        "\n[bold]Take it down[/]\n  make local-down",
        soft_wrap=True,
    )
    console.print(
        f"\n{len(synthesized.layers)} layers, {synthesized.resources} resources, {duration(seconds)} in all, "
        f"at {emulator.endpoint}"
    )
