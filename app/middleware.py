"""What every request goes through, as plain ASGI: a name, limits, a line of the log, and headers of its answer."""

import asyncio
import re
import secrets
import time
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import logs, problems
from app.metrics import Metrics

LARGEST_BODY = 64 * 1024
BODY_SECONDS = 10
MOST_HEADERS = 100
# More requests than this at once only make each other late: what comes on top is sent away at once.
MOST_REQUESTS = 256

# What the log calls it when the client has gone before there was an answer, as other servers do.
NOT_ANSWERED = 499

HEALTH_CHECK = "/healthz"
OTHER = "other"
_TRACE = re.compile(r"(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)")
_SECURITY = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
]


class Observe:
    """Outermost: names the request, times it, logs it, and turns whatever goes wrong inside into a problem."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, began, status = secrets.token_hex(16), time.monotonic(), 0
        logs.REQUEST.set({"request_id": request_id, **_trace(scope)})
        # The copy is asked with GET for HEAD as well: the server leaves the body away.
        inner = {**scope, "method": "GET" if scope["method"] == "HEAD" else scope["method"]}

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": _completed(message.get("headers", []), request_id)}
            await send(message)

        try:
            await self._app(inner, receive, send_with_headers)
        except asyncio.CancelledError:
            status = status or HTTPStatus.SERVICE_UNAVAILABLE
            raise
        except Exception as error:  # noqa: BLE001 - a request must not take the server along
            logs.error("a request failed", cause=error)
            if not status:
                failed = problems.response(HTTPStatus.INTERNAL_SERVER_ERROR, "This should not have happened.")
                await failed(inner, receive, send_with_headers)
            status = HTTPStatus.INTERNAL_SERVER_ERROR
        finally:
            self._record(
                scope, inner, status=status or NOT_ANSWERED, milliseconds=round((time.monotonic() - began) * 1000, 1)
            )

    def _record(self, scope: Scope, inner: Scope, *, status: int, milliseconds: float) -> None:
        if scope["path"] == HEALTH_CHECK:
            return
        # Never the path itself: there are as many as anybody likes to make up.
        route = getattr(inner.get("route"), "path", OTHER)
        self._metrics.observe(_group(route), status=status, milliseconds=milliseconds)
        log = logs.warning if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logs.info
        log("request", method=scope["method"], route=route, status=int(status), milliseconds=milliseconds)


def _group(route: str) -> str:
    """What metrics call a route: few enough that each can have metrics of its own."""
    if "/attachments" in route:
        return "attachments"
    return route.strip("/").partition("/")[0] or "status"


class Limit:
    """Lets only so many requests in at once, and each only with so many headers and with so large a body, in time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the whole body, and then pass the request on."""
        if scope["type"] != "http" or scope["path"] == HEALTH_CHECK:
            await self._app(scope, receive, send)
            return
        if self._inside >= MOST_REQUESTS:
            shortly = {"Retry-After": "1"}
            busy = problems.response(HTTPStatus.SERVICE_UNAVAILABLE, "Too many requests at once.", headers=shortly)
            await busy(scope, receive, send)
            return
        self._inside += 1
        try:
            await self._read_and_pass_on(scope, receive, send)
        finally:
            self._inside -= 1

    async def _read_and_pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _body(scope, receive)
        except _RefusedError as refused:
            answer = problems.response(refused.status, refused.detail, headers={"Connection": "close"})
            await answer(scope, receive, send)
            return
        except _GoneError:
            return
        given = False

        async def receive_whole() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, receive_whole, send)


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class _GoneError(Exception):
    """The client has gone away."""


async def _body(scope: Scope, receive: Receive) -> bytes:
    headers = dict(scope["headers"])
    if len(scope["headers"]) > MOST_HEADERS:
        raise _RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"At most {MOST_HEADERS} headers.")
    too_large = _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {LARGEST_BODY:,} bytes of body.")
    if int(headers.get(b"content-length", b"0")) > LARGEST_BODY:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _GoneError
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > LARGEST_BODY:
                    raise too_large
    except TimeoutError:
        raise _RefusedError(HTTPStatus.REQUEST_TIMEOUT, f"The body took over {BODY_SECONDS} s.") from None
    media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    if body and media_type != b"application/json":
        raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body has to be application/json.")
    return bytes(body)


def _trace(scope: Scope) -> dict[str, str]:
    """The load balancer's name for the request, in the form that X-Ray gives it and in no other."""
    given = next((value for name, value in scope["headers"] if name == b"x-amzn-trace-id"), b"")
    found = _TRACE.search(given.decode("latin-1"))
    return {"trace_id": found[1]} if found else {}


def _completed(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    added = [(name, value) for name, value in _SECURITY if name not in present]
    return [*headers, *added, (b"x-request-id", request_id.encode())]
