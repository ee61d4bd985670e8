from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.application_autoscaling  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

# One session for all tests: loading the service's model takes longer than any of them.
SESSION = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")

TARGET = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": "table/orders",
    "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
}
MISSING = "arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/0ec5missing"


@pytest.fixture
def autoscaling() -> Iterator[Client]:
    with mock_aws():
        yield SESSION.client("application-autoscaling", region_name="us-east-1")


def register(autoscaling: Client, **tags: str) -> str:
    arn: str = autoscaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=9, Tags=tags)[
        "ScalableTargetARN"
    ]
    return arn


def tags(autoscaling: Client, arn: str) -> dict[str, str]:
    found: dict[str, str] = autoscaling.list_tags_for_resource(ResourceARN=arn)["Tags"]
    return found


def put_policy(autoscaling: Client, value: float) -> Any:  # noqa: ANN401
    return autoscaling.put_scaling_policy(
        **TARGET,
        PolicyName="reads",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": value,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
        },
    )


def test_a_target_has_the_tags_it_was_registered_with(autoscaling: Client) -> None:
    assert tags(autoscaling, register(autoscaling, Name="orders", Team="web")) == {"Name": "orders", "Team": "web"}


def test_a_target_without_tags_has_none(autoscaling: Client) -> None:
    assert tags(autoscaling, register(autoscaling)) == {}


def test_tags_are_added_replaced_and_removed(autoscaling: Client) -> None:
    arn = register(autoscaling, Name="orders", Team="web")

    autoscaling.tag_resource(ResourceARN=arn, Tags={"Team": "data", "Stage": "prod"})
    autoscaling.untag_resource(ResourceARN=arn, TagKeys=["Name"])

    assert tags(autoscaling, arn) == {"Team": "data", "Stage": "prod"}


def test_registering_again_keeps_the_target_and_its_tags(autoscaling: Client) -> None:
    arn = register(autoscaling, Name="orders")

    again = autoscaling.register_scalable_target(**TARGET, MaxCapacity=20)["ScalableTargetARN"]

    assert again == arn
    assert tags(autoscaling, arn) == {"Name": "orders"}


@pytest.mark.parametrize(
    ("call", "arguments"),
    [("list_tags_for_resource", {}), ("tag_resource", {"Tags": {"a": "b"}}), ("untag_resource", {"TagKeys": ["a"]})],
)
def test_a_target_that_does_not_exist_has_no_tags(autoscaling: Client, call: str, arguments: dict[str, Any]) -> None:
    register(autoscaling)

    with pytest.raises(ClientError) as error:
        getattr(autoscaling, call)(ResourceARN=MISSING, **arguments)

    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_deregistered_target_is_no_longer_there_to_tag(autoscaling: Client) -> None:
    arn = register(autoscaling, Name="orders")

    autoscaling.deregister_scalable_target(**TARGET)

    with pytest.raises(autoscaling.exceptions.ResourceNotFoundException):
        tags(autoscaling, arn)


def test_targets_of_another_region_and_account_are_not_found(
    autoscaling: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = register(autoscaling, Name="orders")
    elsewhere = SESSION.client("application-autoscaling", region_name="eu-west-1")

    with pytest.raises(elsewhere.exceptions.ResourceNotFoundException):
        tags(elsewhere, arn)
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "111111111111")
    with pytest.raises(autoscaling.exceptions.ResourceNotFoundException):
        tags(autoscaling, arn)


def test_an_updated_policy_keeps_its_arn_and_leaves_no_alarm_behind(autoscaling: Client) -> None:
    cloudwatch = SESSION.client("cloudwatch", region_name="us-east-1")
    register(autoscaling)
    created = put_policy(autoscaling, 70)

    updated = put_policy(autoscaling, 60)

    assert updated["PolicyARN"] == created["PolicyARN"]
    [policy] = autoscaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60
    alarms = {alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}
    assert alarms == {alarm["AlarmName"] for alarm in updated["Alarms"]}
    assert alarms.isdisjoint(alarm["AlarmName"] for alarm in created["Alarms"])
