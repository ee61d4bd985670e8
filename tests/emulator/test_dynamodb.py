from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.dynamodb  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

# One session for all tests: loading the service's model takes longer than any of them.
SESSION = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def dynamodb() -> Iterator[Client]:
    with mock_aws():
        client = SESSION.client("dynamodb", region_name="us-east-1")
        create(client)
        yield client


def create(dynamodb: Client, name: str = "orders", **arguments: Any) -> Any:  # noqa: ANN401
    return dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-date",
                "KeySchema": [{"AttributeName": "sk", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        **arguments,
    )["TableDescription"]


def update(dynamodb: Client, action: str, **arguments: str) -> Any:  # noqa: ANN401
    return dynamodb.update_contributor_insights(TableName="orders", ContributorInsightsAction=action, **arguments)


def status(dynamodb: Client, **arguments: str) -> str:
    insights = dynamodb.describe_contributor_insights(**{"TableName": "orders", **arguments})
    found: str = insights["ContributorInsightsStatus"]
    return found


def describe(dynamodb: Client, name: str = "orders") -> Any:  # noqa: ANN401
    return dynamodb.describe_table(TableName=name)["Table"]


def test_insights_are_disabled_at_first(dynamodb: Client) -> None:
    assert status(dynamodb) == "DISABLED"


def test_insights_are_enabled_and_disabled(dynamodb: Client) -> None:
    assert update(dynamodb, "ENABLE")["ContributorInsightsStatus"] == "ENABLING"
    assert status(dynamodb) == "ENABLED"

    assert update(dynamodb, "DISABLE")["ContributorInsightsStatus"] == "DISABLING"
    assert status(dynamodb) == "DISABLED"


def test_insights_have_rules_a_mode_and_a_date(dynamodb: Client) -> None:
    update(dynamodb, "ENABLE", ContributorInsightsMode="THROTTLED_KEYS")

    insights = dynamodb.describe_contributor_insights(TableName="orders")

    assert insights["ContributorInsightsRuleList"] == [
        "DynamoDBContributorInsights-PKC-orders",
        "DynamoDBContributorInsights-PKT-orders",
    ]
    assert insights["ContributorInsightsMode"] == "THROTTLED_KEYS"
    assert insights["LastUpdateDateTime"]


def test_an_index_has_insights_of_its_own(dynamodb: Client) -> None:
    answer = update(dynamodb, "ENABLE", IndexName="by-date")

    assert answer["IndexName"] == "by-date"
    assert status(dynamodb, IndexName="by-date") == "ENABLED"
    assert status(dynamodb) == "DISABLED"
    assert [
        (summary["TableName"], summary["IndexName"], summary["ContributorInsightsStatus"])
        for summary in dynamodb.list_contributor_insights()["ContributorInsightsSummaries"]
    ] == [("orders", "by-date", "ENABLED")]


@pytest.mark.parametrize("missing", [{"TableName": "nowhere"}, {"TableName": "orders", "IndexName": "nowhere"}])
def test_insights_are_of_a_table_or_an_index_that_exists(dynamodb: Client, missing: dict[str, str]) -> None:
    with pytest.raises(ClientError) as described:
        dynamodb.describe_contributor_insights(**missing)
    with pytest.raises(ClientError) as updated:
        dynamodb.update_contributor_insights(ContributorInsightsAction="ENABLE", **missing)

    codes = {error.value.response["Error"]["Code"] for error in (described, updated)}
    assert codes == {"ResourceNotFoundException"}


def test_a_table_of_the_same_name_starts_without_insights(dynamodb: Client) -> None:
    update(dynamodb, "ENABLE")

    dynamodb.delete_table(TableName="orders")
    create(dynamodb)

    assert status(dynamodb) == "DISABLED"


def test_insights_belong_to_a_region_and_an_account(dynamodb: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    update(dynamodb, "ENABLE")
    elsewhere = SESSION.client("dynamodb", region_name="eu-west-1")
    create(elsewhere)

    assert status(elsewhere) == "DISABLED"
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "111111111111")
    create(dynamodb)
    assert status(dynamodb) == "DISABLED"


def test_a_table_has_the_class_and_the_limits_it_was_created_with(dynamodb: Client) -> None:
    limits = {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50}

    created = create(dynamodb, "locks", TableClass="STANDARD_INFREQUENT_ACCESS", OnDemandThroughput=limits)

    for table in (created, describe(dynamodb, "locks")):
        assert table["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
        assert table["OnDemandThroughput"] == limits
    assert "TableClassSummary" not in describe(dynamodb)
    assert "OnDemandThroughput" not in describe(dynamodb)


def test_the_class_and_the_limits_are_updated_one_by_one(dynamodb: Client) -> None:
    dynamodb.update_table(TableName="orders", OnDemandThroughput={"MaxReadRequestUnits": 7})

    updated = dynamodb.update_table(TableName="orders", TableClass="STANDARD_INFREQUENT_ACCESS")["TableDescription"]

    assert updated["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert updated["OnDemandThroughput"] == {"MaxReadRequestUnits": 7}


def test_the_key_of_a_table_is_updated(dynamodb: Client) -> None:
    assert "SSEDescription" not in describe(dynamodb)

    dynamodb.update_table(TableName="orders", SSESpecification={"Enabled": True, "KMSMasterKeyId": KEY})
    with_key = describe(dynamodb)["SSEDescription"]
    dynamodb.update_table(TableName="orders", SSESpecification={"Enabled": True})
    with_default = describe(dynamodb)["SSEDescription"]
    dynamodb.update_table(TableName="orders", SSESpecification={"Enabled": False})

    assert with_key == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY}
    assert with_default["KMSMasterKeyArn"].startswith("arn:aws:kms:us-east-1:123456789012:key/")
    assert with_default["KMSMasterKeyArn"] != KEY
    assert "SSEDescription" not in describe(dynamodb)
