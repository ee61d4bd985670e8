"""Programs that outlive the command that starts them: a line tells that one is ready, and a record finds it again."""

import contextlib
import json
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from ops.errors import OpsError
from ops.workspace import ROOT


@dataclass(frozen=True, kw_only=True)
class Background:
    """A module of this project that runs on its own, at most once for each record. Its log is beside the record."""

    what: str
    module: str
    record: Path
    start_seconds: float
    stop_seconds: float

    @property
    def log(self) -> Path:
        """What it writes when something goes wrong."""
        return self.record.with_suffix(".log")

    def start(self, *arguments: str) -> dict[str, Any]:
        """Start it, and return what it tells of itself, an object of JSON in one line, once it is ready.

        It gets a session of its own, so that a Ctrl-C in this terminal does not reach it. Raises OpsError with the end
        of its log when it does not start.
        """
        self.record.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", self.module, *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        try:
            told = {"pid": process.pid, **json.loads(self._first_line(process))}
        except (ValueError, TypeError):
            process.kill()
            process.wait()
            tail = "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
            raise OpsError(f"{self.what} did not start. The end of {self.log}:\n{tail}") from None
        self.record.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
        return told

    def find(self) -> dict[str, Any] | None:
        """What it has told of itself, and its `pid`, if it is running."""
        found = self._recorded()
        return found[1] if found else None

    def stop(self) -> bool:
        """Stop it with everything that it has started, and nothing else. False when it was not running."""
        found = self._recorded()
        self.record.unlink(missing_ok=True)
        if found is None:
            return False
        process, _ = found
        with contextlib.suppress(psutil.NoSuchProcess):
            children = process.children(recursive=True)
            process.terminate()
            try:
                process.wait(self.stop_seconds)
            except psutil.TimeoutExpired:
                for one in (*children, process):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        one.kill()
        return True

    def _recorded(self) -> tuple[psutil.Process, dict[str, Any]] | None:
        """The process of the record, unless it is dead, or another one that got its number since."""
        try:
            told = json.loads(self.record.read_text(encoding="utf-8"))
            process = psutil.Process(int(told["pid"]))
            command = process.cmdline()
        except (OSError, ValueError, KeyError, TypeError, OverflowError, psutil.Error):
            return None
        ours = any(command[at : at + 2] == ["-m", self.module] for at in range(len(command)))
        return (process, told) if ours else None

    def _first_line(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None  # noqa: S101 - Popen was given a pipe
        deadline = time.monotonic() + self.start_seconds
        with contextlib.suppress(KeyboardInterrupt):
            while (left := deadline - time.monotonic()) > 0:
                if select.select([process.stdout], [], [], left)[0]:
                    return process.stdout.readline()
        return ""
