"""The application: routes, what goes around them, and how errors and OpenAPI look."""

import contextlib
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from app import logs, problems
from app.middleware import Limit, Observe
from app.problems import ProblemError, UnavailableError
from app.routes import attachments, health, notes, sessions, status
from app.service import Service

TITLE, VERSION = "Reference service", "1.0.0"
ROUTES = (health, sessions, notes, attachments, status)


def make_api(service: Service) -> ASGIApp:
    """The application that answers for a service."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    # There is one address for each thing, and no page that loads scripts from elsewhere to show the API with.
    api = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False)
    api.state.service = service
    for module in ROUTES:
        api.include_router(module.router)
    api.add_exception_handler(ProblemError, _of_ours)
    api.add_exception_handler(HTTPException, _of_the_framework)
    api.add_exception_handler(RequestValidationError, _of_validation)
    api.openapi = lambda: _openapi(api)  # type: ignore[method-assign]
    return Observe(Limit(api), metrics=service.metrics)


async def _of_ours(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - as it was registered
    if isinstance(error, UnavailableError):
        logs.warning("a dependency does not answer", dependency=error.dependency, reason=error.reason)
    return problems.response(error.status, error.detail, headers=error.headers)


async def _of_the_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as it was registered
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        # The framework names the methods of the first route of that path, of which there may be several.
        headers["Allow"] = ", ".join(_methods(request.url.path))
    return problems.response(HTTPStatus(error.status_code), f"{error.detail}.", headers=headers)


def _methods(path: str) -> list[str]:
    routes = [route for module in ROUTES for route in module.router.routes if isinstance(route, APIRoute)]
    methods = {method for route in routes if route.path_regex.fullmatch(path) for method in route.methods or ()}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


async def _of_validation(_: Request, error: Exception) -> Response:
    """What was sent is not repeated, but where it is wrong."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as it was registered
    errors = error.errors()
    if any(found["type"] == "json_invalid" for found in errors):
        return problems.response(HTTPStatus.BAD_REQUEST, "The body is not JSON.")
    details = [f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}" for found in errors]
    return problems.response(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(details))


def _openapi(api: FastAPI) -> dict[str, Any]:
    """As FastAPI makes it, with the schema of problems."""
    if api.openapi_schema is None:
        made = get_openapi(title=TITLE, version=VERSION, routes=api.routes)
        made["components"]["schemas"]["Problem"] = problems.schema()
        api.openapi_schema = made
    return api.openapi_schema
