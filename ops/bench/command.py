"""The measurements, and the page they are written to."""

import shutil
import statistics
import sys
import time
from collections.abc import Callable

from rich.console import Console

from ops.account import EMBEDDED, Environment
from ops.bench.critical_path import Step, critical_path
from ops.bench.processes import Measured, measure
from ops.bench.report import Deployment, Report
from ops.confirm import Confirmation
from ops.deploy import deploy
from ops.destroy import destroy
from ops.embedded import embedded_alone
from ops.plan.command import plan
from ops.synth import read_synthesized
from ops.workspace import ROOT, Workspace

SUFFIX = "bench"
UNIT_TESTS = ("-m", "pytest", "-q", "tests/unit")


def bench(*, runs: int, deployments: int, console: Console) -> Report:
    """Measure everything: the short things `runs` times, deployments `deployments` times. Medians are what counts."""
    lazy = _repeat(runs, "synth", lambda: _synth("lazy"), console=console)
    eager = _repeat(min(runs, 3), "synth with the plain import", lambda: _synth("eager"), console=console)
    unit = _repeat(runs, "unit tests", lambda: measure([sys.executable, *UNIT_TESTS], cwd=ROOT), console=console)
    measured = []
    path: list[Step] = []
    for position in range(1, deployments + 1):
        console.print(f"Deployment {position} of {deployments}, planned, repeated and destroyed ...")
        with embedded_alone(SUFFIX) as environment:
            measured.append(_deployment(environment))
            path = critical_path(read_synthesized(environment.workspace.synthesized))
    return Report(lazy=lazy, eager=eager, unit=unit, deployments=measured, path=path)


def _repeat(runs: int, what: str, once: Callable[[], Measured], *, console: Console) -> Measured:
    console.print(f"{what}: {runs} runs ...")
    measured = [once() for _ in range(runs)]
    return Measured(
        seconds=statistics.median(run.seconds for run in measured),
        peak_mib=statistics.median(run.peak_mib for run in measured),
    )


def _synth(bindings: str) -> Measured:
    folder = Workspace(suffix=SUFFIX).folder / bindings
    folder.mkdir(parents=True, exist_ok=True)
    variables = {"AWS_BINDINGS": bindings, "ENVIRONMENT": EMBEDDED, "CDKTF_OUTDIR": str(folder)}
    try:
        return measure([sys.executable, "main.py"], cwd=ROOT, environment=variables)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _deployment(environment: Environment) -> Deployment:
    quiet = Console(quiet=True)
    confirmation = Confirmation(environment=environment, console=quiet, yes=True)

    def apply() -> None:
        deploy(environment, only=[], confirm=confirmation.of_deploy, console=quiet)

    return Deployment(
        deploy=_seconds(apply),
        again=_seconds(apply),
        plan=_seconds(lambda: plan(environment, console=quiet)),
        destroy=_seconds(lambda: destroy(environment, confirm=confirmation.of_destroy, console=quiet)),
    )


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
