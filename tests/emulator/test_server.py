import json
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from emulator.server import ACCOUNT_ID, HOST, KeepAliveHandler

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer with the request's body, unless the path asks for something else."""
    body = environ["wsgi.input"].read()
    match environ["PATH_INFO"]:
        case "/unknown":
            raise NotImplementedError("The do_it action has not been implemented")
        case "/broken":
            raise KeyError("missing")
        case "/empty":
            start_response("204 No Content", [])
            return []
    start_response("200 OK", [("X-Length", environ.get("CONTENT_LENGTH", ""))])
    return [body[:3], body[3:]]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = make_server(HOST, 0, application, threaded=True, request_handler=KeepAliveHandler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()


@pytest.fixture
def connection(port: int) -> Iterator[HTTPConnection]:
    # With auto_open off, a request on a connection that the server has closed fails.
    opened = HTTPConnection(HOST, port, timeout=5)
    opened.connect()
    opened.auto_open = 0
    yield opened
    opened.close()


def request(connection: HTTPConnection, path: str = "/", method: str = "POST", **arguments: Any) -> tuple[int, bytes]:  # noqa: ANN401
    connection.request(method, path, **arguments)
    response = connection.getresponse()
    return response.status, response.read()


def test_a_connection_serves_one_request_after_another(connection: HTTPConnection) -> None:
    assert [request(connection, body=body) for body in (b"first", b"", b"second")] == [
        (200, b"first"),
        (200, b""),
        (200, b"second"),
    ]


@pytest.mark.parametrize(("path", "method", "expected"), [("/empty", "GET", 204), ("/", "HEAD", 200)])
def test_answers_without_a_body_leave_the_connection_usable(
    connection: HTTPConnection, path: str, method: str, expected: int
) -> None:
    assert request(connection, path, method) == (expected, b"")
    assert request(connection, body=b"next") == (200, b"next")


def test_a_chunked_body_is_read_whole_and_ends_the_connection(connection: HTTPConnection) -> None:
    connection.request(
        "POST", "/", body=iter([b"one", b"two"]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"}
    )
    response = connection.getresponse()

    assert (response.read(), response.headers["X-Length"], response.headers["Connection"]) == (b"onetwo", "6", "close")


def test_a_client_that_waits_to_send_its_body_is_told_to(connection: HTTPConnection) -> None:
    connection.putrequest("POST", "/")
    connection.putheader("Expect", "100-continue")
    connection.putheader("Content-Length", "4")
    connection.endheaders()

    assert connection.sock.recv(100).startswith(b"HTTP/1.1 100 Continue")
    connection.send(b"body")
    assert connection.getresponse().read() == b"body"


@pytest.mark.parametrize(
    ("path", "status", "code"), [("/unknown", 501, "NotImplemented"), ("/broken", 500, "InternalFailure")]
)
def test_a_call_that_fails_is_answered_as_aws_does(
    connection: HTTPConnection, path: str, status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answered, body = request(connection, path)

    assert (answered, json.loads(body)["__type"]) == (status, code)
    assert ("Traceback" in capsys.readouterr().err) == (status == 500)
    assert request(connection, body=b"next") == (200, b"next")


@contextmanager
def running() -> Iterator[tuple["subprocess.Popen[str]", int]]:
    command = [sys.executable, "-m", "emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process, json.loads(process.stdout.readline())["port"]
        finally:
            process.kill()


def call(port: int, service: str, body: str, target: str = "") -> tuple[int, bytes]:
    """Make a signed call; nobody looks at the signature."""
    connection = HTTPConnection(HOST, port, timeout=10)
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/{service}/aws4_request, Signature=0",
        "Content-Type": "application/x-amz-json-1.1" if target else "application/x-www-form-urlencoded",
        **({"X-Amz-Target": target} if target else {}),
    }
    try:
        return request(connection, body=body, headers=headers)
    finally:
        connection.close()


def test_the_process_answers_as_aws_until_it_is_told_to_stop() -> None:
    with running() as (process, port):
        identity = call(port, "sts", "Action=GetCallerIdentity&Version=2011-06-15")
        managed = "PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess"
        policy = call(port, "iam", f"Action=GetPolicy&Version=2010-05-08&{managed}")
        extension = call(port, "logs", "{}", "Logs_20140328.DescribeQueryDefinitions")
        unknown = call(port, "logs", "{}", "Logs_20140328.ListAnomalies")
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=5)

    assert f"<Account>{ACCOUNT_ID}</Account>".encode() in identity[1]
    assert b"<PolicyName>ReadOnlyAccess</PolicyName>" in policy[1]
    assert extension == (200, b'{"queryDefinitions": []}')
    assert (unknown[0], json.loads(unknown[1])["__type"]) == (501, "NotImplemented")
    assert process.returncode == 0
    assert (output, errors) == ("", "")
