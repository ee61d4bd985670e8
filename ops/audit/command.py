"""The whole audit: others' judgement of plans and policies, and our own of permissions, flows, secrets and ends."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ops.account import Environment
from ops.audit import destroyable, flows
from ops.audit.configuration import Configuration
from ops.audit.exceptions import Outcome, Run, When, apply_exceptions, read_exceptions
from ops.audit.judges import checkov, parliament, trivy
from ops.audit.judges.environment import Tools
from ops.audit.judges.finding import Judge, Verdict
from ops.audit.plans import Planned, plan_whole
from ops.audit.privileges.judge import Judged, judge, unused_permissions
from ops.audit.privileges.policies import Permission
from ops.audit.secrets import Found, search
from ops.audit.states import keep_states
from ops.errors import OpsError
from ops.progress import duration

_SEARCHED = (".json", ".log", ".tf.json", ".tfstate", ".txt")


@dataclass(frozen=True)
class JudgedRun:
    """What one judge made of one plan, or of the policies."""

    run: Run
    verdict: Verdict
    seconds: float


@dataclass
class Report:
    """Everything that was found, and everything that was looked at."""

    runs: list[JudgedRun] = field(default_factory=list)
    outcome: Outcome | None = None
    rows: list[Judged] = field(default_factory=list)
    unused: list[Permission] = field(default_factory=list)
    flows: int = 0
    unintended: list[str] = field(default_factory=list)
    resources: int = 0
    staying: list[str] = field(default_factory=list)
    files_searched: int = 0
    secrets: list[Found] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nobody has anything to complain of."""
        return not self.complaints


@dataclass
class Audit:
    """One audit of one environment on an AWS of its own."""

    environment: Environment
    tools: Tools
    console: Console
    report: Report = field(default_factory=Report)

    def judge_before(self) -> Planned:
        """Let the judges see the plan of an account in which there is nothing yet."""
        return self._judge_plan("before")

    def judge_after(self) -> Planned:
        """Let them see a plan of what exists by now, search what it left behind, and draw the conclusion."""
        planned = self._judge_plan("after")
        self._search_for_secrets()
        return planned

    def judge_configuration(self, planned: Planned) -> None:
        """Judge what was synthesized: policies, permissions, flows, and whether everything can go."""
        layers = planned.synthesized.configurations
        configuration = Configuration(layers=layers, account_id=self.environment.account_id)
        with self._part("parliament, on every policy") as began:
            self._note(Run(judge="parliament", findings=()), parliament.judge(configuration, tools=self.tools), began)
        with self._part("permissions, by a policy simulator"):
            self.report.rows = judge(configuration)
            self._complain(str(row) for row in self.report.rows if not row.agrees)
            self.report.unused = unused_permissions(configuration, judged=self.report.rows)
            self._complain(f"nobody needs {one.action} on {one.resource} ({one.policy})" for one in self.report.unused)
        with self._part("network flows"):
            self.report.flows = len(flows.reachable(configuration))
            self.report.unintended = flows.disagreements(configuration)
            self._complain(self.report.unintended)
        with self._part("everything can be destroyed"):
            self.report.resources = len(configuration.resources())
            self.report.staying = destroyable.findings(configuration)
            self._complain(self.report.staying)

    def conclude(self) -> Report:
        """Set the exceptions against the findings."""
        outcome = apply_exceptions(read_exceptions(), [one.run for one in self.report.runs])
        self._complain(f"{run.name}: {finding}" for run, finding in outcome.unexcused)
        self._complain(outcome.stale)
        self.report.outcome = outcome
        return self.report

    def _judge_plan(self, when: When) -> Planned:
        with self._part(f"a plan, {when} the first apply"):
            planned = plan_whole(self.environment, console=Console(quiet=True))
        judges: dict[Judge, Callable[..., Verdict]] = {"checkov": checkov.judge, "trivy": trivy.judge}
        for name, ask in judges.items():
            with self._part(f"{name}, {when} the first apply") as began:
                self._note(Run(judge=name, findings=(), plan=when), ask(planned.plan, tools=self.tools), began)
        return planned

    def _note(self, run: Run, verdict: Verdict, began: float) -> None:
        judged = Run(judge=run.judge, plan=run.plan, findings=verdict.findings)
        self.report.runs.append(JudgedRun(run=judged, verdict=verdict, seconds=time.monotonic() - began))

    def _search_for_secrets(self) -> None:
        with self._part("secrets in states, plans, JSON, logs and outputs"):
            keep_states(self.environment)
            files = list(_files(self.environment.workspace.folder))
            self.report.files_searched = len(files)
            self.report.secrets = search(files)
            self._complain(str(one) for one in self.report.secrets)

    def _complain(self, about: Iterable[str]) -> None:
        self.report.complaints += about

    @contextmanager
    def _part(self, name: str) -> Iterator[float]:
        """A part of the audit: its name, how long it took, and what it has to complain of."""
        began, before = time.monotonic(), len(self.report.complaints)
        self.console.print(f"{name} ...", highlight=False)
        try:
            yield began
        except OpsError as failure:
            self._complain([f"{name}: {failure}"])
        for complaint in self.report.complaints[before:]:
            self.console.print(f"  [red]{escape(complaint)}[/]", soft_wrap=True, highlight=False)
        self.console.print(f"  {duration(time.monotonic() - began)}", highlight=False)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path.name.endswith(_SEARCHED))
