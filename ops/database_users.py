"""The database's two users, made through the RDS Data API by whoever may use the master secret, once for each cluster.

Both sign in with IAM tokens from then on: the owner of the tables, as which migrations run, and the service, which is
granted the use of tables one by one. The Data API is open only while they are made: docs/decisions/migrations.md.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ops.errors import OpsError
from stacks.rules import owner_of
from stacks.settings import DatabaseSettings

_PATIENCE_SECONDS = 180
_POLL_SECONDS = 3
# What the Data API answers while it opens.
_OPENING = {"HttpEndpointNotEnabledException", "BadRequestException", "DatabaseUnavailableException"}


@dataclass(frozen=True)
class DatabaseUsers:
    """Who signs in to a database by token. Names are lower-case words: see `DatabaseWord` of the settings."""

    database: str
    owner: str
    service: str

    @classmethod
    def of(cls, database: DatabaseSettings) -> "DatabaseUsers":
        """The users that the settings name."""
        return cls(database=database.name, owner=owner_of(database.service_username), service=database.service_username)

    def existing(self) -> str:
        """The query for those that are there."""
        return f"SELECT rolname FROM pg_roles WHERE rolname IN ('{self.owner}', '{self.service}')"  # noqa: S608

    def statements(self, *, existing: Collection[str] = ()) -> list[str]:
        """What makes them, and gives them what they lack. The master user may do all of it.

        Nothing here is a capability over other roles, so neither user can come by more than it is granted.
        https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
        """
        users = (self.owner, self.service)
        created = [f'CREATE ROLE "{user}" LOGIN' for user in users if user not in existing]
        by_token = [f'GRANT rds_iam TO "{user}"' for user in users]
        connect = [f'GRANT CONNECT ON DATABASE "{self.database}" TO "{user}"' for user in users]
        schema = [
            f'GRANT USAGE, CREATE ON SCHEMA public TO "{self.owner}"',
            f'GRANT USAGE ON SCHEMA public TO "{self.service}"',
        ]
        return created + by_token + connect + schema


def make_users(session: boto3.Session, users: DatabaseUsers, *, cluster_arn: str, secret_arn: str) -> list[str]:
    """Make the users that are missing, grant both what they need, and say which were made."""
    data = session.client("rds-data")

    def execute(statement: str) -> list[Any]:
        answer = data.execute_statement(
            resourceArn=cluster_arn, secretArn=secret_arn, database=users.database, sql=statement
        )
        return answer.get("records") or []

    with _open(session, cluster_arn):
        found = _once_open(lambda: execute(users.existing()))
        existing = {record[0]["stringValue"] for record in found}
        for statement in users.statements(existing=existing):
            execute(statement)
    return [user for user in (users.owner, users.service) if user not in existing]


@contextmanager
def _open(session: boto3.Session, cluster_arn: str) -> Iterator[None]:
    """Opens the Data API, and closes it again whatever happens."""
    rds = session.client("rds")
    rds.enable_http_endpoint(ResourceArn=cluster_arn)
    try:
        yield
    finally:
        rds.disable_http_endpoint(ResourceArn=cluster_arn)


def _once_open(ask: Callable[[], list[Any]]) -> list[Any]:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except ClientError as error:
            if error.response["Error"]["Code"] not in _OPENING:
                raise
            if time.monotonic() > deadline:
                raise OpsError(f"The Data API has not opened in {_PATIENCE_SECONDS} seconds: {error}") from None
        time.sleep(_POLL_SECONDS)
