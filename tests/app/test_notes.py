"""Notes: kept once however often they are sent, in pages, and each owner's own."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.app.postgresql import PostgreSql
from tests.app.process import Answer, Process

NOTE = {"title": "A title", "body": "A body"}


def add(service: Process, token: str, note: object = NOTE, *, key: str | None = None) -> Answer:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return service.request("POST", "/notes", json_body=note, headers=headers, token=token)


def test_a_note_is_kept_and_found_and_removed(service: Process, token: str) -> None:
    added = add(service, token)
    assert added.status == 201
    path = f"/notes/{added.json['id']}"
    found = service.request("GET", path, token=token)
    assert (found.status, found.json) == (200, added.json)
    assert found.json["title"] == NOTE["title"]
    for _ in range(2):  # a client that has not heard the first answer
        assert service.request("DELETE", path, token=token).status == 204
    assert service.request("GET", path, token=token).status == 404


def test_what_was_acknowledged_is_committed(service: Process, token: str, postgresql: PostgreSql) -> None:
    added = add(service, token)
    assert (added.json["id"], NOTE["title"]) in postgresql.execute("SELECT id, title FROM note")


def test_a_note_that_is_sent_again_is_the_same_note(service: Process, token: str) -> None:
    first, second = (add(service, token, key="sent-again") for _ in range(2))
    assert (first.status, second.status) == (201, 200)
    assert first.json == second.json
    assert len(service.request("GET", "/notes", token=token).json["notes"]) == 1


def test_a_note_that_is_sent_several_times_at_once_is_kept_once(service: Process, token: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: add(service, token, key="all-at-once"), range(8)))
    assert sorted(answer.status for answer in answers) == [200] * 7 + [201]
    assert len({answer.json["id"] for answer in answers}) == 1


def test_a_key_stands_for_one_note_in_one_session(service: Process, token: str) -> None:
    mine, other = add(service, token, key="same-key"), add(service, service.begin_session(), key="same-key")
    assert (mine.status, other.status) == (201, 201)
    assert mine.json["id"] != other.json["id"]
    assert add(service, token, {**NOTE, "body": "Another"}, key="same-key").status == 409


def test_notes_come_in_pages_from_the_newest_on(service: Process, token: str) -> None:
    ids = [add(service, token).json["id"] for _ in range(5)]
    pages, before = [], ""
    while True:
        page = service.request("GET", f"/notes?limit=2{before}", token=token).json
        pages.append([note["id"] for note in page["notes"]])
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [note_id for page in pages for note_id in page] == sorted(ids, reverse=True)


def test_nobody_comes_by_the_notes_of_another_session(service: Process, token: str) -> None:
    note = add(service, token).json
    stranger, path = service.begin_session(), f"/notes/{note['id']}"
    assert service.request("GET", "/notes", token=stranger).json["notes"] == []
    assert service.request("GET", path, token=stranger).status == 404
    assert service.request("DELETE", path, token=stranger).status == 204  # as if it were gone
    assert service.request("GET", path, token=token).json == note


@pytest.mark.parametrize("method_and_path", ["GET /notes", "POST /notes", "GET /notes/1", "DELETE /notes/1"])
def test_notes_are_for_sessions_only(service: Process, method_and_path: str) -> None:
    method, path = method_and_path.split()
    body = NOTE if method == "POST" else None
    answer = service.request(method, path, json_body=body, headers={"Idempotency-Key": "a-good-key"})
    assert answer.status == 401


@pytest.mark.parametrize(
    "note",
    [
        {},
        [],
        "a title",
        {"title": "", "body": ""},
        {"title": "t" * 201, "body": ""},
        {"title": "t", "body": "b" * 10_001},
        {"title": "t", "body": "b", "owner": "me"},
        {"title": "t\0", "body": ""},
        {"title": "\ud800", "body": ""},
        {"title": 1, "body": ""},
    ],
)
def test_what_is_no_note_is_refused(service: Process, token: str, note: object) -> None:
    answer = add(service, token, note)
    assert answer.status == 422, answer.text
    assert answer.json["status"] == 422


@pytest.mark.parametrize("key", ["short", "k" * 65, "with space", "semi;colon", "ümlaut-key", ""])
def test_a_note_needs_a_good_key(service: Process, token: str, key: str) -> None:
    headers = {"Idempotency-Key": key.encode().decode("latin-1")}
    assert service.request("POST", "/notes", json_body=NOTE, headers=headers, token=token).status == 422
    assert service.request("POST", "/notes", json_body=NOTE, token=token).status == 422


@pytest.mark.parametrize("path", ["/notes/0", "/notes/-1", "/notes/9223372036854775808", "/notes/x", "/notes?limit=0"])
def test_numbers_that_the_database_could_not_take_are_refused_before(service: Process, token: str, path: str) -> None:
    assert service.request("GET", path, token=token).status == 422


def test_any_text_is_only_text(service: Process, token: str) -> None:
    note = {"title": "'; DROP TABLE note; --", "body": "<script>\u2028\r\n{}%s \U0001f600"}
    added = add(service, token, note)
    found = service.request("GET", f"/notes/{added.json['id']}", token=token).json
    assert {name: found[name] for name in note} == note
