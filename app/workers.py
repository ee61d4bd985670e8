"""The processes of a task: as many as it is told, of which each can take any request.

A task whose only process dies takes no requests until the load balancer has found that out, which takes it 10 s. With
several, the others take what comes next, and gunicorn's arbiter replaces the one that died, or that has hung. They are
forked, so that a new one is there at once and shares what it does not change with the others.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import NoReturn

import uvicorn
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.errors import HaltServer
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

# A process whose event loop stands still for so long is replaced.
HANG_SECONDS = 5
NOTICE_SECONDS = 1
# What the arbiter leaves to its processes beyond their own time to stop.
MARGIN_SECONDS = 3

MakeServer = Callable[[], uvicorn.Server]


def run_workers(
    make_server: MakeServer, *, listening: socket.socket, number: int, stop_seconds: int, stopped: Callable[[], None]
) -> NoReturn:
    """Serve with `number` processes, of which each makes its own server, until SIGTERM or SIGINT.

    Leaves with the exit code: 0, or 3 when the server cannot be started at all.
    """
    settings = {
        "bind": [f"fd://{listening.detach()}"],
        "control_socket_disable": True,
        "errorlog": None,
        "graceful_timeout": stop_seconds + MARGIN_SECONDS,
        "logger_class": _Logger,
        "loglevel": "warning",
        "on_exit": lambda _: stopped(),
        "timeout": HANG_SECONDS,
        "worker_class": _Worker,
        "workers": number,
    }
    _Arbiter(_Application(settings, make_server)).run()
    sys.exit(0)


class _Application(BaseApplication):
    def __init__(self, settings: dict[str, object], make_server: MakeServer) -> None:
        self._settings = settings
        self.make_server = make_server
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)


class _Arbiter(Arbiter):
    # Whoever stops it from a terminal wants no request to be cut off either.
    handle_int = Arbiter.handle_term
    _stops = False

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002 - as gunicorn has it
        self._stops = True
        super().stop(graceful)

    def reap_workers(self) -> None:
        try:
            super().reap_workers()
        except HaltServer:
            # One that could not start is why it stops; that another could not either is no reason to break off.
            if not self._stops:
                raise


class _Logger(Logger):
    def __init__(self, cfg: Config) -> None:
        super().__init__(cfg)
        self.error_log.propagate = True


class _Worker(Worker):
    app: _Application

    def load_wsgi(self) -> None:
        """Nothing: what there is to load comes with the server."""

    def run(self) -> None:
        server = self.app.make_server()
        server.config.timeout_notify = NOTICE_SECONDS

        async def notify() -> None:
            self.notify()
            # Without an arbiter nobody would stop it: ECS takes the task for ended.
            server.should_exit = server.should_exit or os.getppid() != self.ppid

        server.config.callback_notify = notify
        sockets = [socket.socket(fileno=listener.detach()) for listener in self.sockets]
        # The server will listen to signals once it serves; until then it may be told to stop as well.
        signal.signal(signal.SIGTERM, server.handle_exit)
        if self.alive:
            asyncio.run(server.serve(sockets=sockets))
            if server.lifespan.should_exit:
                sys.exit(Arbiter.WORKER_BOOT_ERROR)
