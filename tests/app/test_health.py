"""The checks: one of this process alone, and one of all tiers."""

import time
from collections.abc import Iterator, Mapping

import pytest

from tests.app.process import Answer, Process, running

PARTS = {"database_writer", "database_reader", "sessions", "objects"}


@pytest.fixture(scope="module")
def cut_off(environment: Mapping[str, str], closed_port: str) -> Iterator[Process]:
    """A service for which everything is down."""
    nowhere = {"DATABASE_PORT": closed_port, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{closed_port}"}
    with running(environment, **nowhere) as process:
        yield process


@pytest.fixture(scope="module")
def all_failing(cut_off: Process) -> Answer:
    return cut_off.request("GET", "/readyz")


def failing(answer: Answer) -> set[str]:
    parts = answer.json["parts"]
    assert set(parts) == PARTS
    found = {name for name, part in parts.items() if not part["ok"]}
    assert (answer.status, answer.json["status"]) == ((503, "failing") if found else (200, "ok"))
    return found


@pytest.mark.requirement("APP-2")
def test_the_service_answers_the_load_balancers_check(service: Process) -> None:
    answer = service.request("GET", "/healthz")
    assert (answer.status, answer.text) == (200, "ok\n")


def test_a_service_whose_tiers_all_answer_is_ready(service: Process) -> None:
    assert failing(service.request("GET", "/readyz")) == set()


def test_a_tier_that_does_not_answer_is_named_and_the_others_are_not(
    environment: Mapping[str, str], closed_port: str, without_reader_and_objects: Process
) -> None:
    assert failing(without_reader_and_objects.request("GET", "/readyz")) == {"database_reader", "objects"}
    ports = {"DATABASE_PORT": closed_port, "DATABASE_READER_PORT": environment["DATABASE_PORT"]}
    with running(environment, **ports, SESSION_TABLE="no-such-table") as process:
        assert failing(process.request("GET", "/readyz")) == {"database_writer", "sessions"}


@pytest.mark.requirement("APP-2")
def test_the_load_balancers_check_succeeds_though_everything_else_is_down(
    cut_off: Process, all_failing: Answer
) -> None:
    assert failing(all_failing) == PARTS
    assert cut_off.request("GET", "/healthz").status == 200


def test_errors_of_tiers_tell_their_kind_and_nothing_of_where_they_are(all_failing: Answer, closed_port: str) -> None:
    assert all(part["error"].isidentifier() for part in all_failing.json["parts"].values())
    assert closed_port not in all_failing.text
    assert "localhost" not in all_failing.text


def test_the_status_page_is_there_within_two_seconds_though_everything_is_down(cut_off: Process) -> None:
    began = time.monotonic()
    answer = cut_off.request("GET", "/")
    assert time.monotonic() - began < 2
    assert answer.status == 200
    assert "4 of 4 tiers do not answer" in answer.text


def test_what_needs_a_tier_that_is_down_is_told_to_come_again(cut_off: Process) -> None:
    answer = cut_off.request("POST", "/sessions")
    assert answer.status == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
