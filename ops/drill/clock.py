"""Time in a drill: real, or that of a simulation, in which minutes pass as fast as they can be told."""

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since the drill began."""

    def now(self) -> float:
        """How many have passed."""

    def sleep(self, seconds: float) -> None:
        """Let some pass."""


class RealClock:
    """The clock on the wall."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> float:
        """How many seconds have passed."""
        return time.monotonic() - self._began

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
