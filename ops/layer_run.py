"""One layer, from initialising to its end: Terraform's messages become events, and a result."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ops.errors import ImageMissingError, explain
from ops.events import Entered, Event, LayerResult, LayerState, Noted, Planned, ResourceFinished, ResourceStarted
from ops.messages import Changes, Diagnostic, Finished, Outputs, Started, parse_line
from ops.synth import Layer
from ops.terraform import Run, Terraform

_APPLY = ["apply", "-json", "-auto-approve", "-input=false"]
_PREPARED_AT_ONCE = 2
# Something to make sure of before or after a layer. It raises OpsError, or returns what a person should know.
Check = Callable[[], str | None]


@dataclass(frozen=True, kw_only=True)
class LayerRuns:
    """How layers are applied, or destroyed, one at a time. `before` and `after` are checks around single layers."""

    terraform: Terraform
    emit: Callable[[Event], None]
    logs: Path
    destroy: bool = False
    before: Mapping[str, Check] = field(default_factory=dict)
    after: Mapping[str, Check] = field(default_factory=dict)

    @contextmanager
    def preparing(self, layers: Sequence[Layer]) -> Iterator[None]:
        """Initialise layers in the background, ahead of their turn, while the first ones wait for AWS.

        Whatever goes wrong here goes wrong again, and is reported, when the layer's turn comes.
        """
        with ThreadPoolExecutor(max_workers=_PREPARED_AT_ONCE) as pool:
            for layer in layers:
                pool.submit(self._prepare, layer)
            try:
                yield
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _prepare(self, layer: Layer) -> None:
        if not self.terraform.interrupt.requested:
            self.terraform.initialise(layer, log=self.logs / f"{layer.name}.init.log")

    def run(self, layer: Layer) -> LayerResult:
        """Apply or destroy a layer. Whatever goes wrong is in the result."""
        began = time.monotonic()
        log = self.logs / f"{layer.name}.log"
        try:
            result = self._run(layer, log=log)
        except Exception as error:  # noqa: BLE001 - the other layers' threads have to be waited for first
            problem = explain(error) or error
            held = isinstance(problem, ImageMissingError)
            result = LayerResult(layer=layer.name, state=LayerState.HELD if held else LayerState.FAILED, error=problem)
        self.emit(Entered(layer.name, result.state))
        return replace(result, seconds=time.monotonic() - began, log=log)

    def _run(self, layer: Layer, *, log: Path) -> LayerResult:
        self._check(layer, self.before)
        self.emit(Entered(layer.name, LayerState.INITIALISING))
        if self.terraform.initialise(layer, log=log) != 0:
            return self._not_initialised(layer, log=log)
        self.emit(Entered(layer.name, LayerState.PLANNING))
        arguments = [*_APPLY, "-destroy"] if self.destroy else _APPLY
        with self.terraform.running(layer, arguments, log=log) as run:
            result = self._follow(layer, run)
        if result.succeeded:
            self._check(layer, self.after)
        return result

    def _check(self, layer: Layer, checks: Mapping[str, Check]) -> None:
        if check := checks.get(layer.name):
            self.emit(Entered(layer.name, LayerState.CHECKING))
            if said := check():
                self.emit(Noted(said, layer.name))

    def _follow(self, layer: Layer, run: Run) -> LayerResult:
        """Turn what a run says into events, and at its end into a result."""
        changes: Changes | None = None
        outputs, outputs_change = Outputs(), False
        diagnostics: list[Diagnostic] = []
        for line in run.lines():
            match parse_line(line):
                case Started(action="read") | Finished(action="read"):
                    pass
                case Started(address=address):
                    self.emit(ResourceStarted(layer.name, address))
                case Finished(address=address, failed=failed):
                    self.emit(ResourceFinished(layer.name, address, failed))
                case Changes(operation="plan") as planned:
                    self._planned(layer, planned)
                case Changes() as applied:
                    changes = applied
                case Outputs() as said:
                    outputs, outputs_change = said, outputs_change or said.changed
                case Diagnostic(severity="error") as diagnostic:
                    diagnostics.append(diagnostic)
        return LayerResult(
            layer=layer.name,
            state=self._ended(run, changed=outputs_change or bool(changes and changes.total)),
            changes=changes,
            diagnostics=tuple(diagnostics),
            outputs=dict(outputs.values),
            killed=self.terraform.killed(run),
        )

    def _ended(self, run: Run, *, changed: bool) -> LayerState:
        if run.code == 0:
            return LayerState.DONE if changed else LayerState.UNCHANGED
        return LayerState.STOPPED if self.terraform.interrupt.requested else LayerState.FAILED

    def _planned(self, layer: Layer, changes: Changes) -> None:
        self.emit(Planned(layer.name, changes))
        if changes.total:
            self.emit(Entered(layer.name, LayerState.DESTROYING if self.destroy else LayerState.APPLYING))

    def _not_initialised(self, layer: Layer, *, log: Path) -> LayerResult:
        if self.terraform.interrupt.requested:
            return LayerResult(layer=layer.name, state=LayerState.STOPPED)
        said = log.read_text(encoding="utf-8", errors="replace").strip()
        failure = Diagnostic(severity="error", summary="Terraform could not be initialised", detail=said)
        return LayerResult(layer=layer.name, state=LayerState.FAILED, diagnostics=(failure,))
