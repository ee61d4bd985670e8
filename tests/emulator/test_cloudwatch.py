from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.cloudwatch  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

# One session for all tests: loading the service's model takes longer than any of them.
SESSION = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
MISSING = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:missing"
METRIC: Any = {
    "Namespace": "AWS/ECS",
    "MetricName": "CPUUtilization",
    "Period": 60,
    "EvaluationPeriods": 3,
    "Threshold": 80.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
RULE = 'ALARM(cpu) AND (OK("memory high") OR INSUFFICIENT_DATA(arn:aws:cloudwatch:us-east-1:123456789012:alarm:disk))'


@pytest.fixture
def cloudwatch() -> Iterator[Client]:
    with mock_aws():
        client = SESSION.client("cloudwatch", region_name="us-east-1")
        for name in ("cpu", "memory high", "disk"):
            client.put_metric_alarm(AlarmName=name, Statistic="Average", **METRIC)
        yield client


def put(cloudwatch: Client, name: str = "degraded", rule: str = RULE, **arguments: Any) -> str:  # noqa: ANN401
    cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=rule, **arguments)
    return f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"


def composites(cloudwatch: Client, **arguments: Any) -> list[Any]:  # noqa: ANN401
    found: list[Any] = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"], **arguments)["CompositeAlarms"]
    return found


def tags(cloudwatch: Client, arn: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]}


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def test_a_composite_alarm_is_described_as_it_was_put(cloudwatch: Client) -> None:
    arguments: dict[str, Any] = {
        "AlarmDescription": "Degraded",
        "ActionsEnabled": False,
        "AlarmActions": [TOPIC],
        "OKActions": [TOPIC],
        "InsufficientDataActions": [TOPIC],
        "ActionsSuppressor": "disk",
        "ActionsSuppressorWaitPeriod": 120,
        "ActionsSuppressorExtensionPeriod": 60,
    }

    arn = put(cloudwatch, **arguments)

    [alarm] = composites(cloudwatch)
    expected = {"AlarmName": "degraded", "AlarmArn": arn, "AlarmRule": RULE, **arguments}
    assert {name: alarm.get(name) for name in expected} == expected


def test_an_alarm_put_again_is_replaced_and_keeps_its_tags(cloudwatch: Client) -> None:
    arn = put(cloudwatch, Tags=[{"Key": "Team", "Value": "web"}], AlarmDescription="first")

    put(cloudwatch, rule="ALARM(cpu)", Tags=[{"Key": "Ignored", "Value": "x"}])

    [alarm] = composites(cloudwatch)
    assert alarm["AlarmRule"] == "ALARM(cpu)"
    assert not alarm.get("AlarmDescription")
    assert tags(cloudwatch, arn) == {"Team": "web"}


def test_alarms_are_described_by_type_and_composite_ones_only_if_asked_for(cloudwatch: Client) -> None:
    put(cloudwatch)

    default = cloudwatch.describe_alarms()
    both = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm", "MetricAlarm"], AlarmNames=["degraded", "cpu"])

    assert {alarm["AlarmName"] for alarm in default["MetricAlarms"]} == {"cpu", "memory high", "disk"}
    assert not default.get("CompositeAlarms")
    assert [alarm["AlarmName"] for alarm in both["MetricAlarms"]] == ["cpu"]
    assert [alarm["AlarmName"] for alarm in both["CompositeAlarms"]] == ["degraded"]
    assert composites(cloudwatch, AlarmNamePrefix="other") == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"rule": "ALARM(cpu) OR ALARM(nowhere)"},
        {"rule": 'NOT OK("nowhere")'},
        {"rule": "ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:nowhere)"},
        {
            "rule": "ALARM(cpu)",
            "ActionsSuppressor": "nowhere",
            "ActionsSuppressorWaitPeriod": 60,
            "ActionsSuppressorExtensionPeriod": 60,
        },
    ],
)
def test_a_composite_alarm_is_of_alarms_that_exist(cloudwatch: Client, arguments: dict[str, str]) -> None:
    with pytest.raises(ClientError, match=r"alarms \[nowhere\]") as error:
        put(cloudwatch, **arguments)

    assert code(error) == "ValidationError"
    assert composites(cloudwatch) == []


def test_a_composite_alarm_may_be_of_composite_alarms(cloudwatch: Client) -> None:
    put(cloudwatch)

    put(cloudwatch, "worse", "ALARM(degraded)")

    assert [alarm["AlarmName"] for alarm in composites(cloudwatch)] == ["degraded", "worse"]


def test_an_alarm_is_tagged_and_untagged(cloudwatch: Client) -> None:
    arn = put(cloudwatch, Tags=[{"Key": "Team", "Value": "web"}])

    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "Stage", "Value": "prod"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["Team"])

    assert tags(cloudwatch, arn) == {"Stage": "prod"}


def test_an_alarm_created_without_tags_can_be_untagged(cloudwatch: Client) -> None:
    arn = put(cloudwatch)

    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["Team"])

    assert tags(cloudwatch, arn) == {}


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("list_tags_for_resource", {}),
        ("tag_resource", {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("untag_resource", {"TagKeys": ["a"]}),
    ],
)
def test_an_alarm_that_does_not_exist_has_no_tags(cloudwatch: Client, call: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as error:
        getattr(cloudwatch, call)(ResourceARN=MISSING, **arguments)

    assert code(error) == "ResourceNotFoundException"


def test_a_deleted_alarm_takes_its_tags_along(cloudwatch: Client) -> None:
    put(cloudwatch, Tags=[{"Key": "Team", "Value": "web"}])

    cloudwatch.delete_alarms(AlarmNames=["degraded"])

    assert composites(cloudwatch) == []
    assert tags(cloudwatch, put(cloudwatch)) == {}


def test_composite_alarms_are_deleted_one_at_a_time(cloudwatch: Client) -> None:
    put(cloudwatch)
    put(cloudwatch, "worse", "ALARM(degraded)")

    with pytest.raises(ClientError) as error:
        cloudwatch.delete_alarms(AlarmNames=["worse", "degraded"])

    assert code(error) == "ValidationError"
    assert len(composites(cloudwatch)) == 2


@pytest.mark.parametrize(
    "periods",
    [{}, {"ActionsSuppressorWaitPeriod": 60}, {"ActionsSuppressorExtensionPeriod": 60}],
)
def test_a_suppressor_takes_both_of_its_periods(cloudwatch: Client, periods: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="are required with ActionsSuppressor") as error:
        put(cloudwatch, rule="ALARM(cpu)", ActionsSuppressor="disk", **periods)

    assert code(error) == "ValidationError"
    assert composites(cloudwatch) == []


@pytest.mark.parametrize("name", ["cpu", "memory high", "disk"])
def test_an_alarm_that_a_composite_one_depends_on_cannot_be_deleted(cloudwatch: Client, name: str) -> None:
    put(cloudwatch)

    with pytest.raises(ClientError, match=rf"\[{name}\]: composite alarms depend on them"):
        cloudwatch.delete_alarms(AlarmNames=[name])

    cloudwatch.delete_alarms(AlarmNames=["degraded"])
    cloudwatch.delete_alarms(AlarmNames=[name])
    assert name not in {alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}


def test_alarms_belong_to_a_region_and_an_account(cloudwatch: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    put(cloudwatch)

    assert composites(SESSION.client("cloudwatch", region_name="eu-west-1")) == []
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "111111111111")
    assert composites(cloudwatch) == []


@pytest.mark.parametrize("statistic", ["p99", "p99.9", "tm90", "TM(10%:90%)", "wm98", "PR(:300)", "IQM", "tc99.5"])
def test_an_alarm_may_be_on_any_extended_statistic(cloudwatch: Client, statistic: str) -> None:
    cloudwatch.put_metric_alarm(AlarmName="latency", ExtendedStatistic=statistic, **METRIC)

    [alarm] = cloudwatch.describe_alarms(AlarmNames=["latency"])["MetricAlarms"]
    assert alarm["ExtendedStatistic"] == statistic


@pytest.mark.parametrize("statistic", ["Average", "99", "p", "tm90x", "XX(1:2)"])
def test_an_extended_statistic_that_is_none_is_refused(cloudwatch: Client, statistic: str) -> None:
    with pytest.raises(ClientError) as error:
        cloudwatch.put_metric_alarm(AlarmName="latency", ExtendedStatistic=statistic, **METRIC)

    assert code(error) == "InvalidParameterValue"


def test_a_query_of_an_alarm_keeps_its_account(cloudwatch: Client) -> None:
    stat = {"Metric": {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization"}, "Period": 60, "Stat": "Sum"}
    queries = [
        {"Id": "rate", "Expression": "100*m1/m2", "Label": "Rate", "ReturnData": True},
        {"Id": "m1", "MetricStat": stat, "ReturnData": False, "AccountId": "111111111111"},
        {"Id": "m2", "MetricStat": stat, "ReturnData": False},
    ]

    cloudwatch.put_metric_alarm(
        AlarmName="rate",
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Metrics=queries,
    )

    [alarm] = cloudwatch.describe_alarms(AlarmNames=["rate"])["MetricAlarms"]
    assert [query.get("AccountId") for query in alarm["Metrics"]] == [None, "111111111111", None]
    assert [query["Id"] for query in alarm["Metrics"]] == ["rate", "m1", "m2"]
