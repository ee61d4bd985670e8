"""DynamoDB: a table that is restored to a point in time, with what AWS takes over from its source and what it does not.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_beforeyoubegin.html
"""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.core.utils import unix_time
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from emulator.extension import extends

_describe_continuous_backups = DynamoDBBackend.describe_continuous_backups
_restore_table = DynamoHandler.restore_table_to_point_in_time


def _times(table: Table) -> dict[str, Any]:
    """The table's point-in-time recovery, whose latest time goes on while it is on."""
    description: dict[str, Any] = table.continuous_backups["PointInTimeRecoveryDescription"]
    if description["PointInTimeRecoveryStatus"] == "ENABLED":
        description["LatestRestorableDateTime"] = unix_time()
    return description


@extends(DynamoDBBackend)
class ContinuousBackups(DynamoDBBackend):
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoveryDescription.html."""

    def describe_continuous_backups(self, table_name: str) -> dict[str, Any]:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html."""
        found = _describe_continuous_backups(self, table_name)
        _times(self.get_table(table_name))
        return found


@extends(DynamoHandler)
class RestoreCalls(DynamoHandler):
    """The call that makes the copy. The embedded AWS keeps no history, so that all times hold what there is now."""

    def restore_table_to_point_in_time(self) -> ActionResult:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html."""
        source = self.dynamodb_backend.tables.get(self.body["SourceTableName"])
        if source is None:
            return _restore_table(self)  # which says so
        self._check_restorable(source)
        _restore_table(self)
        table = self.dynamodb_backend.get_table(self.body["TargetTableName"])
        table.billing_mode = self.body.get("BillingModeOverride") or source.billing_mode
        table.sse_specification = self.body.get("SSESpecificationOverride") or source.sse_specification
        return ActionResult(table.describe())

    def _check_restorable(self, source: Table) -> None:
        times, to = _times(source), self.body.get("RestoreDateTime")
        if times["PointInTimeRecoveryStatus"] != "ENABLED":
            raise JsonRESTError(
                "PointInTimeRecoveryUnavailableException",
                f"Point in time recovery is not enabled for table '{source.name}'",
            )
        # Whole seconds, which is as exact as people and the AWS CLI write them.
        if to and not int(times["EarliestRestorableDateTime"]) <= to.timestamp() <= times["LatestRestorableDateTime"]:
            raise JsonRESTError(
                "InvalidRestoreTimeException",
                "RestoreDateTime is not between EarliestRestorableDateTime and LatestRestorableDateTime",
            )
