"""The service withstands requests that are malformed, too large or too slow, sent to a task past the balancer."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ops.availability.lab import Lab
from tests.availability.client import User
from tests.availability.raw import exchange, request, statuses, trickle

SLOWEST_SECONDS = 10
CLOSED_OR_REFUSED = {(), (400,), (408,), (413,), (431,)}


@pytest.fixture
def port(lab: Lab) -> int:
    """Where a task listens."""
    return lab.service.tasks[0].port


def is_well(lab: Lab) -> bool:
    """Whether all tasks answer as if nothing had happened."""
    path = lab.settings.service.health_check_path
    return all(task.program.is_running and task.is_healthy(path) for task in lab.service.tasks)


MALFORMED = {
    "nothing that is HTTP": b"\x16\x03\x01\x02\x00" + b"\x00" * 200,
    "no version": b"GET /\r\n\r\n",
    "a version of its own": b"GET / HTTP/9.9\r\nHost: service\r\n\r\n",
    "a header without a name": request("GET /healthz", ": nameless"),
    "a space before a colon": request("GET /healthz", "X-Name : value"),
    "a null in a header": request("GET /healthz", "X-Name: a\x00b"),
    "a lone line feed in a header": request("GET /healthz", "X-Name: a\n\tb\nX: c"),
    "a length that is no number": request("POST /sessions", "Content-Length: many"),
    "a negative length": request("POST /sessions", "Content-Length: -1"),
    "a chunk of no size": request("POST /sessions", "Transfer-Encoding: chunked", body=b"xyz\r\n\r\n"),
    "two hosts": request("GET /healthz", "Host: elsewhere"),
    "a head without an end": b"GET / HTTP/1.1\r\n" + b"X-Name: value\r\n" * 5000,
    "a header of 100 kB": request("GET /healthz", "X-Long: " + "a" * 100_000),
    "a target of 100 kB": request("GET /" + "a" * 100_000),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_request_is_refused_and_does_no_harm(lab: Lab, port: int, name: str) -> None:
    answered = statuses(exchange(port, MALFORMED[name]))
    assert len(answered) <= 1
    assert not [status for status in answered if status >= 500], answered
    assert is_well(lab)


BODY = b"x" * (64 * 1024 + 1)
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (f"Content-Length: {len(BODY)}", BODY),
        ("Transfer-Encoding: chunked", CHUNKED),
        ("Content-Length: 99999999999", b""),
    ],
    ids=["whole", "in chunks", "announced"],
)
def test_a_body_over_64_kib_is_refused_however_it_comes(lab: Lab, port: int, header: str, body: bytes) -> None:
    headers = (f"Authorization: Bearer {User(lab).sign_in().token}", "Content-Type: application/json", header)
    sent = request("POST /notes", *headers, "Idempotency-Key: 0123456789", body=body)
    assert statuses(exchange(port, sent)) == [413]


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: service\r\n\r\n"
AMBIGUOUS = {
    "both lengths": (["Content-Length: 5", "Transfer-Encoding: chunked"], b"0\r\n\r\n" + SMUGGLED),
    "both lengths, the other way": (["Transfer-Encoding: chunked", "Content-Length: 5"], b"0\r\n\r\n" + SMUGGLED),
    "two lengths": (["Content-Length: 0", f"Content-Length: {len(SMUGGLED)}"], SMUGGLED),
    "two lengths in one header": ([f"Content-Length: 0, {len(SMUGGLED)}"], SMUGGLED),
    "a length with a sign": ([f"Content-Length: +{len(SMUGGLED)}"], SMUGGLED),
    "an encoding that only looks like it": (["Transfer-Encoding: xchunked"], b"0\r\n\r\n" + SMUGGLED),
    "an encoding behind a tab": (["Transfer-Encoding:\tchunked", "Content-Length: 5"], b"0\r\n\r\n" + SMUGGLED),
    "an encoding on a folded line": (["X: y\r\n Transfer-Encoding: chunked", "Content-Length: 0"], SMUGGLED),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_request_whose_end_is_ambiguous_hides_no_second_one(lab: Lab, port: int, name: str) -> None:
    headers, body = AMBIGUOUS[name]
    head = "\r\n".join(["POST /sessions HTTP/1.1", "Host: service", *headers]).encode()
    answered = statuses(exchange(port, head + b"\r\n\r\n" + body))
    assert len(answered) <= 1, "the service answered what was hidden in the body of another request"
    assert is_well(lab)


def test_whoever_sends_slowly_is_cut_off_and_keeps_nobody_waiting(lab: Lab, port: int) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: service\r\n"
    token = User(lab).sign_in().token
    body = request(
        "POST /notes",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        "Idempotency-Key: 0123456789",
        "Content-Length: 1000",
    )
    patience = SLOWEST_SECONDS + 8
    with ThreadPoolExecutor(max_workers=80) as pool:
        heads = [pool.submit(trickle, port, head, drop=b"X: y\r\n", patience=patience) for _ in range(40)]
        bodies = [pool.submit(trickle, port, body, drop=b" ", patience=patience) for _ in range(40)]
        waited = []
        for _ in range(8):
            time.sleep(1)
            began = time.monotonic()
            assert is_well(lab)
            waited.append(time.monotonic() - began)
        assert sorted(waited)[len(waited) // 2] < 1
        assert None not in [slow.result() for slow in heads], "a head may take for ever"
        assert None not in [slow.result() for slow in bodies], "a body may take for ever"


INJECTED = ["X-Request-Id", "X-Amzn-Trace-Id", "User-Agent"]


@pytest.mark.parametrize("header", INJECTED)
def test_no_header_of_a_request_makes_one_of_the_response(port: int, header: str) -> None:
    for value in ("a%0d%0aSet-Cookie:%20stolen=1", "<script>alert(1)</script>", '"; Set-Cookie: stolen=1', "a" * 5000):
        answer = exchange(port, request("GET /nowhere", f"{header}: {value}"))
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert b"set-cookie:" not in head
        assert b"<script>" not in answer
        assert b"a" * 1000 not in answer


PATHS = ["/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//healthz", "/healthz%00.html", "/notes/1%2f2", "/notes/..;/1"]
PATHS += ["/notes/%ff", "/notes/-1", "/notes/0", "/notes/99999999999999999999", "/notes/1e3", "/app/__main__.py", "*"]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_anywhere_but_to_a_route(lab: Lab, port: int, path: str) -> None:
    token = User(lab).sign_in().token
    answer = exchange(port, request(f"GET {path}", f"Authorization: Bearer {token}"))
    assert [status for status in statuses(answer) if status not in {400, 404, 405, 422}] == []
    assert b"root:" not in answer


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "PATCH", "PROPFIND", "GET\x00", "get"])
def test_a_method_that_nobody_offers_is_refused(lab: Lab, port: int, method: str) -> None:
    answered = statuses(exchange(port, request(f"{method} /sessions")))
    assert [status for status in answered if status not in {400, 404, 405, 501}] == []
    assert is_well(lab)
