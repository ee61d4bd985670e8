"""Notes, in the database. Every statement names the owner, so that nobody comes by anybody else's."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from app.connection import Connection, Row
from app.database import Database

_NOTE = "id, title, body, created_at"


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note."""

    id: int
    title: str
    body: str
    created_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """What is attached to a note; its content is an object."""

    id: UUID
    name: str
    content_type: str
    size: int


class Notes:
    """The notes of all owners."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, owner: str, *, idempotency_key: str, title: str, body: str) -> tuple[Note, bool]:
        """The note that this key stands for, and whether it is new. It may have another title than this one."""
        insert = (
            "INSERT INTO note (owner, idempotency_key, title, body) VALUES (%s, %s, %s, %s) "  # noqa: S608 - constants
            f"ON CONFLICT (owner, idempotency_key) DO NOTHING RETURNING {_NOTE}"
        )
        select = f"SELECT {_NOTE} FROM note WHERE owner = %s AND idempotency_key = %s"  # noqa: S608

        async def work(connection: Connection) -> tuple[Row | None, bool]:
            inserted = await _first(connection, insert, owner, idempotency_key, title, body)
            if inserted:
                return inserted, True
            return await _first(connection, select, owner, idempotency_key), False

        while True:
            row, is_new = await self._database.write(work)
            # None: it was there, and was deleted between the two statements.
            if row:
                return Note(**row), is_new

    async def newest(self, owner: str, *, limit: int, before: int | None) -> list[Note]:
        """Notes from the newest on, or from the one before `before`."""
        statement = (
            f"SELECT {_NOTE} FROM note WHERE owner = %s AND (%s::bigint IS NULL OR id < %s) "  # noqa: S608
            "ORDER BY id DESC LIMIT %s"
        )

        async def work(connection: Connection) -> list[Row]:
            return await (await connection.execute(statement, (owner, before, before, limit))).fetchall()

        return [Note(**row) for row in await self._database.read(work)]

    async def find(self, owner: str, note_id: int) -> Note | None:
        """A note."""
        statement = f"SELECT {_NOTE} FROM note WHERE owner = %s AND id = %s"  # noqa: S608
        row = await self._find(statement, owner, note_id)
        return Note(**row) if row else None

    async def remove(self, owner: str, note_id: int) -> None:
        """Remove a note with its attachments, if it is there: done again, it is no different."""

        async def work(connection: Connection) -> None:
            await connection.execute("DELETE FROM note WHERE owner = %s AND id = %s", (owner, note_id))

        await self._database.write(work)

    async def attach(self, owner: str, note_id: int, *, name: str, content_type: str, size: int) -> Attachment | None:
        """Record an attachment; None when there is no such note."""
        attachment = Attachment(id=uuid4(), name=name, content_type=content_type, size=size)
        # Tried again after an answer was lost, it inserts nothing, though the attachment is there: hence the question.
        statement = (
            "INSERT INTO attachment (id, note_id, name, content_type, size) "
            "SELECT %s, id, %s, %s, %s FROM note WHERE owner = %s AND id = %s "
            "ON CONFLICT (id) DO NOTHING"
        )
        exists = "SELECT 1 AS found FROM attachment WHERE id = %s"

        async def work(connection: Connection) -> Row | None:
            values = (attachment.id, name, content_type, size, owner, note_id)
            await connection.execute(statement, values)
            return await _first(connection, exists, attachment.id)

        return attachment if await self._database.write(work) else None

    async def find_attachment(self, owner: str, note_id: int, attachment_id: UUID) -> Attachment | None:
        """An attachment."""
        statement = (
            "SELECT attachment.id, name, content_type, size FROM attachment JOIN note ON note.id = note_id "
            "WHERE owner = %s AND note_id = %s AND attachment.id = %s"
        )
        row = await self._find(statement, owner, note_id, attachment_id)
        return Attachment(**row) if row else None

    async def _find(self, statement: str, *values: Any) -> Row | None:  # noqa: ANN401 - whatever SQL takes
        """One row: from a reader, and where it has none from the writer, of which it may be milliseconds behind."""

        async def work(connection: Connection) -> Row | None:
            return await _first(connection, statement, *values)

        return await self._database.read(work) or await self._database.read_from_writer(work)


async def _first(connection: Connection, statement: str, *values: Any) -> Row | None:  # noqa: ANN401
    return await (await connection.execute(statement, values)).fetchone()
