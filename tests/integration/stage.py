"""What the integration tests stand on: an embedded AWS of their own, and two environments side by side on it."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from ops.account import EMBEDDED, Environment, enter, load_environment
from ops.checks import Deployed
from ops.embedded import embedded_alone
from ops.progress import duration
from ops.workspace import ROOT

Say = Callable[[str], None]
_LINES_OF_A_FAILURE = 30


class DeploymentError(Exception):
    """An environment could not be deployed or destroyed."""


@dataclass(frozen=True)
class Stage:
    """Where checks look. A `neighbour` exists on an embedded AWS only."""

    environment: Environment
    neighbour: Environment | None = None

    def deployed(self) -> Deployed:
        """The environment, asked afresh."""
        return _ask(self.environment)

    def deployed_neighbour(self) -> Deployed:
        """The other environment of the account, asked afresh."""
        assert self.neighbour
        return _ask(self.neighbour)

    def deploy(self, *, say: Say) -> str:
        """Deploy the environment again. What the command said."""
        return _work("deploy", [self.environment.suffix], say=say)[self.environment.suffix]

    def destroy(self, *, say: Say) -> str:
        """Destroy the environment, and leave the neighbour alone. What the command said."""
        return _work("destroy", [self.environment.suffix], say=say)[self.environment.suffix]


@contextmanager
def embedded_stage(*, say: Say) -> Iterator[Stage]:
    """Two environments, deployed at once, on an embedded AWS that ends with this. Their files go if all went well.

    The neighbour's suffix ends in the environment's own: whoever looks at a part of a name takes one for the other.
    """
    suffix = f"it-{uuid4().hex[:6]}"
    suffixes = [suffix, f"next-to-{suffix}"]
    with embedded_alone(suffix) as environment:
        assert environment.emulator
        neighbour = enter(load_environment(EMBEDDED, suffix=suffixes[1], embedded=True))
        say(f"Deploying {' and '.join(suffixes)} to an embedded AWS at {environment.emulator.endpoint}")
        _work("deploy", suffixes, say=say)
        yield Stage(environment=environment, neighbour=neighbour)
    shutil.rmtree(neighbour.workspace.folder, ignore_errors=True)


def _ask(environment: Environment) -> Deployed:
    return Deployed(session=environment.session(), settings=environment.settings)


def _work(command: str, suffixes: list[str], *, say: Say) -> dict[str, str]:
    """Run a command on all of `suffixes` at once, as its output is passed on. Raises DeploymentError."""
    began = time.monotonic()
    said: dict[str, list[str]] = {suffix: [] for suffix in suffixes}
    processes = {suffix: _start(command, suffix) for suffix in suffixes}
    followers = [
        threading.Thread(target=_follow, args=(processes[suffix], suffix, said[suffix], say)) for suffix in suffixes
    ]
    try:
        for follower in followers:
            follower.start()
        for follower in followers:
            follower.join()
    finally:
        for process in processes.values():
            if process.poll() is None:
                process.terminate()
    failed = [suffix for suffix in suffixes if processes[suffix].wait() != 0]
    if failed:
        tails = ["\n".join([f"{command} {suffix} failed:", *said[suffix][-_LINES_OF_A_FAILURE:]]) for suffix in failed]
        raise DeploymentError("\n\n".join(tails))
    say(f"{command} of {' and '.join(suffixes)} took {duration(time.monotonic() - began)}")
    return {suffix: "\n".join(lines) for suffix, lines in said.items()}


def _start(command: str, suffix: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "ops", command, EMBEDDED, "--suffix", suffix],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _follow(process: subprocess.Popen[str], suffix: str, lines: list[str], say: Say) -> None:
    assert process.stdout
    for line in process.stdout:
        lines.append(line.rstrip())
        say(f"  {suffix:18} {line.rstrip()}")
