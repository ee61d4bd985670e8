"""The service on this machine as a process: started by `make local`, found again, stopped by its own pid."""

import json
import select
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from ops.account import Environment
from ops.errors import OpsError
from ops.workspace import ROOT

_MODULE = "ops.local_service"
# A database is made, replicated and migrated in this time.
_START_SECONDS = 120
_STOP_SECONDS = 90
# How many copies of the service run where there is a load balancer for them.
TASKS = 2


@dataclass(frozen=True)
class Running:
    """Where the service answers, and whether it has a database and a load balancer."""

    url: str
    complete: bool


def start_service(environment: Environment) -> Running:
    """Start it anew, with what is deployed now. Raises OpsError with the end of its log when it does not start."""
    stop_service(environment)
    record = _record(environment)
    log = record.with_suffix(".log")
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, environment.suffix],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    line = _first_line(process)
    if not line:
        process.kill()
        process.wait()
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise OpsError(f"The service did not start on this machine. The end of {log}:\n{tail}")
    running = Running(**json.loads(line))
    record.write_text(json.dumps({"pid": process.pid, **asdict(running)}, indent=2) + "\n", encoding="utf-8")
    return running


def stop_service(environment: Environment) -> bool:
    """Stop it with everything that it has started. False when it was not running."""
    record = _record(environment)
    process = _process(record)
    record.unlink(missing_ok=True)
    if process is None:
        return False
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except psutil.TimeoutExpired:
        for one in (*process.children(recursive=True), process):
            one.kill()
    return True


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None  # noqa: S101 - Popen was given a pipe
    deadline = time.monotonic() + _START_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        if select.select([process.stdout], [], [], left)[0]:
            return process.stdout.readline()
    return ""


def _process(record: Path) -> psutil.Process | None:
    """The process of the record, if it is alive and not another one that got its number since."""
    try:
        process = psutil.Process(int(json.loads(record.read_text(encoding="utf-8"))["pid"]))
        return process if _MODULE in process.cmdline() else None
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None


def _record(environment: Environment) -> Path:
    return environment.workspace.folder / "service.json"
