from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.ce  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

SERVICES: Any = {"MonitorName": "services", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
TAGGED: Any = {
    "MonitorName": "tagged",
    "MonitorType": "CUSTOM",
    "MonitorSpecification": {"Tags": {"Key": "Environment", "Values": ["dev"]}},
}
TAGS: Any = [{"Key": "Environment", "Value": "dev"}]
MISSING = "arn:aws:ce::123456789012:anomalymonitor/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def ce() -> Iterator[Client]:
    with mock_aws():
        yield boto3.client("ce", region_name="us-east-1")


def subscribe(ce: Client, name: str, monitors: list[str]) -> str:
    arn: str = ce.create_anomaly_subscription(
        AnomalySubscription={
            "SubscriptionName": name,
            "Frequency": "DAILY",
            "MonitorArnList": monitors,
            "Subscribers": [{"Type": "EMAIL", "Address": "team@example.com"}],
        },
        ResourceTags=TAGS,
    )["SubscriptionArn"]
    return arn


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def test_a_monitor_is_created_renamed_and_deleted(ce: Client) -> None:
    arn = ce.create_anomaly_monitor(AnomalyMonitor=SERVICES, ResourceTags=TAGS)["MonitorArn"]
    ce.update_anomaly_monitor(MonitorArn=arn, MonitorName="renamed")
    (monitor,) = ce.get_anomaly_monitors(MonitorArnList=[arn])["AnomalyMonitors"]
    assert (monitor["MonitorArn"], monitor["MonitorName"]) == (arn, "renamed")
    assert monitor.get("MonitorDimension") == "SERVICE"
    assert ce.list_tags_for_resource(ResourceArn=arn)["ResourceTags"] == TAGS
    ce.delete_anomaly_monitor(MonitorArn=arn)
    assert ce.get_anomaly_monitors()["AnomalyMonitors"] == []
    with pytest.raises(ClientError) as missing:
        ce.get_anomaly_monitors(MonitorArnList=[arn])
    assert code(missing) == "UnknownMonitorException"


def test_an_account_has_one_monitor_of_a_dimension(ce: Client) -> None:
    ce.create_anomaly_monitor(AnomalyMonitor=TAGGED)
    ce.create_anomaly_monitor(AnomalyMonitor=SERVICES)
    ce.create_anomaly_monitor(AnomalyMonitor=TAGGED)
    with pytest.raises(ClientError, match="Limit exceeded on dimensional spend monitor creation") as second:
        ce.create_anomaly_monitor(AnomalyMonitor=SERVICES)
    assert code(second) == "ValidationException"


@pytest.mark.parametrize("call", ["update_anomaly_monitor", "delete_anomaly_monitor"])
def test_a_missing_monitor(ce: Client, call: str) -> None:
    with pytest.raises(ClientError) as missing:
        getattr(ce, call)(MonitorArn=MISSING)
    assert code(missing) == "UnknownMonitorException"


def test_a_subscription_is_created_changed_and_deleted(ce: Client) -> None:
    monitor = ce.create_anomaly_monitor(AnomalyMonitor=SERVICES)["MonitorArn"]
    arn = subscribe(ce, "daily", [monitor])
    threshold: Any = {
        "Dimensions": {
            "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
            "Values": ["100"],
        }
    }
    ce.update_anomaly_subscription(SubscriptionArn=arn, Frequency="WEEKLY", ThresholdExpression=threshold)
    (found,) = ce.get_anomaly_subscriptions(SubscriptionArnList=[arn])["AnomalySubscriptions"]
    assert found == {
        "SubscriptionArn": arn,
        "AccountId": "123456789012",
        "SubscriptionName": "daily",
        "Frequency": "WEEKLY",
        "MonitorArnList": [monitor],
        "ThresholdExpression": threshold,
        "Subscribers": [{"Type": "EMAIL", "Address": "team@example.com", "Status": "CONFIRMED"}],
    }
    assert ce.list_tags_for_resource(ResourceArn=arn)["ResourceTags"] == TAGS
    ce.delete_anomaly_subscription(SubscriptionArn=arn)
    with pytest.raises(ClientError) as missing:
        ce.get_anomaly_subscriptions(SubscriptionArnList=[arn])
    assert code(missing) == "UnknownSubscriptionException"


def test_subscriptions_are_found_by_monitor(ce: Client) -> None:
    first = ce.create_anomaly_monitor(AnomalyMonitor=SERVICES)["MonitorArn"]
    second = ce.create_anomaly_monitor(AnomalyMonitor=TAGGED)["MonitorArn"]
    subscribe(ce, "first", [first])
    both = subscribe(ce, "both", [first, second])
    found = ce.get_anomaly_subscriptions(MonitorArn=second)["AnomalySubscriptions"]
    assert [s.get("SubscriptionArn") for s in found] == [both]
    assert len(ce.get_anomaly_subscriptions()["AnomalySubscriptions"]) == 2


def test_a_subscription_needs_monitors_that_exist(ce: Client) -> None:
    with pytest.raises(ClientError) as missing:
        subscribe(ce, "daily", [MISSING])
    assert code(missing) == "UnknownMonitorException"
