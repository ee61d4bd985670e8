"""A connection to the database: how it is made, how it is cut, and what its errors mean.

Each is made with a token of its own, because tokens last fifteen minutes:
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
"""

import socket
import time
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow

Row = DictRow

STATEMENT_SECONDS = 2.0
# A server that stalls does not keep to its own limit, and a proxy in between goes on acknowledging what TCP sends.
ABORT_SECONDS = 2.5

PARAMETERS: dict[str, Any] = {
    "sslmode": "verify-full",
    "connect_timeout": 2,
    "keepalives": 1,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 3000,
}

_READ_ONLY, _CANCELLED = "25006", "57014"
# Connection exceptions; intervention of an operator; rolled back because of another transaction.
_PASSING_CLASSES = ("08", "57", "40")


class Connection(AsyncConnection[Row]):
    """A connection that knows when it was made."""

    made = 0.0


async def note_when(connection: Connection) -> None:
    """Let the connection know."""
    connection.made = time.monotonic()


def abort(connection: Connection) -> None:
    """Cut the connection, which fails whatever waits for it. Cancelling would wait for the server once more."""
    if not connection.closed:
        with socket.socket(fileno=socket.dup(connection.fileno())) as duplicate:
            duplicate.shutdown(socket.SHUT_RDWR)


def is_slow(error: psycopg.Error) -> bool:
    """The server has ended the statement at its limit: once more would only add to its load."""
    return error.sqlstate == _CANCELLED


def is_passing(error: psycopg.Error) -> bool:
    """The state of the server or of the way to it is to blame, and not the statement."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate == _READ_ONLY or error.sqlstate[:2] in _PASSING_CLASSES


def shows_failover(error: psycopg.Error) -> bool:
    """The connection, and any other that was made before, may lead to where no writer is any more."""
    return is_passing(error) and not is_slow(error) and not (error.sqlstate or "").startswith("40")


def error_class(error: BaseException) -> str:
    """What kind of error it is: no host, no user, no statement."""
    return type(error).__name__
