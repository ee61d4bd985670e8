"""The process that answers as AWS: moto's WSGI application on a threaded HTTP server of the loopback."""

import json
import os
import signal
import socket
import struct
import sys
import time
import traceback
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from types import FrameType
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app

from emulator.faults import PATH as FAULTS_PATH
from emulator.faults import Call, Fault, Faults, Orders, refusal

HOST = "127.0.0.1"

# The account of a request whose access key belongs to nobody; MOTO_ACCOUNT_ID in the environment names another.
ACCOUNT_ID = "123456789012"

# moto reads some of these when it is imported and others at every request. What the environment already says
# goes first.
SETTINGS = {
    "MOTO_ACM_VALIDATION_WAIT": "0",
    "MOTO_DISABLE_GLOBAL_CORS": "true",
}

# moto's state is plain dictionaries without locks. Threads that change places less often than a request takes
# make one request after another in effect, at no loss: it is all Python, so one runs at a time in any case.
THREAD_SWITCH_SECONDS = 0.05

_NO_BODY_STATUS = frozenset({204, 304})


class KeepAliveHandler(WSGIRequestHandler):
    """Answers all the requests of a connection, where werkzeug's closes it after the first.

    The request's body is read to its end before the application runs, and the answer is sent whole, in one
    segment: that is what lets the next request line follow without waiting.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    faults = Faults()

    def handle_expect_100(self) -> bool:
        """Tell the client to send the body, now rather than when the buffer is flushed."""
        accepted = super().handle_expect_100()
        self.wfile.flush()
        return accepted

    def run_wsgi(self) -> None:
        """Answer one request."""
        environ = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read()
            environ["CONTENT_LENGTH"] = str(len(body))
            # A chunked body may end in trailers, which nothing here would take off the connection.
            self.close_connection = True
        else:
            body = self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        try:
            if environ["PATH_INFO"] == FAULTS_PATH:
                self._take_orders(body)
            else:
                self._run(environ, body)
        except ConnectionError:
            self.close_connection = True
        except NotImplementedError as error:
            self._fail(_line(HTTPStatus.NOT_IMPLEMENTED), "NotImplemented", str(error))
        except Exception as error:  # noqa: BLE001 - one call that fails must not end the others' connection
            traceback.print_exc()
            self._fail(_line(HTTPStatus.INTERNAL_SERVER_ERROR), "InternalFailure", f"{type(error).__name__}: {error}")

    def _run(self, environ: dict[str, Any], body: bytes) -> None:
        call = Call.of(environ, body)
        fault = self.faults.draw(call)
        match fault:
            case Fault.THROTTLED | Fault.SERVER_ERROR | Fault.UNAVAILABLE:
                said = refusal(fault, call, environ)
                self._answer(_line(said.status), list(said.headers), said.body)
                return
            case Fault.RESET:
                self._hang_up()
                return
            case Fault.SLOW:
                time.sleep(self.faults.slow_seconds)
        chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        if fault is Fault.ANSWER_LOST:
            self._hang_up()
        else:
            self._answer(status, list(headers), b"".join(chunks))

    def _take_orders(self, body: bytes) -> None:
        if self.command != "GET":
            try:
                self.faults.order(Orders.parse(body) if self.command == "PUT" else Orders())
            except (ValueError, TypeError) as error:
                self._fail(_line(HTTPStatus.BAD_REQUEST), "ValidationException", str(error))
                return
        told = json.dumps(self.faults.told()).encode()
        self._answer(_line(HTTPStatus.OK), [("Content-Type", "application/json")], told)

    def _hang_up(self) -> None:
        """End the connection at once; without lingering the other side gets a reset, and no orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        self.close_connection = True

    def _answer(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        bodiless = self.command == "HEAD" or int(code) in _NO_BODY_STATUS
        if not bodiless and not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not bodiless:
            self.wfile.write(body)
        self.wfile.flush()

    def _fail(self, status: str, code: str, message: str) -> None:
        """Answer as AWS reports an error in JSON; the header is what the REST protocols look at first."""
        body = json.dumps({"__type": code, "message": message}).encode()
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code)]
        self._answer(status, headers, body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: an apply makes thousands of requests."""


def _line(status: HTTPStatus) -> str:
    return f"{status.value} {status.phrase}"


def _listen(port: int) -> BaseWSGIServer:
    # Imported here because moto reads its settings as it is imported.
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )

    import emulator.services  # noqa: F401, PLC0415

    class Handler(KeepAliveHandler, MotoRequestHandler):
        pass

    class Dispatcher(DomainDispatcherApplication):
        # The answer never changes, and costs more to find than most requests cost to answer.
        @lru_cache  # noqa: B019 - there is one instance, as old as the process
        def get_backend_for_host(self, host: str | None) -> Any:  # noqa: ANN401 - as moto declares it
            return super().get_backend_for_host(host)

    application = Dispatcher(create_backend_app)
    return make_server(HOST, port, application, threaded=True, request_handler=Handler)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def serve(port: int) -> None:
    """Serve AWS on `port` of the loopback, or on a free one for 0, until SIGTERM or SIGINT.

    One line of JSON on the standard output, `{"port": N}`, says that requests are accepted.
    """
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    server = _listen(port)
    print(json.dumps({"port": server.port}), flush=True)  # noqa: T201 - the caller waits for this line
    server.serve_forever()
