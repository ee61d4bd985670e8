"""Everything that requests are answered with, opened and closed as one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Annotated

from fastapi import Depends, Request

from app.aws import Aws
from app.database import Database
from app.identity import Identity
from app.metrics import Measured, Metrics
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
        self.metrics = Metrics(settings.environment, tiers=self._measure_tiers)

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

    def _measure_tiers(self) -> Mapping[str, Mapping[str, Measured]]:
        """What the guards had to do since the last time, and the state of pools.

        How long requests have waited in a period, all together, divided by the period is how many wait on average.
        """
        pools: dict[str, dict[str, Measured]] = {
            pool.name: {
                "PoolSize": ("Count", pool.state().size),
                "PoolWait": ("Milliseconds", pool.take_wait_milliseconds()),
            }
            for pool in self.database.pools
        }
        guards = (*(pool.guard for pool in self.database.pools), self.sessions.guard, self.objects.guard)
        return {
            guard.name: {
                "CircuitOpen": ("Count", int(guard.breaker.take_was_open())),
                "Retries": ("Count", guard.take_retries()),
                **pools.get(guard.name, {}),
            }
            for guard in guards
        }


async def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service: Service = request.app.state.service
    return service


TheService = Annotated[Service, Depends(service_of)]
