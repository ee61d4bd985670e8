"""The HTTP server: uvicorn, with limits on how slow a client may be, and an end that lets no request down.

h11 rather than httptools: it is strict in what it takes for HTTP, and has a limit on the size of a request's head.
"""

import asyncio
import contextlib
import os
import signal
import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, NoReturn

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from app import logs, problems
from app.api import make_api
from app.identity import Identity, identify
from app.service import Service
from app.settings import BadVariableError, ServiceSettings
from app.tls import tls_context
from app.workers import run_workers

BACKLOG = 512
HEAD_SECONDS = 10
HEAD_BYTES = 16 * 1024
# Longer than the load balancer's 60 s, so that it is never the target that closes a connection in use:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout
KEEP_ALIVE_SECONDS = 65


def serve(settings: ServiceSettings) -> NoReturn:
    """Serve until SIGTERM, finish what has begun, and leave with the exit code."""
    listening = _listen(settings)
    port = listening.getsockname()[1]
    identity = identify(settings, os.environ)
    # One certificate for all processes, so that a client may come back to another one.
    tls = tls_context() if settings.protocol == "HTTPS" else None
    logs.info(
        f"listening on {port} for {settings.protocol}",
        port=port,
        protocol=settings.protocol,
        revision=identity.revision,
        zone=identity.zone,
    )
    run_workers(
        lambda: _server(settings, identity, tls),
        listening=listening,
        number=settings.workers,
        stop_seconds=settings.stop_seconds,
        stopped=lambda: logs.info("stopped"),
    )


def _server(settings: ServiceSettings, identity: Identity, tls: ssl.SSLContext | None) -> "Server":
    config = uvicorn.Config(
        make_api(Service(settings, identity)),
        loop="asyncio",
        http=Protocol,
        ws="none",
        interface="asgi3",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.stop_seconds,
        ssl_context_factory=(lambda *_: tls) if tls else None,
    )
    return Server(config)


def _listen(settings: ServiceSettings) -> socket.socket:
    """A socket that accepts connections from now on; they are answered as soon as the application has started."""
    try:
        return socket.create_server((settings.host, settings.port), backlog=BACKLOG)
    except OSError as error:
        raise BadVariableError(f"PORT {settings.port} of {settings.host} cannot be had: {error.strerror}") from None


class Server(uvicorn.Server):
    """Ends with success when it is told to end, where uvicorn ends as if killed by the signal."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, but with a limit on the time that a TLS handshake takes."""
        await super().startup(sockets=[])
        for listening in sockets or []:
            server = await asyncio.get_running_loop().create_server(
                self._protocol,
                sock=listening,
                ssl=self.config.ssl,
                ssl_handshake_timeout=HEAD_SECONDS if self.config.ssl else None,
                backlog=BACKLOG,
            )
            self.servers.append(server)

    def _protocol(self) -> "Protocol":
        return Protocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take a signal as the request to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield


class Protocol(H11Protocol):
    """HTTP/1.1 with a limit on the time that a request's head takes, from the connection or from its first byte on."""

    _head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as uvicorn has it
        """Expect a head."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Expect the rest of a head, or be content."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._expect_no_head()
        elif self._head is None and self.conn.trailing_data[0]:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        self._expect_no_head()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, in the form that all errors have."""
        if self.conn.our_state is not h11.IDLE and self.conn.our_state is not h11.SEND_RESPONSE:
            self.transport.close()
            return
        body = problems.content(HTTPStatus.BAD_REQUEST, msg)
        headers = [("content-type", problems.MEDIA_TYPE), ("content-length", str(len(body))), ("connection", "close")]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _expect_head(self) -> None:
        self._head = self.loop.call_later(HEAD_SECONDS, self._cut_off)

    def _expect_no_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _cut_off(self) -> None:
        self._head = None
        self.transport.abort()
