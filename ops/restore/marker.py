"""A session that is written only to see whether, and how soon, it can be restored. It expires if nobody deletes it."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ops.restore.copy import Phase, Source

_LIVES = timedelta(days=1)


@dataclass
class SessionMarker:
    """An item of the running table."""

    source: Source
    client: Any
    expires: str
    session_id: str = field(default_factory=lambda: f"drill#{uuid.uuid4()}")
    written: datetime | None = None

    def phase(self) -> Phase:
        """Write it, and wait until a restore would bring it back."""
        return Phase("Write a session, until it can be restored", self._write, self._is_at)

    def is_in(self, table: str) -> bool:
        """Whether a table has it."""
        found = self.client.get_item(TableName=table, Key=self._key, ConsistentRead=True)
        return "Item" in found

    def delete(self) -> None:
        """Take it out of the running table."""
        if self.written:
            self.client.delete_item(TableName=self.source.running, Key=self._key)

    @property
    def _key(self) -> dict[str, dict[str, str]]:
        return {"session_id": {"S": self.session_id}}

    def _write(self) -> None:
        expires = int((datetime.now(UTC) + _LIVES).timestamp())
        item = {**self._key, self.expires: {"N": str(expires)}}
        self.client.put_item(TableName=self.source.running, Item=item)
        self.written = datetime.now(UTC)

    def _is_at(self) -> str:
        latest = self.source.restorable().latest
        return "" if self.written and latest > self.written else f"restorable until {latest:%H:%M:%S}"
