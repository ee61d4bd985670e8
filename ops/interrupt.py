"""Ctrl-C and SIGTERM: the first lets Terraform finish what it is doing and give its lock back, the second kills."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Hears of signals, and passes them on to the processes that were given to it.

    Each process leads a session of its own (`start_new_session`), so that the terminal's Ctrl-C reaches it through
    here and nowhere else: two at once would make Terraform give up without saving what it made.
    """

    def __init__(self) -> None:
        self._count = 0
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._killed: set[int] = set()

    @property
    def requested(self) -> bool:
        """Whether everything should come to an end."""
        return self._count > 0

    @property
    def insisted(self) -> bool:
        """Whether everything should come to an end at once, at any price."""
        return self._count > 1

    def killed(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether the process was killed here, and so could not give its lock back."""
        return process.pid in self._killed

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hears of SIGINT and SIGTERM as long as it lasts."""
        before = {number: signal.signal(number, self._handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def covers(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Passes signals on to the process as long as it lasts."""
        self._processes[process.pid] = process
        try:
            # The signal may have come between the process's start and this line.
            if self.requested:
                self._pass_on(process)
            yield
        finally:
            self._processes.pop(process.pid, None)

    def _handle(self, _signal: int, _frame: FrameType | None) -> None:
        self._count += 1
        for process in list(self._processes.values()):
            self._pass_on(process)

    def _pass_on(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            if self.insisted:
                self._killed.add(process.pid)
                # The whole group: the provider's process outlives a Terraform that is killed.
                os.killpg(process.pid, signal.SIGKILL)
            else:
                os.kill(process.pid, signal.SIGINT)
