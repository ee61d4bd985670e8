"""The environment that suffers: its commands run as processes, as a person would run them, on an AWS of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any

from emulator.faults import PATH as FAULTS
from ops.account import EMBEDDED, RECORD_VARIABLE, Environment
from ops.backend import load_backend
from ops.emulator import running_emulator, start_emulator, stop_emulator
from ops.errors import OpsError
from ops.state import States, count_resources
from ops.workspace import ROOT

_MOST_ATTEMPTS = 15
_POLL_SECONDS = 0.1
_FINISHED = '"type":"apply_complete"'
Say = Callable[[str], None]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    command: str
    code: int
    said: str

    @property
    def is_readable(self) -> bool:
        """Whether whatever went wrong was put in words for people."""
        return "Traceback" not in self.said


@dataclass(frozen=True)
class Subject:
    """An environment on an embedded AWS, of which just `layers` are deployed; all if there are none."""

    environment: Environment
    say: Say
    layers: tuple[str, ...] = ()
    root: Path = ROOT
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def _only(self) -> list[str]:
        return [f"--only={','.join(self.layers)}"] if self.layers else []

    def start(self, command: str, *, within: Sequence[str] = ()) -> "Running":
        """Start a command in a process group of its own, by way of another one if it has to be `within` that."""
        arguments = [sys.executable, "-u", "-m", "ops", *command.split(), EMBEDDED, "--suffix", self.environment.suffix]
        if command == "deploy":
            arguments += self._only
        log = self.environment.workspace.folder / f"faults-{next(self._numbers):03}-{command.split(maxsplit=1)[0]}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [*within, *arguments],
                cwd=self.root,
                env={**os.environ, "CI": "true"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Running(command=command, process=process, log=log)

    def run(self, command: str, *, within: Sequence[str] = ()) -> Ended:
        """Run a command to its end. Raises OpsError if it ended in a traceback: nothing may do that."""
        ended = self.start(command, within=within).wait()
        self.say(f"  {command}: exit code {ended.code}")
        if not ended.is_readable:
            raise OpsError(f"`{command}` ended in a traceback:\n{ended.said[-3000:]}")
        return ended

    def insist(self, command: str) -> int:
        """Run a command, and whatever it takes to mend what went wrong, until it succeeds. How many runs it took."""
        ended = None
        for attempt in range(1, _MOST_ATTEMPTS + 1):
            ended = self.run(command)
            if ended.code == 0:
                return attempt
            self.run("recover")
        raise OpsError(f"`{command}` does not succeed in {_MOST_ATTEMPTS} attempts. It says:\n{ended and ended.said}")

    def check_agreement(self) -> None:
        """Raise OpsError unless states, account and code agree."""
        for command, expected in {
            "recover": "There is nothing to recover",
            "drift": "No drift",
            "deploy": "No changes",
            **({} if self.layers else {"verify": "checks passed"}),
        }.items():
            ended = self.run(command)
            if ended.code != 0 or expected not in ended.said:
                raise OpsError(f"After all that, `{command}` does not say {expected!r}:\n{ended.said[-3000:]}")

    def logs(self, command: str) -> set[Path]:
        """The folders of what runs of a command have logged; those of old runs go."""
        return set((self.environment.workspace.folder / "logs").glob(f"*-{command}"))

    def finished(self, command: str, *, before: Collection[Path] = ()) -> int:
        """How many resources runs of a command have finished, other than those whose logs were there before."""
        logs = (log for folder in self.logs(command).difference(before) for log in folder.glob("*.log"))
        return sum(log.read_text(encoding="utf-8", errors="replace").count(_FINISHED) for log in logs)

    def recorded(self) -> int:
        """How many resources the states hold, just now."""
        session, suffix = self.environment.session(), self.environment.suffix
        states = States(session=session, backend=load_backend(), suffix=suffix)
        return sum(count_resources(state.resources) for state in states.read_all(states.layers()).values())

    @contextmanager
    def failing(self, **orders: Any) -> Iterator[Callable[[], dict[str, Any]]]:  # noqa: ANN401 - JSON
        """Calls go wrong as `orders` say (emulator/faults.py) for as long as it lasts; asks how many did."""
        self._control("PUT", orders)
        try:
            yield lambda: self._control("GET")
        finally:
            self._control("DELETE")

    def restart_aws(self) -> None:
        """End the embedded AWS at once, and start another, which knows of nothing."""
        record = Path(os.environ[RECORD_VARIABLE])
        os.kill(running_emulator(record).pid, signal.SIGKILL)
        stop_emulator(record)
        os.environ["AWS_ENDPOINT_URL"] = start_emulator(record).endpoint

    def _control(self, method: str, orders: dict[str, Any] | None = None) -> dict[str, Any]:
        port = running_emulator(Path(os.environ[RECORD_VARIABLE])).port
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request(method, FAULTS, json.dumps(orders) if orders else None)
        told: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return told


@dataclass(frozen=True)
class Running:
    """A command that is at work."""

    command: str
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self) -> Ended:
        """Its end."""
        code = self.process.wait()
        return Ended(command=self.command, code=code, said=self.log.read_text(encoding="utf-8", errors="replace"))

    def until(self, reached: Callable[[], bool]) -> bool:
        """Wait until something is reached; False if the command ended before."""
        while not reached():
            if self.process.poll() is not None:
                return False
            time.sleep(_POLL_SECONDS)
        return True
