"""Progress on a terminal: a line per layer, always up to date."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ops.events import Event, LayerState, Noted
from ops.progress import standings

_STYLES = {
    LayerState.WAITING: "dim",
    LayerState.DONE: "green",
    LayerState.UNCHANGED: "green",
    LayerState.FAILED: "bold red",
    LayerState.STOPPED: "yellow",
    LayerState.HELD: "yellow",
    LayerState.NOT_STARTED: "dim",
}


class LiveTable:
    """A Progress that redraws a table in place."""

    def __init__(self, console: Console, layers: Iterable[tuple[str, int]]) -> None:
        self._standings = standings(layers)
        self._console = console
        self._live = Live(self._render(), console=console, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.tick()
        self._live.stop()

    def handle(self, event: Event) -> None:
        """Show what happened."""
        if isinstance(event, Noted):
            where = f"{event.layer}: " if event.layer else ""
            self._console.print(escape(f"{where}{event.text}"))
        else:
            self._standings[event.layer].handle(event)

    def tick(self) -> None:
        """Bring the seconds up to date."""
        self._live.update(self._render(), refresh=True)

    def _render(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
        # Room for the ^C that a terminal echoes: on a full line it would begin another, and confuse the drawing.
        table.width = self._console.width - len("^C^C^C")
        table.add_column("layer", no_wrap=True)
        table.add_column("state", min_width=12, no_wrap=True)
        table.add_column("resources", justify="right", no_wrap=True)
        table.add_column("time", justify="right", min_width=6, no_wrap=True)
        table.add_column("waiting for", overflow="ellipsis", no_wrap=True, ratio=1)
        for standing in self._standings.values():
            table.add_row(
                standing.layer,
                Text(standing.state, style=_STYLES.get(standing.state, "cyan")),
                standing.count,
                standing.time,
                Text(standing.waits_for, style="dim"),
            )
        return table
