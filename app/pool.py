"""A pool of connections to one endpoint of the database, which gets over restarts and failovers.

When the writer fails over, every connection of the pool leads to an instance that is gone, or that is only read from
now. The first one to show it is reason to throw all of them away: the endpoint leads elsewhere.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from app import logs
from app.connection import (
    ABORT_SECONDS,
    PARAMETERS,
    STATEMENT_SECONDS,
    Connection,
    abort,
    error_class,
    is_passing,
    is_slow,
    note_when,
    shows_failover,
)
from app.problems import UnavailableError
from app.resilience import Guard, pause
from app.settings import DatabaseSettings, Endpoint

T = TypeVar("T")

SMALLEST, LARGEST, LONGEST_QUEUE = 1, 10, 192
IDLE_SECONDS = 10 * 60
# The pool tries to connect twice in this time, and then says so and is told to begin anew: left to itself it would
# double its pauses, and come back long after the database.
RECONNECT_SECONDS = 0.5
PROBE_SECONDS = 1.5


@dataclass(frozen=True, kw_only=True)
class PoolState:
    """Connections, those that are being made included, and requests that wait for one."""

    size: int
    idle: int
    largest: int
    waiting: int


Work = Callable[[Connection], Awaitable[T]]


class Pool:
    """Runs work on connections to an endpoint."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        database: DatabaseSettings,
        *,
        sign: Callable[[Endpoint, str], str],
        session: str,
        patience: float,
        lifetime: float,
    ) -> None:
        self.name = name
        self.guard = Guard(name, probe=self.probe, patience=patience)
        self._endpoint = endpoint
        self._user = database.user
        self._sign = sign
        self._drained = 0.0
        self._waiting = 0
        self._parameters: dict[str, Any] = {
            **PARAMETERS,
            "host": endpoint.host,
            "port": endpoint.port,
            "dbname": database.name,
            "user": database.user,
            "sslrootcert": str(database.ca_file),
            "target_session_attrs": session,
            "options": f"-c statement_timeout={int(STATEMENT_SECONDS * 1000)}",
            "application_name": "service",
            "autocommit": True,
            "row_factory": dict_row,
        }
        self._pool = AsyncConnectionPool(
            name=name,
            connection_class=Connection,
            kwargs=self._signed,
            configure=note_when,
            open=False,
            min_size=SMALLEST,
            max_size=LARGEST,
            max_lifetime=lifetime,
            max_idle=IDLE_SECONDS,
            reconnect_timeout=RECONNECT_SECONDS,
            reconnect_failed=self._keep_trying,
        )

    async def open(self) -> None:
        """Begin to connect, in the background: the service starts whether or not the database is there."""
        await self._pool.open()

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close(timeout=2)

    def state(self) -> PoolState:
        """How many connections there are, and how many requests want one."""
        found = self._pool.get_stats()
        return PoolState(size=found["pool_size"], idle=found["pool_available"], largest=LARGEST, waiting=self._waiting)

    def take_wait_milliseconds(self) -> int:
        """How long requests have waited for a connection, all together, since this was last asked."""
        return self._pool.pop_stats().get("requests_wait_ms", 0)

    async def run(self, work: Work[T], *, seconds: float) -> T:
        """Do some work, which has to be such that doing it twice is no harm: autocommitted, and idempotent.

        Raises UnavailableError at the deadline, and before it when the budget for retries is spent.
        """
        if not self.guard.admits():
            raise UnavailableError(self.name, "circuit open")
        if self._waiting >= LONGEST_QUEUE:
            raise UnavailableError(self.name, "queue full")
        deadline, attempt = time.monotonic() + seconds, 0
        while True:
            try:
                result = await self._attempt(work, deadline)
            except PoolTimeout:
                self.guard.breaker.failed()
                raise UnavailableError(self.name, "no connection") from None
            except psycopg.errors.UndefinedTable:
                # The image is deployed before its migration is run: docs/decisions/migrations.md.
                raise UnavailableError(self.name, "schema is not migrated") from None
            except psycopg.Error as error:
                if not is_passing(error):
                    self.guard.breaker.succeeded()
                    raise
                self.guard.breaker.failed()
                await self._pause_before_retry(error, attempt, deadline)
                attempt += 1
            else:
                self.guard.breaker.succeeded()
                return result

    async def probe(self) -> None:
        """Find out whether the database answers, now, whatever breaker and budget say."""
        await self._attempt(_ask, time.monotonic() + PROBE_SECONDS)
        self.guard.breaker.succeeded()

    async def _attempt(self, work: Work[T], deadline: float) -> T:
        connection = await self._connection(deadline)
        limit = max(0.001, min(ABORT_SECONDS, deadline - time.monotonic()))
        aborting = asyncio.get_running_loop().call_later(limit, abort, connection)
        try:
            return await work(connection)
        except psycopg.Error as error:
            if shows_failover(error):
                await self._drain(connection, error)
            raise
        finally:
            aborting.cancel()
            await self._pool.putconn(connection)

    async def _connection(self, deadline: float) -> Connection:
        # The pool counts in its own queue whoever has given up waiting, so that a limit there would lock it for good.
        self._waiting += 1
        try:
            return await self._pool.getconn(timeout=max(0.001, deadline - time.monotonic()))
        finally:
            self._waiting -= 1

    async def _keep_trying(self, pool: AsyncConnectionPool[Connection]) -> None:
        self.guard.breaker.failed()
        # For nobody it does not try: a database that refuses every sign-in would log them all, and raise an alarm.
        if self._waiting and not pool.get_stats()["pool_available"]:
            await pool.check()  # which has it connect again

    async def _drain(self, connection: Connection, error: psycopg.Error) -> None:
        """Throw all connections away, once for all those that were made before."""
        if connection.made <= self._drained:
            return
        self._drained = time.monotonic()
        logs.warning("connections are lost, all are replaced", pool=self.name, error=error_class(error))
        await self._pool.drain()

    async def _pause_before_retry(self, error: psycopg.Error, attempt: int, deadline: float) -> None:
        seconds = pause(attempt)
        if time.monotonic() + seconds >= deadline or is_slow(error) or not self.guard.may_retry():
            raise UnavailableError(self.name, error_class(error)) from error
        await asyncio.sleep(seconds)

    async def _signed(self) -> dict[str, Any]:
        # In a thread, because credentials may have to be fetched first.
        token = await asyncio.to_thread(self._sign, self._endpoint, self._user)
        return {**self._parameters, "password": token}


async def _ask(connection: Connection) -> None:
    await connection.execute("SELECT 1")
