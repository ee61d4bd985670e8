from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.budgets  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

ACCOUNT = "123456789012"
ARN = f"arn:aws:budgets::{ACCOUNT}:budget/monthly"
MAIL = {"SubscriptionType": "EMAIL", "Address": "team@example.com"}
TOPIC = {"SubscriptionType": "SNS", "Address": "arn:aws:sns:us-east-1:123456789012:costs"}
ACTUAL: Any = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
FORECAST: Any = ACTUAL | {"NotificationType": "FORECASTED", "Threshold": 100.0}
BUDGET: Any = {
    "BudgetName": "monthly",
    "BudgetType": "COST",
    "TimeUnit": "MONTHLY",
    "BudgetLimit": {"Amount": "500", "Unit": "USD"},
}


@pytest.fixture
def budgets() -> Iterator[Client]:
    with mock_aws():
        client = boto3.client("budgets", region_name="us-east-1")
        create(client)
        yield client


def create(client: Client) -> None:
    client.create_budget(
        AccountId=ACCOUNT,
        Budget=BUDGET,
        NotificationsWithSubscribers=[{"Notification": ACTUAL, "Subscribers": [MAIL, TOPIC]}],
        ResourceTags=[{"Key": "Environment", "Value": "dev"}],
    )


def subscribers(budgets: Client, notification: Any = ACTUAL) -> list[Any]:  # noqa: ANN401
    found: list[Any] = budgets.describe_subscribers_for_notification(
        AccountId=ACCOUNT, BudgetName="monthly", Notification=notification
    )["Subscribers"]
    return found


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def test_a_notification_has_the_subscribers_it_was_created_with(budgets: Client) -> None:
    assert subscribers(budgets) == [MAIL, TOPIC]
    assert budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName="monthly")["Notifications"] == [
        ACTUAL | {"ThresholdType": "PERCENTAGE", "NotificationState": "OK"}
    ]


def test_the_threshold_type_tells_notifications_apart_and_its_default_does_not(
    budgets: Client,
) -> None:
    assert subscribers(budgets, ACTUAL | {"ThresholdType": "PERCENTAGE"}) == [MAIL, TOPIC]
    with pytest.raises(ClientError) as missing:
        subscribers(budgets, ACTUAL | {"ThresholdType": "ABSOLUTE_VALUE"})
    assert code(missing) == "NotFoundException"


def test_subscribers_come_and_go(budgets: Client) -> None:
    one: Any = {"AccountId": ACCOUNT, "BudgetName": "monthly", "Notification": ACTUAL}
    other: Any = {"SubscriptionType": "EMAIL", "Address": "other@example.com"}
    third: Any = {"SubscriptionType": "EMAIL", "Address": "third@example.com"}
    budgets.create_subscriber(**one, Subscriber=other)
    budgets.update_subscriber(**one, OldSubscriber=other, NewSubscriber=third)
    budgets.delete_subscriber(**one, Subscriber=MAIL)
    assert subscribers(budgets) == [TOPIC, third]
    with pytest.raises(ClientError) as duplicate:
        budgets.create_subscriber(**one, Subscriber=third)
    assert code(duplicate) == "DuplicateRecordException"
    with pytest.raises(ClientError) as missing:
        budgets.delete_subscriber(**one, Subscriber=MAIL)
    assert code(missing) == "NotFoundException"


def test_a_notification_changes_and_keeps_its_subscribers(budgets: Client) -> None:
    budgets.update_notification(
        AccountId=ACCOUNT, BudgetName="monthly", OldNotification=ACTUAL, NewNotification=FORECAST
    )
    assert subscribers(budgets, FORECAST) == [MAIL, TOPIC]
    with pytest.raises(ClientError) as missing:
        subscribers(budgets, ACTUAL)
    assert code(missing) == "NotFoundException"


def test_a_second_notification_of_the_same_identity_is_refused(budgets: Client) -> None:
    with pytest.raises(ClientError) as duplicate:
        budgets.create_notification(
            AccountId=ACCOUNT,
            BudgetName="monthly",
            Notification=ACTUAL,
            Subscribers=[TOPIC],
        )
    assert code(duplicate) == "DuplicateRecordException"


def test_a_notification_is_deleted_by_what_it_says(budgets: Client) -> None:
    budgets.delete_notification(
        AccountId=ACCOUNT,
        BudgetName="monthly",
        Notification=ACTUAL | {"ThresholdType": "PERCENTAGE", "NotificationState": "OK"},
    )
    described = budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName="monthly")
    assert described["Notifications"] == []


def test_an_update_replaces_the_budget_and_keeps_its_notifications(budgets: Client) -> None:
    before = budgets.describe_budget(AccountId=ACCOUNT, BudgetName="monthly")["Budget"]
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=BUDGET | {"BudgetLimit": {"Amount": "900", "Unit": "USD"}})
    after = budgets.describe_budget(AccountId=ACCOUNT, BudgetName="monthly")["Budget"]
    assert after["BudgetLimit"] == {"Amount": "900", "Unit": "USD"}
    assert after["TimePeriod"] == before["TimePeriod"]
    assert subscribers(budgets) == [MAIL, TOPIC]


def test_tags_of_a_budget(budgets: Client) -> None:
    budgets.tag_resource(ResourceARN=ARN, ResourceTags=[{"Key": "Owner", "Value": "platform"}])
    budgets.untag_resource(ResourceARN=ARN, ResourceTagKeys=["Environment"])
    assert budgets.list_tags_for_resource(ResourceARN=ARN)["ResourceTags"] == [{"Key": "Owner", "Value": "platform"}]


def test_a_budget_takes_its_tags_with_it(budgets: Client) -> None:
    budgets.tag_resource(ResourceARN=ARN, ResourceTags=[{"Key": "Owner", "Value": "platform"}])
    budgets.delete_budget(AccountId=ACCOUNT, BudgetName="monthly")
    with pytest.raises(ClientError) as missing:
        budgets.list_tags_for_resource(ResourceARN=ARN)
    assert code(missing) == "NotFoundException"
    create(budgets)
    assert budgets.list_tags_for_resource(ResourceARN=ARN)["ResourceTags"] == [{"Key": "Environment", "Value": "dev"}]


def test_updating_a_missing_budget_is_an_error(budgets: Client) -> None:
    with pytest.raises(ClientError) as missing:
        budgets.update_budget(AccountId=ACCOUNT, NewBudget=BUDGET | {"BudgetName": "yearly"})
    assert code(missing) == "NotFoundException"
