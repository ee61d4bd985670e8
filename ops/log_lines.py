"""Progress off a terminal: lines with the time of day, which a build server keeps."""

import time
from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console

from ops.events import Entered, Event, LayerState, Noted
from ops.progress import Standing, counted, standings

_HEARTBEAT_SECONDS = 15


class LogLines:
    """A Progress that says what starts and what ends, and now and then what is being waited for."""

    def __init__(self, console: Console, layers: Iterable[tuple[str, int]]) -> None:
        self._standings = standings(layers)
        self._console = console
        self._width = max(map(len, self._standings), default=0)
        self._spoke = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def handle(self, event: Event) -> None:
        """Say what happened, where it is a step in the life of a layer."""
        if isinstance(event, Noted):
            self._say(event.layer, event.text)
            return
        standing = self._standings[event.layer]
        standing.handle(event)
        if isinstance(event, Entered) and (text := _describe(standing)):
            self._say(event.layer, text)

    def tick(self) -> None:
        """Say what is being waited for, where nothing was said for a while."""
        if time.monotonic() - self._spoke < _HEARTBEAT_SECONDS:
            return
        for standing in self._standings.values():
            if standing.is_running:
                waits = f", waiting for {standing.waits_for}" if standing.waits_for else ""
                self._say(standing.layer, f"{standing.state} {standing.count}".rstrip() + waits)

    def _say(self, layer: str, text: str) -> None:
        self._spoke = time.monotonic()
        now = datetime.now().astimezone()
        line = f"{now:%H:%M:%S}  {layer:{self._width}}  {text}"
        self._console.print(line, soft_wrap=True, markup=False, highlight=False)


def _describe(standing: Standing) -> str:
    if standing.state is LayerState.PLANNING:
        return f"started, {counted(standing.declared, 'resource')}"
    if standing.state.over and standing.state is not LayerState.NOT_STARTED:
        resources = f", {standing.count} resources" if standing.total else ""
        return f"{standing.state}{resources}, {standing.time}"
    return ""
