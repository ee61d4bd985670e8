"""What happens while layers are deployed or destroyed: the words between the work and whoever shows it."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ops.messages import Changes, Diagnostic


class LayerState(StrEnum):
    """How far a layer has come."""

    WAITING = "waiting"
    INITIALISING = "initialising"
    PLANNING = "planning"
    APPLYING = "applying"
    DESTROYING = "destroying"
    CHECKING = "checking"
    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    STOPPED = "stopped"
    HELD = "held back"
    NOT_STARTED = "not started"

    @property
    def over(self) -> bool:
        """Whether nothing more happens to the layer."""
        return self in _OVER


_OVER = {
    LayerState.DONE,
    LayerState.UNCHANGED,
    LayerState.FAILED,
    LayerState.STOPPED,
    LayerState.HELD,
    LayerState.NOT_STARTED,
}


@dataclass(frozen=True)
class Entered:
    """A layer came into another state."""

    layer: str
    state: LayerState


@dataclass(frozen=True)
class Planned:
    """How much there is to do in a layer is known."""

    layer: str
    changes: Changes


@dataclass(frozen=True)
class ResourceStarted:
    """A resource is being worked on."""

    layer: str
    address: str


@dataclass(frozen=True)
class ResourceFinished:
    """A resource is done, or has failed."""

    layer: str
    address: str
    failed: bool


@dataclass(frozen=True)
class Noted:
    """Something that a person should know, outside the course of things."""

    text: str
    layer: str = ""


Event = Entered | Planned | ResourceStarted | ResourceFinished | Noted


@dataclass(frozen=True)
class LayerResult:
    """How a layer ended."""

    layer: str
    state: LayerState
    seconds: float = 0
    changes: Changes | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    outputs: dict[str, object] = field(default_factory=dict)
    log: Path | None = None
    error: Exception | None = None
    killed: bool = False
    lock_released: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the layers that wait for this one may start."""
        return self.state in {LayerState.DONE, LayerState.UNCHANGED}
