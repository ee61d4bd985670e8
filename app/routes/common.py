"""What routes share: how they end badly, and whose session a request is in."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import StringConstraints

from app.problems import ProblemError, documented
from app.service import TheService
from app.sessions import Session

# How any request can end, whatever it is for.
ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

# PostgreSQL keeps any character but this one in a text.
NO_NUL = r"^[^\x00]*$"


def endings(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: the problems that an operation can end with."""
    return documented(*ALWAYS, *statuses)


_bearer = HTTPBearer(auto_error=False, description="The token of a session")


async def _session(
    service: TheService, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Session:
    found = await service.sessions.find(credentials.credentials) if credentials else None
    if found is None:
        raise signed_out()
    return found


def signed_out() -> ProblemError:
    """There is no session, or none any more."""
    detail = "This takes the token of a session that has not ended."
    return ProblemError(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})


CurrentSession = Annotated[Session, Depends(_session)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
