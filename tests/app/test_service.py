"""The reference service keeps the contract that task definition and target group rely on: tried as a real process."""

import http.client
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import stacks.bindings  # noqa: F401 - first, so that the import below is cheap
from stacks.task import UNPRIVILEGED

APP = Path(__file__).parents[2] / "app"


@contextmanager
def running(protocol: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    variables = {**os.environ, "PORT": "0", "PROTOCOL": protocol, "SESSION_TABLE": "sessions-of-<this>"}
    process = subprocess.Popen(
        [sys.executable, str(APP / "service.py")], env=variables, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        line = process.stdout.readline()
        listening = re.search(r"listening on (\d+)", line)
        assert listening, line
        yield process, int(listening[1])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def connection(protocol: str, port: int) -> http.client.HTTPConnection:
    if protocol == "HTTP":
        return http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    unverified = ssl.create_default_context()
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE  # as the load balancer does it
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=unverified)


def get(protocol: str, port: int, path: str) -> tuple[int, str]:
    client = connection(protocol, port)
    try:
        client.request("GET", path)
        answer = client.getresponse()
        return answer.status, answer.read().decode()
    finally:
        client.close()


@pytest.mark.requirement("APP-2", "APP-5", "ENV-8")
@pytest.mark.parametrize("protocol", ["HTTPS", "HTTP"])
def test_the_service_answers_the_load_balancers_check_in_the_protocol_that_it_is_told(protocol: str) -> None:
    with running(protocol) as (_, port):
        assert get(protocol, port, "/healthz")[0] == 200
        assert get(protocol, port, "/no-such-page")[0] == 404


@pytest.mark.requirement("APP-5")
def test_the_status_page_shows_what_the_task_was_given_and_lets_nothing_through_as_markup() -> None:
    with running("HTTP") as (_, port):
        status, page = get("HTTP", port, "/")
    assert status == 200
    assert "sessions-of-&lt;this&gt;" in page


@pytest.mark.requirement("APP-3")
def test_a_task_that_is_told_to_stop_ends_by_itself_and_well() -> None:
    with running("HTTPS") as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0


def test_a_connection_that_never_shakes_hands_holds_up_nobody() -> None:
    with running("HTTPS") as (_, port):
        silent = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        silent.connect()
        assert get("HTTPS", port, "/healthz")[0] == 200
        silent.close()


@pytest.mark.requirement("APP-3")
def test_the_image_runs_as_the_user_that_the_task_definition_names() -> None:
    user = re.search(r"^USER (\S+)$", (APP / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert user
    assert user[1] == UNPRIVILEGED
