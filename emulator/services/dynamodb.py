"""DynamoDB: contributor insights, and the arguments of tables that moto forgets.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations.html
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.dynamodb.exceptions import ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from emulator.extension import extends

_describe = Table.describe
_create_table = DynamoHandler.create_table
_update_table = DynamoHandler.update_table


@dataclass
class ContributorInsights:
    """The state of contributor insights for a table, or for one of its indexes."""

    status: str
    mode: str
    last_update: datetime

    def describe(self, table: str, index: str | None) -> dict[str, Any]:
        """Give the members that DescribeContributorInsights and its like have in common."""
        return {
            "TableName": table,
            "ContributorInsightsStatus": self.status,
            "ContributorInsightsMode": self.mode,
            **({"IndexName": index} if index else {}),
        }


def _insights(table: Table) -> dict[str | None, ContributorInsights]:
    """Return the table's insights by index; None is the table's own."""
    found: dict[str | None, ContributorInsights] = vars(table).setdefault("contributor_insights", {})
    return found


def _table(backend: DynamoDBBackend, name: str, index: str | None = None) -> Table:
    try:
        table = backend.get_table(name)
    except ResourceNotFoundException:
        raise ResourceNotFoundException(table_name=name) from None
    if index and index not in {found.name for found in [*table.global_indexes, *table.indexes]}:
        raise ResourceNotFoundException(f"Requested resource not found: Index: {index} not found")
    return table


def _remember(table: Table, body: dict[str, Any]) -> None:
    """Keep the arguments of CreateTable or UpdateTable that moto has no place for."""
    for argument in ("TableClass", "OnDemandThroughput"):
        if argument in body:
            vars(table).setdefault("arguments", {})[argument] = body[argument]


@extends(Table)
class DescribedTable(Table):
    """A table that tells of its class and its on-demand limits."""

    def describe(self, base_key: str = "TableDescription") -> dict[str, Any]:
        """Describe the table; AWS leaves out a class that was never set, as it does the limits."""
        description = _describe(self, base_key)
        arguments: dict[str, Any] = vars(self).get("arguments", {})
        if "TableClass" in arguments:
            description[base_key]["TableClassSummary"] = {"TableClass": arguments["TableClass"]}
        if "OnDemandThroughput" in arguments:
            description[base_key]["OnDemandThroughput"] = arguments["OnDemandThroughput"]
        return description


@extends(DynamoHandler)
class TableCalls(DynamoHandler):
    """The calls on tables and their contributor insights."""

    def create_table(self) -> ActionResult:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html."""
        _create_table(self)
        table = self.dynamodb_backend.get_table(self.body["TableName"])
        _remember(table, self.body)
        return ActionResult(table.describe())

    def update_table(self) -> ActionResult:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html."""
        _update_table(self)
        table = self.dynamodb_backend.get_table(self.body["TableName"])
        _remember(table, self.body)
        encryption: dict[str, Any] | None = self.body.get("SSESpecification")
        if encryption is not None:
            if encryption.get("Enabled") and "KMSMasterKeyId" not in encryption:
                key = table._get_default_encryption_key(table.account_id, table.region_name)  # noqa: SLF001
                encryption = {**encryption, "KMSMasterKeyId": key}
            table.sse_specification = encryption
        return ActionResult(table.describe())

    def update_contributor_insights(self) -> ActionResult:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContributorInsights.html."""
        name, index = self.body["TableName"], self.body.get("IndexName")
        table = _table(self.dynamodb_backend, name, index)
        enable = self.body["ContributorInsightsAction"] == "ENABLE"
        insights = ContributorInsights(
            status="ENABLED" if enable else "DISABLED",
            mode=self.body.get("ContributorInsightsMode", "ACCESSED_AND_THROTTLED_KEYS"),
            last_update=utcnow(),
        )
        _insights(table)[index] = insights
        return ActionResult(
            {
                **insights.describe(table.name, index),
                "ContributorInsightsStatus": "ENABLING" if enable else "DISABLING",
            }
        )

    def describe_contributor_insights(self) -> ActionResult:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContributorInsights.html."""
        name, index = self.body["TableName"], self.body.get("IndexName")
        table = _table(self.dynamodb_backend, name, index)
        insights = _insights(table).get(index)
        if insights is None:
            return ActionResult({"TableName": table.name, "ContributorInsightsStatus": "DISABLED"})
        rules = ["PKC", "PKT", *(["SKC", "SKT"] if table.range_key_attr else [])]
        suffix = f"{table.name}-{index}" if index else table.name
        return ActionResult(
            {
                **insights.describe(table.name, index),
                "ContributorInsightsRuleList": [f"DynamoDBContributorInsights-{r}-{suffix}" for r in rules]
                if insights.status == "ENABLED"
                else [],
                "LastUpdateDateTime": insights.last_update,
            }
        )

    def list_contributor_insights(self) -> ActionResult:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListContributorInsights.html."""
        backend, name = self.dynamodb_backend, self.body.get("TableName")
        tables = [_table(backend, name)] if name else list(backend.tables.values())
        return ActionResult(
            {
                "ContributorInsightsSummaries": [
                    insights.describe(table.name, index)
                    for table in tables
                    for index, insights in _insights(table).items()
                ]
            }
        )
