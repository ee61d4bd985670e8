"""The table of sessions, restored beside itself with everything that AWS leaves out of a copy.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_beforeyoubegin.html
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ops.checks import Check, Deployed
from ops.checks import storage as checks
from ops.checks.framework import same
from ops.errors import BadInputError
from ops.restore.copy import Phase, Source, tag_list
from ops.restore.marker import SessionMarker
from ops.restore.moment import Restorable, restorable
from ops.restore.verification import checks_of, one_more
from stacks.names import names_of, session_table_of
from stacks.settings import Settings

_EXPIRES = "expires_at"
# What a count reads at most, a megabyte a page; the whole of a large table would be dear and slow.
_MOST_PAGES = 20
_HOLDS = (
    checks.sessions_are_on_demand,
    checks.sessions_are_encrypted,
    checks.sessions_can_go_back_in_time,
    checks.sessions_expire,
)


class Sessions(Source):
    """The DynamoDB table."""

    kind = "sessions"
    layer = "storage"

    def restorable(self) -> Restorable:
        """What point-in-time recovery reaches."""
        try:
            answer = self.dynamodb.describe_continuous_backups(TableName=self.running)
        except (self.dynamodb.exceptions.TableNotFoundException, self.dynamodb.exceptions.ResourceNotFoundException):
            raise BadInputError(
                f"There is no table {self.running}, and only what is there can go back in time.\n"
                "  DynamoDB keeps a last backup of what was deleted: docs/runbooks/restore-table.md."
            ) from None
        recovery = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
            raise BadInputError(
                f"Point-in-time recovery of {self.running} is off: there is nothing to restore.\n"
                f"  A deployment switches it on again: python -m ops deploy {self.environment.command_line} "
                "--only storage"
            )
        return restorable(recovery["EarliestRestorableDateTime"], recovery["LatestRestorableDateTime"])

    def with_copy(self, copy: str) -> Settings:
        """The settings with the copy as the session table."""
        sessions = self.settings.sessions.model_copy(update={"restored": copy})
        return self.settings.model_copy(update={"sessions": sessions})

    def name(self, settings: Settings) -> str:
        """The table's name."""
        return session_table_of(settings)

    def tags_of(self, copy: str) -> dict[str, str] | None:
        """The tags of the copy."""
        found = self._table(self.name(self.with_copy(copy)))
        if found is None:
            return None
        answer = self.dynamodb.list_tags_of_resource(ResourceArn=found["TableArn"])
        return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}

    def phases(self, moment: datetime, tags: dict[str, str]) -> Sequence[Phase]:
        """The table, then what it does not bring along."""
        name = self.copy_name(moment)
        return [
            Phase(f"Restore {name}", lambda: self._restore(name, moment), lambda: self._is_at(name)),
            Phase("Tag it", lambda: self._tag(name, tags)),
            Phase("Let its items expire", lambda: self._let_expire(name)),
            Phase("Let it go back in time", lambda: self._let_go_back(name)),
        ]

    def checks(self) -> Sequence[Check]:
        """What the running table is held to, and that its keys are the same."""
        running = self._table(self.running) or {}

        def keys_are_those_of_the_running_table(aws: Deployed) -> None:
            """The copy has the keys and indexes of the running table."""
            found = aws.ask("dynamodb", "describe_table", TableName=session_table_of(aws.settings))["Table"]
            for part in ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
                same(part, found.get(part) or [], running.get(part) or [])

        return [*checks_of(_HOLDS), one_more("storage", keys_are_those_of_the_running_table)]

    def marker(self) -> SessionMarker:
        """A session that nobody has."""
        return SessionMarker(self, self.dynamodb, _EXPIRES)

    def remarks(self, copy: str) -> Sequence[str]:
        """How many items there are. AWS's own count is up to six hours old, so they are read."""
        name = self.name(self.with_copy(copy))
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=name, Select="COUNT")
        items, read = 0, 0
        for page in pages:
            items, read = items + page["Count"], read + 1
            if read == _MOST_PAGES and "LastEvaluatedKey" in page:
                return [f"It has more than {items:,} items; counting ended after {_MOST_PAGES} MB."]
        return [f"It has {items:,} items, all of them counted."]

    def removal(self, copy: str) -> Sequence[Phase]:
        """The table."""
        name = self.name(self.with_copy(copy))
        return [Phase(f"Delete {name}", lambda: self._delete(name), lambda: self._is_left(name))]

    @property
    def dynamodb(self) -> Any:  # noqa: ANN401 - a boto3 client
        """What the table is asked with."""
        return self.session.client("dynamodb")

    def _table(self, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self.dynamodb.describe_table(TableName=name)["Table"]
        except self.dynamodb.exceptions.ResourceNotFoundException:
            return None
        return found

    def _restore(self, name: str, moment: datetime) -> None:
        if self._table(name):
            return
        alias = f"alias/{names_of(self.settings)('kms', 'storage')}"
        key = self.session.client("kms").describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
        self.dynamodb.restore_table_to_point_in_time(
            SourceTableName=self.running,
            TargetTableName=name,
            RestoreDateTime=moment,
            SSESpecificationOverride={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        )

    def _is_at(self, name: str) -> str:
        status = (self._table(name) or {}).get("TableStatus", "not there yet")
        return "" if status == "ACTIVE" else f"{name} is {status.lower()}"

    def _tag(self, name: str, tags: dict[str, str]) -> None:
        table = self._table(name) or {}
        self.dynamodb.tag_resource(ResourceArn=table["TableArn"], Tags=tag_list(tags))

    def _let_expire(self, name: str) -> None:
        known = self.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if known["TimeToLiveStatus"] not in {"ENABLED", "ENABLING"}:
            wanted = {"Enabled": True, "AttributeName": _EXPIRES}
            self.dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)

    def _let_go_back(self, name: str) -> None:
        wanted = {"PointInTimeRecoveryEnabled": True}
        self.dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=wanted)

    def _delete(self, name: str) -> None:
        if self._table(name):
            self.dynamodb.delete_table(TableName=name)

    def _is_left(self, name: str) -> str:
        return str((self._table(name) or {}).get("TableStatus", ""))
