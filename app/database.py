"""The database: writes go to the writer, reads to a reader, and to the writer when there is no reader."""

from collections.abc import Callable
from typing import TypeVar

from app.pool import Pool, Work
from app.problems import UnavailableError
from app.resilience import PATIENCE_SECONDS
from app.settings import Endpoint, ServiceSettings

T = TypeVar("T")

# A failover of the writer takes longer at times; waiting longer than this is for nobody's good.
WRITE_SECONDS = 8.0
READER_SECONDS = 1.0
READ_SECONDS = 4.0


class Database:
    """Both endpoints."""

    def __init__(self, settings: ServiceSettings, *, sign: Callable[[Endpoint, str], str]) -> None:
        self.writer = Pool(
            "database_writer",
            settings.writer,
            settings.database,
            sign=sign,
            # A writer that was demoted is no writer, whatever the endpoint says for a while.
            session="read-write",
            patience=PATIENCE_SECONDS,
            lifetime=30 * 60,
        )
        self.reader = Pool(
            "database_reader",
            settings.reader,
            settings.database,
            sign=sign,
            # With no replica left Aurora's reader endpoint leads to the writer, which is as good.
            session="any",
            # The writer stands in, so that there is nothing to wait for.
            patience=1.0,
            # A connection stays where it was made to lead; with a replica again, it leads there soon.
            lifetime=5 * 60,
        )
        self.pools = (self.writer, self.reader)

    async def write(self, work: Work[T]) -> T:
        """Do idempotent work that changes something. What it returns is committed."""
        return await self.writer.run(work, seconds=WRITE_SECONDS)

    async def read(self, work: Work[T]) -> T:
        """Do work that changes nothing. It may see what was true some milliseconds ago."""
        try:
            return await self.reader.run(work, seconds=READER_SECONDS)
        except UnavailableError:
            return await self.read_from_writer(work)

    async def read_from_writer(self, work: Work[T]) -> T:
        """Do work that changes nothing, and has to see everything."""
        return await self.writer.run(work, seconds=READ_SECONDS)

    async def open(self) -> None:
        """Begin to connect."""
        for pool in self.pools:
            await pool.open()

    async def close(self) -> None:
        """Close all connections."""
        for pool in self.pools:
            await pool.close()
