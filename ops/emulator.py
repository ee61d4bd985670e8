"""The embedded AWS as a process: started once, found again by later commands, stopped by its own pid."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from ops.errors import BadInputError, OpsError

_START_SECONDS = 60
_STOP_SECONDS = 10
_COMMAND = ("-m", "emulator")


@dataclass(frozen=True)
class Emulator:
    """An embedded AWS that answers."""

    pid: int
    port: int

    @property
    def endpoint(self) -> str:
        """What AWS_ENDPOINT_URL has to be."""
        return f"http://127.0.0.1:{self.port}"


def find_emulator(record: Path) -> Emulator | None:
    """The emulator that `record` tells of, when it is alive and ours."""
    try:
        document = json.loads(record.read_text(encoding="utf-8"))
        emulator = Emulator(pid=int(document["pid"]), port=int(document["port"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return emulator if _is_ours(emulator.pid) else None


def running_emulator(record: Path) -> Emulator:
    """The emulator that `record` tells of. Raises BadInputError when there is none, or it does not answer."""
    emulator = find_emulator(record)
    if emulator is None:
        raise BadInputError("The embedded AWS is not running.\n  Start it, with an environment on it: make local")
    if not _answers(emulator):
        raise BadInputError(
            f"The embedded AWS (pid {emulator.pid}) does not answer at {emulator.endpoint}.\n"
            f"  Its log: {record.with_suffix('.log')}\n  End it, and what it holds: kill {emulator.pid}"
        )
    return emulator


def start_emulator(record: Path, *, project: Path) -> Emulator:
    """The emulator of `record`, started when it is not running.

    It gets a session of its own, so that it outlives this command and a Ctrl-C in this terminal does not reach it.
    """
    if find_emulator(record) is not None:
        return running_emulator(record)
    record.parent.mkdir(parents=True, exist_ok=True)
    log = record.with_suffix(".log")
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, *_COMMAND, "--port", "0"],
            cwd=project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    port = _read_port(process, log)
    emulator = Emulator(pid=process.pid, port=port)
    document = {**asdict(emulator), "endpoint": emulator.endpoint}
    record.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return emulator


def stop_emulator(record: Path) -> bool:
    """Stop the emulator that `record` tells of, and only that one. False when it was not running."""
    emulator = find_emulator(record)
    if emulator is None:
        record.unlink(missing_ok=True)
        return False
    os.kill(emulator.pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while _is_ours(emulator.pid):
        if time.monotonic() > deadline:
            os.kill(emulator.pid, signal.SIGKILL)
            break
        time.sleep(0.05)
    record.unlink(missing_ok=True)
    return True


def _read_port(process: subprocess.Popen[str], log: Path) -> int:
    """The port in the one line that the emulator writes when it is ready."""
    assert process.stdout is not None  # noqa: S101 - Popen was given a pipe
    line = ""
    with contextlib.suppress(KeyboardInterrupt):
        if select.select([process.stdout], [], [], _START_SECONDS)[0]:
            line = process.stdout.readline()
    try:
        return int(json.loads(line)["port"])
    except (ValueError, KeyError, TypeError):
        process.kill()
        process.wait()
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise OpsError(f"The embedded AWS did not start. The end of {log}:\n{tail}") from None


def _is_ours(pid: int) -> bool:
    """Whether `pid` is a living emulator, and not another program that got the number since."""
    command = _command_of(pid)
    return any(command[at : at + 2] == list(_COMMAND) for at in range(len(command)))


def _command_of(pid: int) -> list[str]:
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        except OSError:
            return []
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.split()


def _answers(emulator: Emulator) -> bool:
    connection = HTTPConnection("127.0.0.1", emulator.port, timeout=5)
    try:
        connection.request("GET", "/moto-api/config")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
