"""Says what a deployment would do, to all layers at once. Changes nothing and takes no lock."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from ops.account import Environment
from ops.backend import load_backend
from ops.errors import OpsError, StoppedError
from ops.interrupt import Interrupt
from ops.messages import Changes, Diagnostic, Outputs, parse_line
from ops.plan.changes import Plan, read_plan
from ops.plan.root import write_root
from ops.state import State, States, count_resources
from ops.succession import with_succession
from ops.synth import Layer, Synthesized, synthesize
from ops.terraform import terraform_for

# All layers are refreshed in one run, which mostly waits for AWS.
_PLAN = ("plan", "-json", "-input=false", "-lock=false", "-out=plan.tfplan", "-parallelism=20")
_REFRESH = (*_PLAN, "-refresh-only")
_HEARTBEAT_SECONDS = 15
_NOTHING_TO_DO: dict[str, Any] = {"resource_changes": [], "output_changes": {}}


def plan(environment: Environment, *, console: Console) -> Plan:
    """Plan all layers; the plan, which is also kept as plan.json in the environment's working folder."""
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
        states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
        existing = states.read_all(synthesized.layers)
        synthesized = with_succession(synthesized, existing, environment)
        return plan_layers(environment, synthesized, existing, console=console)


def plan_layers(
    environment: Environment, synthesized: Synthesized, existing: dict[str, State], *, console: Console
) -> Plan:
    """Plan all layers that were synthesized, against the states that exist. The working folder is reserved already."""
    document = _Planning(environment, synthesized, existing, console).run(_PLAN)
    return read_plan(document, layers=tuple(synthesized.layers))


def plan_document(
    environment: Environment, synthesized: Synthesized, existing: dict[str, State], *, console: Console
) -> dict[str, Any]:
    """The plan of all layers as Terraform's JSON, with everything that exists and stays as it is."""
    return _Planning(environment, synthesized, existing, console).run(_PLAN, whole=True)


def refresh_document(
    environment: Environment, synthesized: Synthesized, existing: dict[str, State], *, console: Console
) -> dict[str, Any]:
    """The states that exist compared with the account, as Terraform's JSON; nothing in it is to be done."""
    return _Planning(environment, synthesized, existing, console).run(_REFRESH, whole=True)


class _Planning:
    """One run of Terraform over all layers."""

    def __init__(
        self, environment: Environment, synthesized: Synthesized, existing: dict[str, State], console: Console
    ) -> None:
        self._workspace = environment.workspace
        self._existing = existing
        self._console = console
        self._interrupt = Interrupt()
        self._terraform = terraform_for(synthesized, workspace=self._workspace, interrupt=self._interrupt)
        self._root = write_root(synthesized, existing, plan_folder(environment))
        self._log = self._workspace.new_log_folder("plan", now=datetime.now().astimezone()) / "plan.log"

    def run(self, arguments: tuple[str, ...], *, whole: bool = False) -> dict[str, Any]:
        """The plan as JSON, `whole` even if there is nothing to do. Raises OpsError with what Terraform said."""
        _forget_other_modules(self._workspace.terraform_data(self._root.name), self._root)
        with self._interrupt.listening(), self._progress() as tell:
            if self._terraform.initialise(self._root, log=self._log) != 0:
                raise self._failed([])
            with self._terraform.running(self._root, list(arguments), log=self._log) as run:
                problems: list[Diagnostic] = []
                refreshed, to_do = 0, True
                for line in run.lines():
                    if '"type":"refresh_complete"' in line:
                        refreshed += 1
                        tell(refreshed)
                    match parse_line(line):
                        case Diagnostic(severity="error") as problem:
                            problems.append(problem)
                        case Changes(total=total):
                            to_do = total > 0
                        case Outputs(changed=changed):
                            to_do = to_do or changed
            if run.code != 0:
                raise self._failed(problems)
            # Showing a plan costs as much as starting Terraform again, and of an empty one there is nothing to show.
            if not (to_do or whole):
                return self._nothing()
            return self._terraform.show_plan(self._root, "plan.tfplan", kept=self._root.folder / "plan.json")

    def _nothing(self) -> dict[str, Any]:
        """A plan of nothing, which is kept likewise."""
        kept = self._root.folder / "plan.json"
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(_NOTHING_TO_DO), encoding="utf-8")
        return _NOTHING_TO_DO

    def _failed(self, problems: list[Diagnostic]) -> OpsError:
        if self._interrupt.requested:
            return StoppedError("Stopped. Nothing was changed.")
        said = "\n".join(_explain(problem) for problem in problems)
        if not said:
            said = self._log.read_text(encoding="utf-8", errors="replace").strip()
        return OpsError(f"The plan failed:\n{said}\n  Log: {self._workspace.relative(self._log)}")

    @contextmanager
    def _progress(self) -> Iterator["_Tell"]:
        total = sum(count_resources(state.resources) for state in self._existing.values())
        telling = _Tell(self._console, total)
        if not self._console.is_terminal:
            yield telling
            return
        with self._console.status("Planning all layers") as status:
            telling.show = status.update
            yield telling


class _Tell:
    """Says how far a plan has come: all the time on a terminal, now and then elsewhere."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._spoke = time.monotonic()
        self.show: Callable[[str], None] = self._line

    def __call__(self, refreshed: int) -> None:
        self.show(f"Planning all layers: {refreshed} of {self._total} resources compared with AWS")

    def _line(self, text: str) -> None:
        if time.monotonic() - self._spoke > _HEARTBEAT_SECONDS:
            self._spoke = time.monotonic()
            self._console.print(text, highlight=False)


def plan_folder(environment: Environment) -> Path:
    """Where the last plan of an environment is kept: its configuration, plan.tfplan and plan.json."""
    return environment.workspace.folder / "plan"


def _forget_other_modules(data: Path, root: Layer) -> None:
    """Terraform remembers which modules it has initialised; other ones make it start again."""
    try:
        document = json.loads((data / "modules" / "modules.json").read_text(encoding="utf-8"))
        known = {module["Key"] for module in document["Modules"]} - {""}
    except (OSError, ValueError, KeyError):
        known = set()
    if known != set(root.configuration["module"]):
        shutil.rmtree(data, ignore_errors=True)


def _explain(problem: Diagnostic) -> str:
    where = f"{problem.address}: " if problem.address else ""
    detail = f"\n    {problem.detail.strip()}" if problem.detail else ""
    return f"  {where}{problem.summary}{detail}"
