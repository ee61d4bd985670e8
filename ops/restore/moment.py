"""To which moment something is restored: what a person may say, and what AWS can do."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ops.errors import BadInputError

LATEST = "latest"
_AGO = re.compile(r"(?P<number>[0-9]{1,6})(?P<unit>[smhd])( ago)?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LABEL = "%Y%m%d-%H%M%S"


@dataclass(frozen=True)
class Restorable:
    """The first and the last moment that AWS can restore, to the second."""

    earliest: datetime
    latest: datetime

    def moment(self, said: str, *, now: datetime) -> datetime:
        """The moment that a person means. Raises BadInputError where it cannot be understood, or not be restored."""
        moment = self.latest if said == LATEST else _read(said, now=now)
        if moment is None:
            raise BadInputError(
                f"{said!r} is no time: write 2026-11-24T08:00:00Z, 15m (or s, h, d) for so long ago, or latest.\n"
                f"  {self}"
            )
        if not self.earliest <= moment <= self.latest:
            raise BadInputError(f"{shown(moment)} cannot be restored.\n  {self}")
        return moment

    def __str__(self) -> str:
        return f"Any second from {shown(self.earliest)} to {shown(self.latest)} can be restored."


def restorable(earliest: datetime, latest: datetime) -> Restorable:
    """The seconds that lie wholly between two times, as AWS tells them."""
    first, last = (time.astimezone(UTC) for time in (earliest, latest))
    whole = first.replace(microsecond=0)
    return Restorable(
        earliest=whole if whole == first else whole + timedelta(seconds=1), latest=last.replace(microsecond=0)
    )


def shown(moment: datetime) -> str:
    """A moment as a person reads and types it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def label(moment: datetime) -> str:
    """What a copy is told by: the moment that it is of, as it stands in its name and in the settings."""
    return moment.strftime(_LABEL)


def _read(said: str, *, now: datetime) -> datetime | None:
    try:
        if ago := _AGO.fullmatch(said.strip()):
            return now.replace(microsecond=0) - timedelta(**{_UNITS[ago["unit"]]: int(ago["number"])})
        moment = datetime.fromisoformat(said.strip())
    except (OverflowError, ValueError):
        return None
    # A time of day without a place would be read as somebody's local time.
    return moment.astimezone(UTC).replace(microsecond=0) if moment.tzinfo else None
