"""Sessions: in a table of DynamoDB, under the hash of a token that only the client has.

Whoever reads the table cannot sign in with what is in it. A token is made here and nowhere else: one that a client
brings along is looked up and never adopted, so that nobody can be given a session that somebody else knows.
"""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from app.aws import Aws, code
from app.problems import UnavailableError
from app.resilience import Guard

SESSION_SECONDS = 60 * 60
# However often it is extended, a session ends after a working day.
LONGEST_SECONDS = 12 * 60 * 60
TOKEN_BYTES = 32

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_CONDITION_FAILED = "ConditionalCheckFailedException"
_NEW = "attribute_not_exists(session_id)"
# TTL removes items up to days late, so that what has expired is often still there:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
_ALIVE = "expires_at > :now"


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session, by the hash of its token. Times are seconds since 1970, as TTL wants them."""

    session_id: str
    created_at: int
    expires_at: int


class Sessions:
    """Makes, finds, extends and ends sessions."""

    def __init__(self, aws: Aws, table: str) -> None:
        self.guard = Guard("sessions", probe=self.probe)
        self._aws = aws
        self._table = table

    async def create(self) -> tuple[str, Session]:
        """A new session, and its token, which is not kept."""
        for _ in range(2):
            token, now = secrets.token_urlsafe(TOKEN_BYTES), int(time.time())
            session = Session(session_id=_hash(token), created_at=now, expires_at=now + SESSION_SECONDS)
            item = {
                "session_id": {"S": session.session_id},
                "created_at": {"N": str(session.created_at)},
                "expires_at": {"N": str(session.expires_at)},
            }
            try:
                await self._call(self._aws.dynamodb.put_item, Item=item, ConditionExpression=_NEW)
            except ClientError as error:
                # boto3 has tried again because an answer was lost, and met its own item.
                if code(error) != _CONDITION_FAILED:
                    raise
            else:
                return token, session
        raise UnavailableError(self.guard.name, "item exists")

    async def find(self, token: str) -> Session | None:
        """The session of a token, unless it has ended. What was ended a moment ago is not found any more."""
        if not _TOKEN.fullmatch(token):
            return None
        answer = await self._call(self._aws.dynamodb.get_item, Key=_key(_hash(token)), ConsistentRead=True)
        if "Item" not in answer:
            return None
        item = answer["Item"]
        session = Session(
            session_id=item["session_id"]["S"],
            created_at=int(item["created_at"]["N"]),
            expires_at=int(item["expires_at"]["N"]),
        )
        return session if session.expires_at > time.time() else None

    async def extend(self, session: Session) -> Session | None:
        """The session with its time begun anew, unless it has ended meanwhile."""
        now = int(time.time())
        until = min(now + SESSION_SECONDS, session.created_at + LONGEST_SECONDS)
        try:
            await self._call(
                self._aws.dynamodb.update_item,
                Key=_key(session.session_id),
                UpdateExpression="SET expires_at = :until",
                ConditionExpression=_ALIVE,
                ExpressionAttributeValues={":until": {"N": str(until)}, ":now": {"N": str(now)}},
            )
        except ClientError as error:
            if code(error) == _CONDITION_FAILED:
                return None
            raise
        return Session(session_id=session.session_id, created_at=session.created_at, expires_at=until)

    async def end(self, session: Session) -> None:
        """End a session, for ever."""
        await self._call(self._aws.dynamodb.delete_item, Key=_key(session.session_id))

    async def probe(self) -> None:
        """Ask for what is not there."""
        await self._aws.probe(self.guard, self._aws.dynamodb_probe.get_item, TableName=self._table, Key=_key("none"))

    async def _call(self, operation: Any, **parameters: Any) -> Any:  # noqa: ANN401 - as boto3 has it
        return await self._aws.call(self.guard, operation, TableName=self._table, **parameters)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _key(session_id: str) -> dict[str, dict[str, str]]:
    return {"session_id": {"S": session_id}}
