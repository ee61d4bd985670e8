"""Works through an environment's layers, in order and side by side, while a person watches."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue

from rich.console import Console

from ops.account import Environment
from ops.backend import Backend
from ops.events import Entered, Event, LayerResult, LayerState, Noted
from ops.interrupt import Interrupt
from ops.layer_run import Check, LayerRuns
from ops.live_table import LiveTable
from ops.locks import Locks
from ops.log_lines import LogLines
from ops.progress import Progress, ProgressDisplay
from ops.schedule import Schedule, reverse
from ops.synth import Layer, Synthesized
from ops.terraform import terraform_for

# Terraform mostly waits for AWS, so few processors are no reason to do one layer after another.
_LEAST_WORKERS = 3
# A lock may bear a time from just before the run it belongs to: clocks are read in two processes.
_CLOCK_SLACK = timedelta(seconds=2)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What is done to the layers of an environment, and who watches."""

    environment: Environment
    synthesized: Synthesized
    backend: Backend
    console: Console
    destroy: bool = False
    before: Mapping[str, Check] = field(default_factory=dict)
    after: Mapping[str, Check] = field(default_factory=dict)
    skip: Callable[[Layer], bool] = lambda _layer: False
    retry: Callable[[Layer], bool] = lambda _layer: False
    interrupt: Interrupt = field(default_factory=Interrupt)

    def run(self, graph: Mapping[str, frozenset[str]]) -> list[LayerResult]:
        """Apply the layers of `graph` in order, or destroy them in the reverse order; a result for each of them."""
        began = datetime.now(UTC)
        workspace = self.environment.workspace
        events: SimpleQueue[Event] = SimpleQueue()
        runs = LayerRuns(
            terraform=terraform_for(self.synthesized, workspace=workspace, interrupt=self.interrupt),
            emit=events.put,
            logs=workspace.new_log_folder("destroy" if self.destroy else "deploy", now=datetime.now().astimezone()),
            destroy=self.destroy,
            before=self.before,
            after=self.after,
        )
        order = reverse(graph) if self.destroy else graph
        ahead = [] if self.destroy else [self.synthesized.layers[name] for name in order]
        with self._display(order) as progress, self.interrupt.listening(), runs.preparing(ahead):
            results = Schedule(
                work=lambda name: self._work(runs, name),
                succeeded=lambda result: result.succeeded,
                stopping=lambda: self.interrupt.requested,
                tick=_Watch(events=events, progress=progress, interrupt=self.interrupt).tick,
                workers=max(_LEAST_WORKERS, os.cpu_count() or 0),
            ).run(order)
            for name in order:
                results.setdefault(name, LayerResult(layer=name, state=LayerState.NOT_STARTED))
                if results[name].state is LayerState.NOT_STARTED:
                    progress.handle(Entered(name, LayerState.NOT_STARTED))
        self._release_locks(runs, results, since=began - _CLOCK_SLACK)
        return [results[name] for name in order]

    def _work(self, runs: LayerRuns, name: str) -> LayerResult:
        layer = self.synthesized.layers[name]
        if self.skip(layer):
            runs.emit(Entered(name, LayerState.UNCHANGED))
            return LayerResult(layer=name, state=LayerState.UNCHANGED)
        result = runs.run(layer)
        if result.state is LayerState.FAILED and self.retry(layer):
            runs.emit(Noted("failed, which is known to pass: trying once more", name))
            return runs.run(layer)
        return result

    def _display(self, graph: Mapping[str, frozenset[str]]) -> ProgressDisplay:
        """The way to show progress that suits where the output goes; layers stand in the order in which they come."""
        names = reversed(list(graph)) if self.destroy else graph
        layers = [(name, self.synthesized.layers[name].resources) for name in names]
        live = self.console.is_terminal and not self.console.is_dumb_terminal and not os.environ.get("CI")
        return LiveTable(self.console, layers) if live else LogLines(self.console, layers)

    def _release_locks(self, runs: LayerRuns, results: dict[str, LayerResult], *, since: datetime) -> None:
        """Give back what processes of ours that were killed could not."""
        locks = Locks(session=self.environment.session(), backend=self.backend, suffix=self.environment.suffix)
        for name, result in results.items():
            lock = locks.find(name) if result.killed else None
            if lock and result.log and lock.is_ours(since=since):
                locks.release(self.synthesized.layers[name], lock, terraform=runs.terraform, log=result.log)
                results[name] = replace(result, lock_released=True)


@dataclass
class _Watch:
    """Brings events from the workers' threads to whoever shows them."""

    events: SimpleQueue[Event]
    progress: Progress
    interrupt: Interrupt
    told: int = 0

    def tick(self) -> None:
        while True:
            try:
                self.progress.handle(self.events.get_nowait())
            except Empty:
                break
        if self.interrupt.requested and self.told == 0:
            self.told = 1
            self.progress.handle(
                Noted("Stopping: Terraform finishes what it has begun and gives its locks back. Ctrl-C again kills it.")
            )
        if self.interrupt.insisted and self.told == 1:
            self.told = 2
            self.progress.handle(Noted("Killed."))
        self.progress.tick()
