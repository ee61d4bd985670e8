"""Checks: the load balancer's, which is of this process alone, and one of all tiers for people and dashboards.

The load balancer must not ask the tiers: a database that fails over would have all tasks replaced at once.
"""

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.problems import documented
from app.readiness import Part
from app.routes.common import endings
from app.service import TheService

router = APIRouter(tags=["health"])


class Readiness(BaseModel):
    """All tiers."""

    status: Literal["ok", "failing"]
    parts: dict[str, Part]


@router.get("/healthz", response_class=PlainTextResponse, responses=documented(HTTPStatus.BAD_REQUEST))
async def healthz() -> str:
    """Whether this task serves."""
    return "ok\n"


ENDINGS = endings()
ENDINGS[503] |= {"model": Readiness, "description": "A tier fails, or there are too many requests"}


@router.get("/readyz", response_model=Readiness, responses=ENDINGS)
async def readyz(service: TheService) -> Response:
    """Whether every tier answers."""
    parts = await service.readiness.parts()
    is_ready = all(part.ok for part in parts.values())
    told = Readiness(status="ok" if is_ready else "failing", parts=parts)
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse(told.model_dump(exclude_none=True), status)
