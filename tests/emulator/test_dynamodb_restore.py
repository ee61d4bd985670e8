from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

import emulator.services.dynamodb
import emulator.services.dynamodb_restore  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

AWS = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


@pytest.fixture
def dynamodb() -> Iterator[Client]:
    """A table whose point-in-time recovery is on, with two items."""
    with mock_aws():
        client = AWS.client("dynamodb")
        client.create_table(
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            Tags=[{"Key": "Environment", "Value": "prod"}],
        )
        recovery = {"PointInTimeRecoveryEnabled": True}
        client.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification=recovery)
        for number in range(2):
            client.put_item(TableName="orders", Item={"id": {"S": str(number)}})
        yield client


def restore(dynamodb: Client, **arguments: object) -> dict[str, Any]:
    dynamodb.restore_table_to_point_in_time(SourceTableName="orders", TargetTableName="copy", **arguments)
    table: dict[str, Any] = dynamodb.describe_table(TableName="copy")["Table"]
    return table


def test_a_restored_table_has_the_items_the_keys_and_the_billing_of_its_source(dynamodb: Client) -> None:
    table = restore(dynamodb, UseLatestRestorableTime=True)
    assert dynamodb.scan(TableName="copy", Select="COUNT")["Count"] == 2
    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["RestoreSummary"]["SourceTableArn"].endswith("table/orders")


def test_a_restored_table_has_neither_the_tags_nor_the_recovery_nor_the_expiry_of_its_source(dynamodb: Client) -> None:
    table = restore(dynamodb, UseLatestRestorableTime=True)
    assert dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == []
    backups = dynamodb.describe_continuous_backups(TableName="copy")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    assert dynamodb.describe_time_to_live(TableName="copy")["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"


def test_a_restored_table_is_encrypted_under_the_key_that_is_asked_for(dynamodb: Client) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    override = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    table = restore(dynamodb, UseLatestRestorableTime=True, SSESpecificationOverride=override)
    assert table["SSEDescription"]["KMSMasterKeyArn"] == key


def test_the_latest_time_goes_on_while_recovery_is_on(dynamodb: Client) -> None:
    def latest() -> datetime:
        backups = dynamodb.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
        found: datetime = backups["PointInTimeRecoveryDescription"]["LatestRestorableDateTime"]
        return found

    first = latest()
    assert latest() > first


@pytest.mark.parametrize("beside", [timedelta(days=-1), timedelta(days=1)])
def test_a_time_that_cannot_be_restored_is_refused(dynamodb: Client, beside: timedelta) -> None:
    with pytest.raises(dynamodb.exceptions.InvalidRestoreTimeException):
        restore(dynamodb, RestoreDateTime=datetime.now(UTC) + beside)


def test_a_table_without_point_in_time_recovery_is_not_restored(dynamodb: Client) -> None:
    dynamodb.update_continuous_backups(
        TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    with pytest.raises(dynamodb.exceptions.PointInTimeRecoveryUnavailableException):
        restore(dynamodb, UseLatestRestorableTime=True)
