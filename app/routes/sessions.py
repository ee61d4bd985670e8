"""Sessions: begun by anybody, for what one does without signing up."""

import datetime as dt
from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.routes.common import CurrentSession, endings, signed_out
from app.service import TheService
from app.sessions import Session

router = APIRouter(prefix="/sessions", tags=["sessions"])
SIGNED_OUT = HTTPStatus.UNAUTHORIZED


class NewSession(BaseModel):
    """The only time that a token is told."""

    token: str
    expires_at: dt.datetime


class SessionTimes(BaseModel):
    """A session's beginning and end."""

    created_at: dt.datetime
    expires_at: dt.datetime


@router.post("", status_code=HTTPStatus.CREATED, responses=endings())
async def begin(service: TheService) -> NewSession:
    """Begin a session; a token that is sent along is ignored."""
    token, session = await service.sessions.create()
    return NewSession(token=token, expires_at=_time(session.expires_at))


@router.get("/current", responses=endings(SIGNED_OUT))
async def current(session: CurrentSession) -> SessionTimes:
    """The session of the token."""
    return _times(session)


@router.post("/current/extend", responses=endings(SIGNED_OUT))
async def extend(service: TheService, session: CurrentSession) -> SessionTimes:
    """Begin the session's hour anew; twelve hours after it has begun it ends all the same."""
    extended = await service.sessions.extend(session)
    if extended is None:
        raise signed_out()
    return _times(extended)


@router.delete("/current", status_code=HTTPStatus.NO_CONTENT, response_class=Response, responses=endings(SIGNED_OUT))
async def end(service: TheService, session: CurrentSession) -> None:
    """End the session: its token is worth nothing any more."""
    await service.sessions.end(session)


def _times(session: Session) -> SessionTimes:
    return SessionTimes(created_at=_time(session.created_at), expires_at=_time(session.expires_at))


def _time(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
