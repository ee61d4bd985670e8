"""Finds out whether a deployed environment is what it should be, and shows it check by check."""

import json
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from ops.account import Environment
from ops.checks import GROUPS, Check, Deployed, Result, all_checks, run_checks
from ops.errors import OpsError
from ops.report import print_indented


def verify(environment: Environment, *, console: Console) -> None:
    """Run all checks and show their results. Raises OpsError if one failed."""
    checks = all_checks()
    shown = _Shown(console=console, total=len(checks))
    with shown.running():
        results = run_checks(checks, _deployed(environment), tell=shown.tell)
    failed = sum(not result.passed for result in results)
    colour = "red" if failed else "green"
    console.print(f"[{colour}]{len(results) - failed} checks passed, {failed} failed[/]", highlight=False)
    if failed:
        raise OpsError(
            f"{environment.suffix} is not what it should be. Again, once it is mended: "
            f"python -m ops verify {environment.command_line}"
        )


def verify_for_machines(environment: Environment) -> tuple[str, bool]:
    """Run all checks; their results as JSON, and whether all passed."""
    results = run_checks(all_checks(), _deployed(environment), tell=lambda _result: None)
    failed = sum(not result.passed for result in results)
    document = {
        "environment": environment.suffix,
        "passed": len(results) - failed,
        "failed": failed,
        "checks": [
            {
                "id": result.check.id,
                "requirements": result.check.requirements,
                "sentence": result.check.sentence,
                "passed": result.passed,
                "detail": result.detail,
                "seconds": round(result.seconds, 3),
            }
            for result in results
        ],
    }
    return json.dumps(document, indent=2), not failed


def _deployed(environment: Environment) -> Deployed:
    return Deployed(session=environment.session(), settings=environment.settings)


@dataclass
class _Shown:
    """Results on the console: a group as soon as all of it is known, in the groups' order whoever is done first."""

    console: Console
    total: int
    results: dict[str, Result] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=lambda: list(GROUPS))
    status: Status | None = None

    def running(self) -> AbstractContextManager[object]:
        """Shows on a terminal how many checks are done."""
        self.status = self.console.status(self._progress()) if self.console.is_terminal else None
        return self.status or nullcontext()

    def tell(self, result: Result) -> None:
        """Take note of a result, and show what is complete now."""
        self.results[result.check.id] = result
        if self.status:
            self.status.update(self._progress())
        grouped = {group: list(checks) for group, checks in groupby(all_checks(), key=lambda check: check.group)}
        done = Counter(known.check.group for known in self.results.values())
        while self.waiting and done[self.waiting[0]] == len(grouped.get(self.waiting[0], [])):
            self._print_group(grouped.get(self.waiting.pop(0), []))

    def _progress(self) -> str:
        return f"Asking AWS: {len(self.results)} of {self.total} checks done"

    def _print_group(self, checks: list[Check]) -> None:
        if checks:
            self.console.print(f"[bold]{checks[0].group.replace('_', ' ')}[/]")
        for one in checks:
            self._print_result(self.results[one.id])

    def _print_result(self, result: Result) -> None:
        symbols = self.console.is_terminal and "utf" in self.console.encoding.lower()
        passed, failed = ("✓", "✗") if symbols else ("ok  ", "FAIL")
        mark = f"[green]{passed}[/]" if result.passed else f"[bold red]{failed}[/]"
        proves = ", ".join(result.check.requirements)
        line = f"  {mark} {escape(result.check.sentence)}  [dim]{proves}[/]"
        self.console.print(line, highlight=False, soft_wrap=not self.console.is_terminal)
        if not result.passed:
            print_indented(self.console, f"[red]{escape(result.detail)}[/]", by=6)
