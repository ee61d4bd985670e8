"""Notes of a session."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from app import logs
from app.notes import Note
from app.objects import prefix_of
from app.problems import ProblemError, UnavailableError
from app.routes.common import NO_NUL, CurrentSession, Name, endings
from app.service import TheService

router = APIRouter(prefix="/notes", tags=["notes"])

LARGEST_ID = 2**63 - 1
NoteId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[A-Za-z0-9_-]{8,64}$",
        description="Made by the client for each note; sent again with it, if the answer did not come",
    ),
]


class NewNote(BaseModel):
    """What a client says of a note."""

    model_config = ConfigDict(extra="forbid")

    title: Name
    body: Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NUL)]


class Page(BaseModel):
    """Some notes, and the `before` of the next page; none when this is the last."""

    notes: list[Note]
    next: int | None


ALREADY_THERE: dict[int | str, dict[str, Any]] = {
    200: {"model": Note, "description": "The note that was made with this key before"}
}


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=endings(HTTPStatus.UNAUTHORIZED, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY) | ALREADY_THERE,
)
async def add(
    service: TheService, session: CurrentSession, note: NewNote, idempotency_key: IdempotencyKey, response: Response
) -> Note:
    """Keep a note. Sent again with the same key, it is the same note, which is answered with 200."""
    kept, is_new = await service.notes.add(
        session.session_id, idempotency_key=idempotency_key, title=note.title, body=note.body
    )
    if (kept.title, kept.body) != (note.title, note.body):
        raise ProblemError(HTTPStatus.CONFLICT, "This Idempotency-Key was used for another note.")
    if not is_new:
        response.status_code = HTTPStatus.OK
    return kept


@router.get("", responses=endings(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY))
async def newest(
    service: TheService,
    session: CurrentSession,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> Page:
    """The session's notes, from the newest on. What was written a moment ago may be missing: readers lag behind."""
    found = await service.notes.newest(session.session_id, limit=limit + 1, before=before)
    notes = found[:limit]
    return Page(notes=notes, next=notes[-1].id if len(found) > limit else None)


@router.get(
    "/{note_id}",
    responses=endings(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
)
async def find(service: TheService, session: CurrentSession, note_id: NoteId) -> Note:
    """A note of the session."""
    note = await service.notes.find(session.session_id, note_id)
    if note is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "This session has no such note.")
    return note


@router.delete(
    "/{note_id}",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=endings(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY),
)
async def remove(service: TheService, session: CurrentSession, note_id: NoteId) -> None:
    """Remove a note and what is attached to it. That there is none is as good, so that it can be sent again."""
    await service.notes.remove(session.session_id, note_id)
    try:
        await service.objects.delete_under(prefix_of(session.session_id, note_id))
    except UnavailableError as error:
        # The note is gone, and nobody gets at the objects any more: that they take up room is no reason to fail.
        logs.warning("objects of a note are left", note_id=note_id, reason=error.reason)
