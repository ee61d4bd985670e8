"""The lab's database lets in whom Aurora would let in, or what it proves of the service would be worth nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import boto3
import psycopg
import pytest

from ops.availability.credentials import Keys, Role
from ops.availability.database import HOST
from ops.availability.lab import Lab
from ops.availability.tokens import Iam

REGION = "us-east-1"


def token(keys: Keys, *, port: int = 5432, user: str = "app", region: str = REGION) -> str:
    session = boto3.Session(keys.access_key_id, keys.secret_access_key, keys.session_token, region_name=region)
    return str(session.client("rds").generate_db_auth_token(HOST, port, user))


@pytest.fixture
def role() -> Role:
    return Role()


@pytest.fixture
def iam(role: Role) -> Iam:
    return Iam(role=role, region=REGION, endpoints=frozenset({f"{HOST}:5432"}))


def test_a_token_of_the_roles_keys_lets_its_user_in(role: Role, iam: Iam) -> None:
    assert iam.accepts("app", token(role.current))


def test_a_token_of_keys_that_were_replaced_lets_its_user_in_until_they_are_refused(role: Role, iam: Iam) -> None:
    old = role.current
    role.replace()
    assert iam.accepts("app", token(old))
    role.refuse_old()
    assert not iam.accepts("app", token(old))
    assert iam.accepts("app", token(role.current))


WRONG: dict[str, Callable[[Keys], str]] = {
    "nothing": lambda _keys: "",
    "a password": lambda _keys: "correct horse battery staple",
    "somebody else's token": lambda keys: token(keys, user="postgres"),
    "a token for another server": lambda keys: token(keys, port=5433),
    "a token for another region": lambda keys: token(keys, region="eu-west-1"),
    "an invented signature": lambda keys: token(keys)[:-64] + "0" * 64,
    "a longer life than was signed": lambda keys: token(keys).replace("Expires=900", "Expires=86400"),
    "unknown keys": lambda _keys: token(Role().current),
    "a secret that was guessed": lambda keys: token(Keys(keys.access_key_id, "guessed", keys.session_token)),
    "keys without their session": lambda keys: token(Keys(keys.access_key_id, keys.secret_access_key, "")),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_nothing_but_a_genuine_token_lets_anybody_in(wrong: str, role: Role, iam: Iam) -> None:
    assert not iam.accepts("app", WRONG[wrong](role.current))


@pytest.mark.parametrize("minutes", [-15, 1])
def test_a_token_is_good_for_fifteen_minutes_from_when_it_was_signed(minutes: int, role: Role, iam: Iam) -> None:
    then = datetime.now(UTC) + timedelta(minutes=minutes)
    with patch("botocore.auth.get_current_datetime", return_value=then.replace(tzinfo=None)):
        signed = token(role.current)
    assert f"{then:%Y%m%dT%H%M}" in signed
    assert not iam.accepts("app", signed)


def connect(lab: Lab, *, password: str, mode: str = "verify-full", user: str | None = None) -> list[tuple[object, ...]]:
    environment = lab.environment
    with psycopg.connect(
        host=environment["DATABASE_WRITER_HOST"],
        port=environment["DATABASE_PORT"],
        dbname=environment["DATABASE_NAME"],
        user=user or environment["DATABASE_USER"],
        password=password,
        sslmode=mode,
        sslrootcert=environment["DATABASE_CA_FILE"],
    ) as connection:
        return connection.execute("SELECT current_user::text").fetchall()


@pytest.mark.requirement("DB-4")
def test_the_database_takes_tokens_over_tls_and_nothing_else(lab: Lab) -> None:
    genuine = token(lab.role.current, port=lab.cluster.writer_endpoint.port)
    assert connect(lab, password=genuine) == [("app",)]
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        connect(lab, password="guessed")
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        connect(lab, password=genuine, mode="disable")
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        connect(lab, password=genuine, user="postgres")
