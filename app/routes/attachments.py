"""What is attached to notes: the service answers with URLs, and the content goes between client and S3."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.objects import URL_SECONDS, key_of
from app.problems import ProblemError
from app.routes.common import CurrentSession, Name, endings
from app.routes.notes import NoteId
from app.service import TheService

router = APIRouter(prefix="/notes/{note_id}/attachments", tags=["attachments"])

LARGEST_SIZE = 10 * 1024 * 1024
# RFC 6838, without parameters.
_NAME = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*"
MediaType = Annotated[str, StringConstraints(max_length=127, pattern=f"^{_NAME}/{_NAME}$")]
ENDINGS = endings(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)


class NewAttachment(BaseModel):
    """What a client says of a file."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    content_type: MediaType
    size: Annotated[int, Field(ge=1, le=LARGEST_SIZE)]


class Upload(BaseModel):
    """Where to PUT the content, with exactly these headers, within `expires_in` seconds."""

    id: UUID
    url: str
    headers: dict[str, str]
    expires_in: int = URL_SECONDS


class Download(BaseModel):
    """Where to GET the content from, within `expires_in` seconds. It answers 404 until there is content."""

    id: UUID
    name: str
    content_type: str
    size: int
    url: str
    expires_in: int = URL_SECONDS


@router.post("", status_code=HTTPStatus.CREATED, responses=ENDINGS)
async def attach(service: TheService, session: CurrentSession, note_id: NoteId, file: NewAttachment) -> Upload:
    """Announce a file of this type and size, and get a URL for it."""
    owner = session.session_id
    attachment = await service.notes.attach(
        owner, note_id, name=file.name, content_type=file.content_type, size=file.size
    )
    if attachment is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "This session has no such note.")
    url = await service.objects.upload_url(
        key_of(owner, note_id, attachment.id), content_type=file.content_type, size=file.size
    )
    headers = {"Content-Type": file.content_type, "Content-Length": str(file.size)}
    return Upload(id=attachment.id, url=url, headers=headers)


@router.get("/{attachment_id}", responses=ENDINGS)
async def find(service: TheService, session: CurrentSession, note_id: NoteId, attachment_id: UUID) -> Download:
    """An attachment, and a URL to get it from."""
    owner = session.session_id
    attachment = await service.notes.find_attachment(owner, note_id, attachment_id)
    if attachment is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "This note has no such attachment.")
    url = await service.objects.download_url(key_of(owner, note_id, attachment_id), name=attachment.name)
    return Download(
        id=attachment.id,
        name=attachment.name,
        content_type=attachment.content_type,
        size=attachment.size,
        url=url,
    )
