"""The matrix of faults: what is broken, how often, and whether the environment came through."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from rich.console import Console
from rich.markup import escape

from emulator.faults import Fault
from ops.embedded import embedded_alone
from ops.errors import OpsError
from ops.faults.kills import KILLS, Blow, Struck, strike
from ops.faults.subject import Subject
from ops.faults.surroundings import SCENARIOS, no_bucket
from ops.progress import duration
from ops.synth import read_synthesized

SUFFIX = "faults"
# Enough to have keys, names, policies and dependencies, and deployed in half a minute.
FEW = ("keys", "alerting", "registry")
# In one run of the whole environment about one call in twenty goes wrong.
RATES = {
    Fault.THROTTLED: 0.02,
    Fault.SERVER_ERROR: 0.01,
    Fault.UNAVAILABLE: 0.01,
    Fault.RESET: 0.005,
    Fault.SLOW: 0.005,
    Fault.ANSWER_LOST: 0.003,
}


@dataclass
class Report:
    """What was done to environments, and what failed. Calls by fault; blows in the order in which they fell."""

    calls: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    attempts: int = 0
    deploy_blows: list[Struck] = field(default_factory=list)
    destroy_blows: list[Struck] = field(default_factory=list)
    scenarios: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def count(self, told: dict[str, object]) -> None:
        """Add what the embedded AWS tells of its faults."""
        injected = told["injected"]
        assert isinstance(injected, dict)  # noqa: S101 - emulator/faults.py
        self.calls += int(str(told["calls"]))
        for fault, number in injected.items():
            self.faults[fault] = self.faults.get(fault, 0) + number


@dataclass
class Matrix:
    """Runs scenarios one after the other, and goes on where one fails."""

    console: Console
    seed: int
    after_each: Callable[[Report], None] = lambda _report: None
    report: Report = field(default_factory=Report)

    def calls(self, *, layers: tuple[str, ...], severity: float) -> None:
        """Deploy and destroy while calls go wrong."""
        orders = {"seed": self.seed, "rates": {fault: rate * severity for fault, rate in RATES.items()}}
        with self._scenario("calls that go wrong"), self._subject(layers) as subject:
            with subject.failing(**orders) as told:
                self.report.attempts += subject.insist("deploy")
                self.report.count(told())
            subject.check_agreement()
            with subject.failing(**orders) as told:
                self.report.attempts += subject.insist("destroy")
                self.report.count(told())

    def blows(self, *, layers: tuple[str, ...], deploy: Sequence[Blow], destroy: Sequence[Blow]) -> None:
        """Deploy and destroy while runs are ended."""
        with self._scenario("runs that are ended"), self._subject(layers) as subject:
            # A few layers are done in less time than the state of one is saved in.
            longest_pause = 0 if layers else 10
            hit = partial(strike, subject, total=self._resources(subject), seed=self.seed, longest_pause=longest_pause)
            self.report.deploy_blows += hit("deploy", blows=deploy)
            subject.check_agreement()
            if not layers:
                with self._scenario("all states of the whole environment lost"):
                    no_bucket(subject)
                    subject.check_agreement()
            self.report.destroy_blows += hit("destroy", blows=destroy)

    def surroundings(self, *names: str) -> None:
        """Take away what a small deployment stands on, in one way after the other."""
        with self._subject(FEW) as subject:
            for name in names:
                with self._scenario(name):
                    SCENARIOS[name](subject)
                    subject.check_agreement()
            with self._scenario("destruction after all of that"):
                subject.insist("destroy")

    def _resources(self, subject: Subject) -> int:
        subject.run("synth")
        layers = read_synthesized(subject.environment.workspace.synthesized).layers
        return sum(layers[name].resources for name in subject.layers or layers)

    @contextmanager
    def _subject(self, layers: tuple[str, ...]) -> Iterator[Subject]:
        with embedded_alone(SUFFIX) as environment:
            yield Subject(environment=environment, say=self._say, layers=layers)

    @contextmanager
    def _scenario(self, name: str) -> Iterator[None]:
        self.console.print(f"[bold]{escape(name)}[/]")
        began = time.monotonic()
        try:
            yield
        except OpsError as failure:
            self.report.failures[name] = str(failure)
            self.console.print(f"[red]{escape(str(failure))}[/]", soft_wrap=True)
        seconds = time.monotonic() - began
        self.report.scenarios[name] = seconds
        self.after_each(self.report)
        self._say(f"  took {duration(seconds)}")

    def _say(self, text: str) -> None:
        self.console.print(escape(text), highlight=False, soft_wrap=True)


def short(matrix: Matrix) -> None:
    """What every run of the tests can afford."""
    matrix.calls(layers=FEW, severity=2)
    matrix.blows(layers=FEW, deploy=KILLS, destroy=(Blow.INTERRUPTED, Blow.TERMINATED))
    matrix.surroundings("two deployments at once", "a stale lock, and a living one", "a full disk")


def calls(matrix: Matrix) -> None:
    """Calls of the whole environment go wrong, for five minutes."""
    matrix.calls(layers=(), severity=1)


def runs(matrix: Matrix) -> None:
    """Runs of the whole environment are ended, for half an hour."""
    kills = (Blow.ALL_KILLED, Blow.TERRAFORM_KILLED)
    # A kill of `ops` alone comes last, because Terraform goes on and leaves little to strike at.
    matrix.blows(
        layers=(),
        deploy=(Blow.INTERRUPTED, *kills * 5, Blow.TERMINATED, *kills * 6, *[Blow.OPS_KILLED] * 2),
        destroy=(Blow.INTERRUPTED, *kills * 2, Blow.TERMINATED, *kills * 2, *[Blow.OPS_KILLED] * 2),
    )


def surroundings(matrix: Matrix) -> None:
    """What a small deployment stands on is taken away, for a quarter of an hour."""
    matrix.surroundings(*SCENARIOS)
