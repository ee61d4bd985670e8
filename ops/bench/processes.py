"""Measures a command: how long it takes, and how much memory it and its children hold at their peak."""

import os
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.errors import OpsError

_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True)
class Measured:
    """One run: seconds on the clock, and MiB resident at the peak, children included."""

    seconds: float
    peak_mib: float


def measure(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str] | None = None) -> Measured:
    """Run `command` and measure it. Raises OpsError when it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(
        list(command),
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peak = _Peak(process.pid)
    peak.start()
    said, _ = process.communicate()
    seconds = time.perf_counter() - began
    peak.stop()
    if process.returncode != 0:
        raise OpsError(f"{' '.join(command)} failed with {process.returncode}:\n{said[-2000:]}")
    return Measured(seconds=seconds, peak_mib=peak.kib / 1024)


class _Peak(threading.Thread):
    """Samples the resident memory of a process and everything below it."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.kib = 0
        self._pid = pid
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(_SAMPLE_SECONDS):
            self.kib = max(self.kib, _resident_kib(self._pid))

    def stop(self) -> None:
        self._done.set()
        self.join()


def _resident_kib(root: int) -> int:
    listed = subprocess.run(["ps", "-axo", "pid=,ppid=,rss="], capture_output=True, text=True, check=False).stdout
    resident: dict[int, int] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for line in listed.splitlines():
        pid, parent, rss = (int(part) for part in line.split())
        resident[pid] = rss
        children[parent].append(pid)
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        total += resident.get(pid, 0)
        waiting += children[pid]
    return total
