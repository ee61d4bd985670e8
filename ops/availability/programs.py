"""Programs that the lab runs: each logs to a file, and is stopped, frozen or killed by its own id."""

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from ops.errors import OpsError

_STOP_SECONDS = 15


@dataclass(frozen=True)
class Account:
    """Whom a program runs as; nothing in it is whoever runs the lab."""

    user: int | None = None
    group: int | None = None

    def own(self, path: Path) -> None:
        """Give a file or folder to the account."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


def unprivileged() -> Account:
    """For programs that refuse to be root."""
    if os.geteuid() != 0:
        return Account()
    nobody = pwd.getpwnam("nobody")
    return Account(user=nobody.pw_uid, group=nobody.pw_gid)


class Program:
    """A running program."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        cwd: Path,
        environment: Mapping[str, str] | None = None,
        account: Account = Account(),
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env=dict(environment) if environment is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C in the terminal is for the lab, which then stops its programs
                user=account.user,
                group=account.group,
                extra_groups=None if account.user is None else [],
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    @property
    def processes(self) -> list[psutil.Process]:
        """It, and its children and theirs; none when it has ended."""
        if not self.is_running:
            return []
        itself = psutil.Process(self.pid)
        return [itself, *itself.children(recursive=True)]

    def freeze(self) -> None:
        """Let it and its children do nothing at all: their connections stay, and nobody answers on them."""
        self._process.send_signal(signal.SIGSTOP)
        for child in self.processes[1:]:
            with suppress(psutil.NoSuchProcess):
                child.suspend()

    def thaw(self) -> None:
        """Let them go on."""
        for child in self.processes[1:]:
            with suppress(psutil.NoSuchProcess):
                child.resume()
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it and its children as if the machine had lost power."""
        children = self.processes[1:]
        self._process.kill()
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self._process.wait()

    def stop(self, *, seconds: float = _STOP_SECONDS) -> int:
        """Ask it to end, and wait; what does not listen is killed. Its exit code."""
        if self.is_running:
            self.thaw()
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self._process.wait()

    def wait(self) -> int:
        """Wait until it ends by itself. Its exit code."""
        return self._process.wait()

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float = 60) -> None:
        """Wait until it is ready. Raises OpsError with the end of its log if it ends or never is."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.is_running or time.monotonic() > deadline:
                tail = "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
                raise OpsError(f"{what} did not start. The end of {self.log}:\n{tail}")
            time.sleep(0.05)


def run(command: Sequence[str | Path], *, cwd: Path, account: Account) -> None:
    """Run a program to its end. Raises OpsError when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=account.user,
        group=account.group,
        extra_groups=None if account.user is None else [],
    )
    if done.returncode != 0:
        raise OpsError(f"{Path(command[0]).name} failed with {done.returncode}:\n{done.stderr.strip()[-1000:]}")


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """What a process cannot do without, and nothing of the AWS configuration of whoever runs the lab."""
    nowhere = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    return {"PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true", **nowhere}
