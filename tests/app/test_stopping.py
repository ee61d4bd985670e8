"""The end of a task, and clients that would keep it from serving others."""

import contextlib
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.app.postgresql import PostgreSql
from tests.app.process import Process, running, running_command

# The same program, whose patience does not outlast that of whoever runs the tests.
IMPATIENT = """
import sys
from app import __main__, middleware, server
server.HEAD_SECONDS = middleware.BODY_SECONDS = 0.5
sys.exit(__main__.main([]))
"""


@pytest.fixture(scope="module", params=["HTTPS", "HTTP"])
def impatient(environment: Mapping[str, str], request: pytest.FixtureRequest) -> Iterator[Process]:
    command = [sys.executable, "-c", IMPATIENT]
    with running_command(command, {**environment, "PROTOCOL": request.param}) as process:
        yield process


def connected(process: Process) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", process.port), timeout=5)
    if process.protocol == "HTTP":
        return plain
    unverified = ssl.create_default_context()
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE
    return unverified.wrap_socket(plain)


def answer_of(connection: socket.socket) -> bytes:
    """The head and the short body that come back."""
    received = b""
    while not received.endswith((b"ok\n", b"}")):
        received += connection.recv(65536)
    return received


def seconds_until_closed(connection: socket.socket) -> float:
    began = time.monotonic()
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        pass
    return time.monotonic() - began


@pytest.mark.requirement("APP-2", "APP-5", "ENV-8")
def test_the_service_answers_in_the_protocol_that_it_is_told(impatient: Process) -> None:
    assert impatient.request("GET", "/healthz").status == 200


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_client_that_takes_its_time_with_the_head_of_a_request_is_cut_off(impatient: Process, sent: bytes) -> None:
    with connected(impatient) as connection:
        connection.sendall(sent)
        assert 0.3 < seconds_until_closed(connection) < 4


def test_a_client_that_sends_a_byte_now_and_then_is_cut_off_all_the_same(impatient: Process) -> None:
    began = time.monotonic()
    with connected(impatient) as connection, contextlib.suppress(OSError):
        for _ in range(30):
            connection.sendall(b"X")
            time.sleep(0.1)
    assert time.monotonic() - began < 2.5


def test_a_client_that_takes_its_time_with_a_body_is_told_and_cut_off(impatient: Process) -> None:
    with connected(impatient) as connection:
        connection.sendall(b"POST /notes HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        assert answer_of(connection).startswith(b"HTTP/1.1 408 ")
        assert seconds_until_closed(connection) < 4


def test_the_second_request_of_a_connection_may_be_late_and_may_not_be_slow(impatient: Process) -> None:
    with connected(impatient) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer_of(connection).startswith(b"HTTP/1.1 200 ")
        time.sleep(0.8)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer_of(connection).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"GET /healthz")
        assert 0.3 < seconds_until_closed(connection) < 4


def test_a_connection_that_never_shakes_hands_holds_up_nobody(impatient: Process) -> None:
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=5) as silent:
        assert impatient.request("GET", "/healthz").status == 200
        assert 0.3 < seconds_until_closed(silent) < 4


@pytest.mark.requirement("APP-3")
def test_a_task_that_is_told_to_stop_finishes_what_it_has_begun_and_ends_well(
    environment: Mapping[str, str], postgresql: PostgreSql
) -> None:
    with running(environment, PROTOCOL="HTTPS") as process, ThreadPoolExecutor(1) as threads:
        token = process.begin_session()
        with postgresql.locked("note") as locked:
            note, headers = {"title": "begun", "body": ""}, {"Idempotency-Key": "begun-before-the-end"}
            begun = threads.submit(process.request, "POST", "/notes", json_body=note, headers=headers, token=token)
            locked.wait_for_queue()
            process.process.send_signal(signal.SIGTERM)
            with pytest.raises(subprocess.TimeoutExpired):
                process.process.wait(0.5)
            with pytest.raises(OSError):  # noqa: PT011 - refused, or reset
                process.request("GET", "/healthz")
        assert begun.result().status == 201
        assert process.process.wait(5) == 0
    assert process.lines[-1]["message"] == "stopped"


def test_a_task_does_not_wait_for_ever_for_what_it_has_begun(
    environment: Mapping[str, str], postgresql: PostgreSql
) -> None:
    with running(environment, STOP_SECONDS="1") as process, ThreadPoolExecutor(1) as threads:
        token = process.begin_session()
        with postgresql.locked("note") as locked:
            begun = threads.submit(process.request, "GET", "/notes", token=token)
            locked.wait_for_queue()
            assert process.stop() == 0
        assert begun.exception() or begun.result().status == 500
