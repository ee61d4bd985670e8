"""The embedded AWS as a process: started once, found again by later commands, stopped by its own pid."""

from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from ops.background import Background
from ops.errors import BadInputError

_START_SECONDS = 60
_STOP_SECONDS = 10


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
    told = _background(record).find()
    try:
        return Emulator(pid=int(told["pid"]), port=int(told["port"])) if told else None
    except (ValueError, KeyError, TypeError):
        return None


def running_emulator(record: Path) -> Emulator:
    """The emulator that `record` tells of. Raises BadInputError when there is none, or it does not answer."""
    emulator = find_emulator(record)
    if emulator is None:
        raise BadInputError("The embedded AWS is not running.\n  Start it, with an environment on it: make local")
    if not _answers(emulator):
        raise BadInputError(
            f"The embedded AWS (pid {emulator.pid}) does not answer at {emulator.endpoint}.\n"
            f"  Its log: {_background(record).log}\n  End it, and what it holds: kill {emulator.pid}"
        )
    return emulator


def start_emulator(record: Path) -> Emulator:
    """The emulator of `record`, started when it is not running."""
    if find_emulator(record) is not None:
        return running_emulator(record)
    told = _background(record).start("--port", "0")
    return Emulator(pid=told["pid"], port=told["port"])


def stop_emulator(record: Path) -> bool:
    """Stop the emulator that `record` tells of, and only that one. False when it was not running."""
    return _background(record).stop()


def _background(record: Path) -> Background:
    return Background(
        what="The embedded AWS",
        module="emulator",
        record=record,
        start_seconds=_START_SECONDS,
        stop_seconds=_STOP_SECONDS,
    )


def _answers(emulator: Emulator) -> bool:
    connection = HTTPConnection("127.0.0.1", emulator.port, timeout=5)
    try:
        connection.request("GET", "/moto-api/config")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
