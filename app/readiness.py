"""Whether each tier answers: asked of all at once, each with a limit of its own, and told in classes of errors."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from botocore.exceptions import ClientError

from app import aws
from app.database import Database
from app.objects import Objects
from app.sessions import Sessions


@dataclass(frozen=True, kw_only=True)
class Part:
    """How a tier answered."""

    ok: bool
    milliseconds: int
    error: str | None = None


class Readiness:
    """Asks the tiers."""

    def __init__(self, database: Database, sessions: Sessions, objects: Objects) -> None:
        self._probes: dict[str, Callable[[], Awaitable[None]]] = {
            **{pool.name: pool.probe for pool in database.pools},
            sessions.guard.name: sessions.probe,
            objects.guard.name: objects.probe,
        }

    async def parts(self) -> dict[str, Part]:
        """Each tier by its name."""
        found = await asyncio.gather(*(_ask(probe) for probe in self._probes.values()))
        return dict(zip(self._probes, found, strict=True))


async def _ask(probe: Callable[[], Awaitable[None]]) -> Part:
    began = time.monotonic()
    error: str | None = None
    try:
        await probe()
    except ClientError as refused:
        error = aws.code(refused)
    except Exception as failed:  # noqa: BLE001 - whatever it is, the tier does not answer as it should
        error = type(failed).__name__
    return Part(ok=error is None, milliseconds=round((time.monotonic() - began) * 1000), error=error)
