"""What clients do wrong, on purpose or not: they are told so, in one form, and the service goes on."""

import asyncio
import json
import socket

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.middleware import MOST_REQUESTS, Limit
from tests.app.process import Process

JSON = {"Content-Type": "application/json"}


def send(service: Process, *parts: bytes) -> tuple[int, bytes]:
    """Bytes as they are, and what came back until the service closed the connection."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=5) as connection:
        connection.settimeout(5)
        received = b""
        try:
            for part in parts:
                connection.sendall(part)
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError:
            pass
    return (int(received.split()[1]) if received else 0), received


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no-such-page", 404),
        ("GET", "/notes/", 404),
        ("GET", "//healthz", 404),
        ("GET", "/notes/../healthz", 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "/healthz%00", 404),
        ("GET", "/docs", 404),
        ("GET", "/sessions/current", 401),
        ("PUT", "/notes", 405),
        ("TRACE", "/", 405),
        ("OPTIONS", "/notes", 405),
    ],
)
def test_every_error_is_a_problem_that_names_its_request(service: Process, method: str, path: str, status: int) -> None:
    answer = service.request(method, path)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["request_id"] == answer.headers["x-request-id"]


def test_a_method_that_is_not_allowed_is_answered_with_those_that_are(service: Process) -> None:
    assert service.request("PUT", "/notes").headers["allow"] == "GET, HEAD, POST"


def test_head_is_answered_like_get_without_the_body(service: Process) -> None:
    get, head = (service.request(method, "/healthz") for method in ("GET", "HEAD"))
    assert (head.status, head.text) == (200, "")
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 20_000, b'{"title": NaN'])
def test_a_body_that_is_not_json_is_refused(service: Process, token: str, body: bytes) -> None:
    headers = {**JSON, "Idempotency-Key": "a-good-key"}
    answer = service.request("POST", "/notes", body=body, headers=headers, token=token)
    assert answer.status == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_of_another_type_is_refused(service: Process, token: str) -> None:
    answer = service.request("POST", "/notes", body=b"title=t", token=token)
    assert answer.status == 415
    assert answer.json["status"] == 415


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(service: Process) -> None:
    status, received = send(service, b"POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n")
    assert status == 413
    assert b"application/problem+json" in received


def test_a_body_that_does_not_say_how_large_it_is_is_refused_once_it_is_too_large(service: Process) -> None:
    head = b"POST /sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    assert send(service, head, chunk, chunk, chunk)[0] == 413


def test_there_is_a_limit_to_headers(service: Process) -> None:
    many = b"".join(b"X-%d: y\r\n" % number for number in range(120))
    assert send(service, b"GET /notes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + many + b"\r\n")[0] == 431
    assert send(service, b"GET /notes HTTP/1.1\r\nX: " + b"y" * 40_000)[0] in {0, 400}


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"NOT HTTP\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Bad\r\n\r\n",
        b"POST /notes HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /notes HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n",
        b"POST /notes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
def test_what_is_not_http_or_could_be_read_in_two_ways_is_refused(service: Process, request_bytes: bytes) -> None:
    status, received = send(service, request_bytes)
    assert status in {400, 501}
    assert b"application/problem+json" in received


def test_every_answer_forbids_what_only_attacks_have_a_use_for(service: Process) -> None:
    for path in ("/", "/healthz", "/no-such-page"):
        headers = service.request("GET", path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


def test_nothing_that_a_client_says_gets_into_the_headers_or_lines_of_the_service(service: Process) -> None:
    trace = "1-5759e988-bd862e3fe1be46a994272793"
    good = service.request("GET", "/notes", headers={"X-Amzn-Trace-Id": f"Self=1-2;Root={trace}", "X-Request-Id": "me"})
    bad = service.request("GET", "/notes", headers={"X-Amzn-Trace-Id": 'Root=1-x"}\\n{"level":"CRITICAL"'})
    assert "me" not in good.headers["x-request-id"]
    lines = {line.get("request_id"): line for line in service.lines_after(bad.headers["x-request-id"])}
    assert lines[good.headers["x-request-id"]]["trace_id"] == trace
    assert "trace_id" not in lines[bad.headers["x-request-id"]]


def test_the_description_of_the_api_tells_every_route_and_how_it_ends(service: Process) -> None:
    described = json.loads(service.request("GET", "/openapi.json").text)
    assert set(described["paths"]) == {
        "/healthz",
        "/readyz",
        "/sessions",
        "/sessions/current",
        "/sessions/current/extend",
        "/notes",
        "/notes/{note_id}",
        "/notes/{note_id}/attachments",
        "/notes/{note_id}/attachments/{attachment_id}",
    }
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            errors = {code: ending for code, ending in operation["responses"].items() if int(code) >= 400}
            assert errors, (method, path)
            assert all("application/problem+json" in ending["content"] for ending in errors.values()), (method, path)
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_requests_beyond_what_a_task_can_do_are_sent_away_at_once_and_health_checks_are_not() -> None:
    answered: list[int] = []

    async def scenario() -> None:
        leave = asyncio.Event()

        async def busy(_: Scope, __: Receive, ___: Send) -> None:
            await leave.wait()

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            answered.extend([message["status"]] if "status" in message else [])

        limit = Limit(busy)
        inside = [asyncio.create_task(limit(scope("/notes"), receive, send)) for _ in range(MOST_REQUESTS)]
        await asyncio.sleep(0)
        await asyncio.wait_for(limit(scope("/notes"), receive, send), 1)
        assert answered == [503]
        inside.append(asyncio.create_task(limit(scope("/healthz"), receive, send)))
        await asyncio.sleep(0)
        leave.set()
        await asyncio.gather(*inside)
        await limit(scope("/notes"), receive, send)  # there is room again

    def scope(path: str) -> Scope:
        return {"type": "http", "method": "GET", "path": path, "headers": []}

    asyncio.run(scenario())
    assert answered == [503]
