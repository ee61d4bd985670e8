"""Sessions: begun, found, extended and ended; and not to be had in any other way."""

import hashlib
import time
from collections.abc import Mapping
from typing import Any, Protocol

import pytest

from app.sessions import LONGEST_SECONDS, SESSION_SECONDS
from tests.app.process import Answer, Process


class Table(Protocol):
    """What is used of boto3's table."""

    def get_item(self, *, Key: Mapping[str, str]) -> dict[str, Any]: ...  # noqa: N803 - as boto3 names it

    def put_item(self, *, Item: Mapping[str, Any]) -> object: ...  # noqa: N803


def current(service: Process, token: str) -> Answer:
    return service.request("GET", "/sessions/current", token=token)


def stored(table: Table, token: str) -> dict[str, Any]:
    item: dict[str, Any] = table.get_item(Key={"session_id": hashlib.sha256(token.encode()).hexdigest()})["Item"]
    return item


def set_times(table: Table, token: str, **times: int) -> None:
    table.put_item(Item={**stored(table, token), **times})


def test_a_session_lives_until_it_is_ended(service: Process) -> None:
    token = service.begin_session()
    assert current(service, token).status == 200
    assert service.request("DELETE", "/sessions/current", token=token).status == 204
    assert current(service, token).status == 401
    assert service.request("POST", "/sessions/current/extend", token=token).status == 401


def test_no_two_sessions_have_the_same_token_and_none_is_short(service: Process) -> None:
    tokens = {service.begin_session() for _ in range(5)}
    assert len(tokens) == 5
    assert all(len(token) == 43 for token in tokens)  # 256 bits in base 64


def test_what_is_stored_of_a_session_does_not_let_its_reader_in(service: Process, table: Table, token: str) -> None:
    item = stored(table, token)
    assert token not in str(item)
    assert current(service, item["session_id"]).status == 401


def test_a_session_that_has_expired_is_over_though_it_has_not_been_removed_yet(
    service: Process, table: Table, token: str
) -> None:
    set_times(table, token, expires_at=int(time.time()) - 1)
    assert current(service, token).status == 401
    assert service.request("POST", "/sessions/current/extend", token=token).status == 401
    assert service.request("GET", "/notes", token=token).status == 401


def test_extending_a_session_begins_its_hour_anew(service: Process, table: Table, token: str) -> None:
    now = int(time.time())
    set_times(table, token, created_at=now - 1000, expires_at=now + 60)
    assert service.request("POST", "/sessions/current/extend", token=token).status == 200
    assert stored(table, token)["expires_at"] >= now + SESSION_SECONDS


def test_no_session_is_extended_beyond_its_longest_life(service: Process, table: Table, token: str) -> None:
    begun = int(time.time()) - LONGEST_SECONDS + 60
    set_times(table, token, created_at=begun, expires_at=begun + LONGEST_SECONDS - 1)
    assert service.request("POST", "/sessions/current/extend", token=token).status == 200
    assert stored(table, token)["expires_at"] == begun + LONGEST_SECONDS


def test_a_token_that_a_client_brings_along_is_never_adopted(service: Process) -> None:
    mine = "A" * 43
    answer = service.request("POST", "/sessions", token=mine, headers={"Cookie": f"token={mine}"})
    assert answer.status == 201
    assert answer.json["token"] != mine
    assert current(service, mine).status == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer x", "Basic dTpw", "Bearer ' OR 1=1", "Bearer \xff"]
)
def test_what_is_no_token_lets_nobody_in(service: Process, header: str) -> None:
    answer = service.request("GET", "/sessions/current", headers={"Authorization": header})
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
