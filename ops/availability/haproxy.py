"""HAProxy as a process that is told at run time where to send what comes."""

import csv
import socket
from collections.abc import Mapping
from pathlib import Path

from ops.availability.programs import Program
from ops.errors import OpsError

_ANSWER_SECONDS = 5


class Haproxy:
    """An HAProxy with a configuration, from its start to its end.

    Its orders: https://docs.haproxy.org/2.6/management.html#9.3
    """

    def __init__(self, binary: Path, *, name: str, folder: Path, configuration: str) -> None:
        self._socket = folder / f"{name}.sock"
        file = folder / f"{name}.cfg"
        # All of the lab is on one machine, where more than one thread would only compete for processors.
        head = f"global\n  nbthread 1\n  stats socket {self._socket} mode 600 level admin\n"
        file.write_text(head + configuration, encoding="utf-8")
        self.program = Program([binary, "-db", "-f", file], log=folder / f"{name}.log", cwd=folder)
        self.program.wait_until(self._answers, what="HAProxy")

    def order(self, text: str) -> str:
        """Give an order, and return what HAProxy says. Raises OpsError if it does not understand."""
        said = self._ask(text)
        if any(word in said for word in ("Unknown", "No such", "Require", "Invalid", "Can't", "expects")):
            raise OpsError(f"HAProxy does not accept {text!r}: {said.strip()}")
        return said

    def statistics(self, backend: str) -> Mapping[str, Mapping[str, str]]:
        """What HAProxy counts, by the name of the server."""
        rows = csv.DictReader(self.order("show stat").removeprefix("# ").splitlines())
        return {row["svname"]: row for row in rows if row["pxname"] == backend}

    def stop(self) -> None:
        """End it, with all of its connections."""
        self.program.stop()

    def _ask(self, text: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            connection.connect(str(self._socket))
            connection.sendall(f"{text}\n".encode())
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()

    def _answers(self) -> bool:
        try:
            return bool(self._ask("show info"))
        except OSError:
            return False
