"""What belongs to a user stays with the user: sessions cannot be chosen, guessed or shared, and text stays text."""

import base64
import statistics
import time

import boto3
import pytest

from ops.availability.lab import Lab
from tests.availability.client import User

CHOSEN = base64.urlsafe_b64encode(b"chosen by the attacker, 32 bytes").decode().rstrip("=")


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": f"Bearer {CHOSEN}"}, {"Cookie": f"token={CHOSEN}; session={CHOSEN}"}, {"X_Session": CHOSEN}],
    ids=lambda headers: next(iter(headers)),
)
def test_no_session_is_ever_adopted_from_the_client(lab: Lab, headers: dict[str, str]) -> None:
    answer = User(lab).ask("POST", "/sessions", {"token": CHOSEN}, **headers)
    assert CHOSEN not in answer.text
    assert User(lab, token=CHOSEN).ask("GET", "/sessions/current").status == 401


def test_tokens_are_256_bits_that_nobody_can_guess(lab: Lab) -> None:
    tokens = [User(lab).sign_in().token for _ in range(40)]
    values = [base64.urlsafe_b64decode(f"{token}==") for token in tokens]
    assert len(set(values)) == len(values)
    assert {len(value) for value in values} == {32}
    ones = sum(value.count(1) for value in map(_bits, values)) / (256 * len(values))
    assert 0.47 < ones < 0.53, "10,240 fair coins come to this but once in a billion times"


def _bits(value: bytes) -> list[int]:
    return [byte >> place & 1 for byte in value for place in range(8)]


def test_a_copy_of_the_session_table_signs_nobody_in(lab: Lab) -> None:
    user = User(lab).sign_in()
    keys = lab.role.current
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=lab.emulator.endpoint,
        region_name=lab.environment["AWS_REGION"],
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
    )
    items = dynamodb.scan(TableName=lab.environment["SESSION_TABLE"])["Items"]
    assert items
    assert user.token not in str(items)
    for item in items[:5]:
        stored = str(item["session_id"]["S"])
        assert User(lab, token=stored).ask("GET", "/sessions/current").status == 401


def test_a_revoked_session_is_refused_as_an_unknown_one_is_and_as_fast(lab: Lab) -> None:
    user = User(lab).sign_in()
    assert user.ask("DELETE", "/sessions/current").status == 204
    seconds: dict[str, list[float]] = {"revoked": [], "unknown": []}
    bodies = set()
    for _ in range(30):
        for name, token in (("revoked", user.token), ("unknown", CHOSEN)):
            began = time.perf_counter()
            answer = User(lab, token=token).ask("GET", "/sessions/current")
            seconds[name].append(time.perf_counter() - began)
            assert answer.status == 401
            bodies.add((answer.document["title"], answer.document.get("detail")))
    revoked, unknown = (statistics.median(times) for times in seconds.values())
    assert len(bodies) == 1
    assert 0.5 < revoked / unknown < 2


def test_nobody_reads_or_deletes_somebody_elses_note(lab: Lab) -> None:
    owner, other = User(lab).sign_in(), User(lab).sign_in()
    note = owner.write().document["id"]
    assert other.ask("GET", f"/notes/{note}").status == 404
    assert other.ask("DELETE", f"/notes/{note}").status in {204, 404}
    assert other.ask("GET", "/notes").status == 200
    assert lab.query("SELECT count(*) FROM note WHERE id = %s", note) == [1]


TEXTS = [
    "'; DROP TABLE note; --",
    '" OR 1=1 --',
    "$1 %s {0} \\' \\x00",
    "Robert\u2019); DELETE FROM note",
    "<b>bold</b>",
]


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back_as_it_was_written_whatever_it_says(lab: Lab, text: str) -> None:
    user = User(lab).sign_in()
    before = lab.query("SELECT count(*) FROM note")
    written = user.write(title=text, body=text)
    assert written.status == 201, written
    [stored] = lab.query("SELECT title FROM note WHERE id = %s", written.document["id"])
    assert stored == text
    assert lab.query("SELECT count(*) FROM note") == [int(str(before[0])) + 1]


def test_no_parameter_reaches_the_database_as_anything_but_a_number(lab: Lab) -> None:
    user = User(lab).sign_in()
    for value in ("1;SELECT+1", "1'", "%27%20OR%201=1", "1)", "NaN", "0x10"):
        for path in (f"/notes?before={value}", f"/notes?limit={value}", f"/notes/{value}"):
            assert user.ask("GET", path).status in {404, 422}, path


def test_numbers_are_understood_as_far_as_the_database_counts(lab: Lab) -> None:
    user = User(lab).sign_in()
    answers = {number: user.ask("GET", f"/notes?before={number}").status for number in (1, 2**31, 2**63 - 1)}
    assert set(answers.values()) == {200}, answers
    answers = {number: user.ask("GET", f"/notes?before={number}").status for number in (-1, 0, 2**63, 2**64)}
    assert set(answers.values()) == {422}, answers
