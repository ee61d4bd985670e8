"""The database's users are made once, with no more than they need, and the Data API is closed again."""

from collections.abc import Iterable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops import database_users
from ops.database_users import DatabaseUsers, make_users
from ops.errors import OpsError
from stacks.settings import DatabaseSettings

pytestmark = pytest.mark.requirement("DB-4")

USERS = DatabaseUsers(database="app", owner="app_owner", service="app")
CLUSTER, SECRET = "arn:aws:rds:us-east-1:1:cluster:c", "arn:aws:secretsmanager:us-east-1:1:secret:s"
OPENING = ClientError({"Error": {"Code": "HttpEndpointNotEnabledException", "Message": "not yet"}}, "ExecuteStatement")
REFUSED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ExecuteStatement")


class Account:
    """RDS and its Data API, as far as they are asked; also the session that both are asked by."""

    def __init__(self, *, existing: Iterable[str] = (), answers: Iterable[ClientError] = ()) -> None:
        self.open = False
        self.calls: list[str] = []
        self._existing, self._answers = existing, list(answers)

    def client(self, _name: str) -> "Account":
        return self

    def enable_http_endpoint(self, **_arguments: str) -> None:
        self.open = True

    def disable_http_endpoint(self, **_arguments: str) -> None:
        self.open = False

    def execute_statement(self, *, sql: str, **arguments: str) -> dict[str, Any]:
        assert self.open
        assert arguments == {"resourceArn": CLUSTER, "secretArn": SECRET, "database": "app"}
        if self._answers:
            raise self._answers.pop(0)
        self.calls.append(sql)
        return {"records": [[{"stringValue": name}] for name in self._existing]} if sql.startswith("SELECT") else {}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_users, "_POLL_SECONDS", 0)


def make(account: Account) -> list[str]:
    return make_users(account, USERS, cluster_arn=CLUSTER, secret_arn=SECRET)  # type: ignore[arg-type]


def test_users_that_are_missing_are_made_and_sign_in_by_token() -> None:
    account = Account()

    assert make(account) == ["app_owner", "app"]

    assert 'CREATE ROLE "app_owner" LOGIN' in account.calls
    assert {'GRANT rds_iam TO "app_owner"', 'GRANT rds_iam TO "app"'} <= set(account.calls)
    assert not account.open


def test_users_that_are_there_are_kept_and_granted_what_they_lack() -> None:
    account = Account(existing=["app"])

    assert make(account) == ["app_owner"]

    assert 'CREATE ROLE "app" LOGIN' not in account.calls
    assert 'GRANT rds_iam TO "app"' in account.calls


def test_neither_user_is_given_power_over_other_roles_or_a_password() -> None:
    text = " ".join(USERS.statements()).upper()

    assert not [word for word in ("CREATEROLE", "SUPERUSER", "ADMIN OPTION", "PASSWORD", "BYPASSRLS") if word in text]
    assert 'CREATE ON SCHEMA PUBLIC TO "APP"' not in text, "the service must not change its own schema"


def test_each_statement_is_one_since_the_data_api_takes_no_more() -> None:
    assert not [statement for statement in USERS.statements() if ";" in statement or ":" in statement]


def test_it_waits_for_the_data_api_to_open() -> None:
    assert make(Account(answers=[OPENING, OPENING])) == ["app_owner", "app"]


def test_a_data_api_that_stays_closed_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_users, "_PATIENCE_SECONDS", -1)
    account = Account(answers=[OPENING])

    with pytest.raises(OpsError, match="has not opened"):
        make(account)

    assert not account.open


def test_the_data_api_is_closed_whatever_goes_wrong() -> None:
    account = Account(answers=[REFUSED])

    with pytest.raises(ClientError, match="AccessDenied"):
        make(account)

    assert not account.open


def test_the_users_are_those_that_tasks_are_told_to_sign_in_as() -> None:
    database = DatabaseSettings(name="shop", service_username="shopper")

    assert DatabaseUsers.of(database) == DatabaseUsers(database="shop", owner="shopper_owner", service="shopper")
