"""Everything that requests are answered with, opened and closed as one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Annotated

from fastapi import Depends, Request

from app.aws import Aws
from app.database import Database
from app.identity import Identity
from app.metrics import Metrics, Value
from app.notes import Notes
from app.objects import Objects
from app.readiness import Readiness
from app.sessions import Sessions
from app.settings import ServiceSettings


class Service:
    """The tiers, and what is known and measured of them."""

    def __init__(self, settings: ServiceSettings, identity: Identity) -> None:
        self.identity = identity
        self._aws = Aws(settings.region)
        self.database = Database(settings, sign=self._aws.database_token)
        self.sessions = Sessions(self._aws, settings.session_table)
        self.objects = Objects(self._aws, settings.bucket)
        self.notes = Notes(self.database)
        self.readiness = Readiness(self.database, self.sessions, self.objects)
        self.metrics = Metrics(settings.environment, gauges=self._gauges)
        self._guards = (*(pool.guard for pool in self.database.pools), self.sessions.guard, self.objects.guard)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While inside, connections are made and metrics written."""
        await self.database.open()
        writing = asyncio.create_task(self.metrics.write_forever())
        try:
            yield
        finally:
            writing.cancel()
            self.metrics.write()
            await self.database.close()
            self._aws.close()

    def _gauges(self) -> Mapping[str, tuple[str, Value]]:
        """The pools' state, and what the guards had to do since the last time."""
        states = [pool.state() for pool in self.database.pools]
        return {
            "PoolSize": ("Count", [state.size for state in states]),
            "PoolWaiting": ("Count", [state.waiting for state in states]),
            "PoolWaitMilliseconds": ("Milliseconds", [pool.take_wait_milliseconds() for pool in self.database.pools]),
            "DatabaseRetries": ("Count", sum(pool.guard.take_retries() for pool in self.database.pools)),
            "BreakerOpen": ("Count", sum(guard.breaker.is_open for guard in self._guards)),
        }


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service: Service = request.app.state.service
    return service


TheService = Annotated[Service, Depends(service_of)]
