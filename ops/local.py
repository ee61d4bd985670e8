"""`make local` and `make local-down`: an environment on the embedded AWS, from nothing and back to nothing."""

import shutil
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from ops.account import Environment, embedded_variables, enter_embedded
from ops.availability.binaries import how_to_install
from ops.backend import load_backend
from ops.confirm import Confirmation
from ops.deploy import deploy
from ops.destroy import destroy
from ops.emulator import Emulator, find_emulator, running_emulator, start_emulator, stop_emulator
from ops.errors import LeftoversError
from ops.local_service.process import TASKS, Running, start_service, stop_service
from ops.outputs import print_outputs, read_outputs
from ops.progress import counted, duration
from ops.report import print_indented
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
    running = _run_service(environment, console=console)
    _print_summary(environment, emulator, running, seconds=time.monotonic() - began, console=console)


def down(environment: Environment, *, console: Console) -> None:
    """Destroy what is on the embedded AWS, prove it, and stop the embedded AWS."""
    record = _record(environment)
    if find_emulator(record) is None:
        record.unlink(missing_ok=True)
        console.print("The embedded AWS is not running, so there is nothing to take down.")
    else:
        environment = enter_embedded(environment, running_emulator(record))
        confirmation = Confirmation(environment=environment, console=console, yes=True)
        stop_service(environment)
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
    emulator = start_emulator(record)
    console.print(f"Started the embedded AWS at {emulator.endpoint} (pid {emulator.pid})")
    return emulator


def _run_service(environment: Environment, *, console: Console) -> Running:
    what = "Starting the service as processes of this machine, with a database if PostgreSQL is installed ..."
    with console.status(what) if console.is_terminal else nullcontext():
        return start_service(environment)


def _stop(environment: Environment, *, console: Console) -> None:
    stop_emulator(_record(environment))
    shutil.rmtree(environment.workspace.folder, ignore_errors=True)
    console.print("The embedded AWS is stopped; what it held was in its memory alone.")


def _record(environment: Environment) -> Path:
    return environment.workspace.shared / "emulator.json"


def _print_summary(
    environment: Environment, emulator: Emulator, running: Running, *, seconds: float, console: Console
) -> None:
    synthesized = read_synthesized(environment.workspace.synthesized)
    states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
    outputs = read_outputs(states, list(synthesized.layers))
    wanted = {
        layer: {name: value for name, value in values.items() if name in _WANTED} for layer, values in outputs.items()
    }
    console.print("\n[bold]Outputs[/] (all of them: python -m ops output)")
    print_outputs(console, wanted)
    _print_service(running, console=console)
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


def _print_service(running: Running, *, console: Console) -> None:
    """Where the service is, and what of it is as it would be on AWS."""
    console.print(f"\n[bold]Open the service[/]\n  {running.url}")
    if running.complete:
        console.print(
            f"  Real: its code, as {counted(TASKS, 'task')} behind HAProxy, with the target group's health checks;\n"
            "        PostgreSQL 15, with a writer, a synchronous reader, TLS and IAM tokens.\n"
            "  Emulated: DynamoDB, S3, and all else that this environment has on AWS.",
            soft_wrap=True,
        )
    else:
        console.print(
            "  Real: its code. Emulated: DynamoDB and S3. Missing: the database, which the page shows as failing.",
            soft_wrap=True,
        )
        print_indented(console, how_to_install(), by=2)
