"""Errors as callers see them: RFC 9457, `application/problem+json`, with the request's id and nothing of the inside."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from app import logs

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong."""

    type: str = Field(default="about:blank", description="`about:blank`: there is no more to it than the status says")
    title: str = Field(description="The status in words")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What to do about it")
    request_id: str | None = Field(description="What the log calls the request")


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(self, status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


class UnavailableError(ProblemError):
    """Something that the request needs does not answer; trying again helps, once it does."""

    def __init__(self, dependency: str, reason: str) -> None:
        detail = "The service cannot do this at the moment. Try again shortly."
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "1"})
        self.dependency = dependency
        self.reason = reason


def response(status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """The answer for a problem."""
    return Response(content(status, detail), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def content(status: HTTPStatus, detail: str) -> bytes:
    """The body of the answer."""
    request_id = (logs.REQUEST.get() or {}).get("request_id")
    problem = Problem(title=status.phrase, status=status.value, detail=detail, request_id=request_id)
    return problem.model_dump_json().encode()


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """How OpenAPI tells that an operation may end with these."""
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status.value: {"description": status.phrase, "content": {MEDIA_TYPE: reference}} for status in statuses}


def schema() -> dict[str, Any]:
    """The JSON schema of a problem."""
    found: dict[str, Any] = json.loads(json.dumps(Problem.model_json_schema()))
    return found
