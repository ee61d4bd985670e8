"""Where each layer stands, kept up to date by events, and who shows it."""

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from ops.events import Entered, Event, LayerState, Planned, ResourceFinished, ResourceStarted


class Progress(Protocol):
    """Someone who shows how layers are coming along. All calls come from one thread."""

    def handle(self, event: Event) -> None:
        """Show what happened."""

    def tick(self) -> None:
        """Show that time passes; called several times a second."""


class ProgressDisplay(Progress, AbstractContextManager["ProgressDisplay"], Protocol):
    """A Progress that is shown as long as its context lasts."""


@dataclass
class Standing:
    """Where one layer stands."""

    layer: str
    declared: int
    state: LayerState = LayerState.WAITING
    total: int = 0
    done: int = 0
    began: float | None = None
    ended: float | None = None
    current: dict[str, float] = field(default_factory=dict)

    def handle(self, event: Event) -> None:
        """Take note of what happened to the layer."""
        match event:
            case Entered(state=state):
                self._enter(state)
            case Planned(changes=changes):
                self.total = changes.total
                self.done = 0
            case ResourceStarted(address=address):
                self.current[address] = time.monotonic()
            case ResourceFinished(address=address, failed=failed):
                self.current.pop(address, None)
                self.done += not failed

    def _enter(self, state: LayerState) -> None:
        self.state = state
        if state is LayerState.NOT_STARTED:
            return
        if self.began is None:
            self.began = time.monotonic()
        self.ended = time.monotonic() if state.over else None
        if state.over:
            self.current.clear()

    @property
    def is_running(self) -> bool:
        """Whether somebody works on it."""
        return self.began is not None and not self.state.over

    @property
    def time(self) -> str:
        """How long it has taken so far, or took."""
        if self.began is None:
            return ""
        return duration((time.monotonic() if self.ended is None else self.ended) - self.began)

    @property
    def waits_for(self) -> str:
        """The resource that has been worked on the longest, and how many others are."""
        if not self.current:
            return ""
        address = min(self.current, key=self.current.__getitem__)
        others = f" and {len(self.current) - 1} more" if len(self.current) > 1 else ""
        return f"{address} ({duration(time.monotonic() - self.current[address])}){others}"

    @property
    def count(self) -> str:
        """Resources done of those that have to be."""
        return f"{self.done}/{self.total}" if self.total else ""


def standings(layers: Iterable[tuple[str, int]]) -> dict[str, Standing]:
    """Where layers stand at the beginning; each comes with the number of its resources."""
    return {name: Standing(name, declared) for name, declared in layers}


def counted(number: int, thing: str) -> str:
    """A number of things, as a person says it."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def duration(seconds: float) -> str:
    """A time span as a person says it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
