"""Alarms that can go off: metrics with the dimensions that AWS gives them, and somebody who hears."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.synthesized import Resource, Synthesized

ALERTS = "${data.terraform_remote_state.alerting.outputs.alert_topic_arn}"

# The dimensions that each metric comes with, from the pages linked in the modules that use them.
DIMENSIONS = {
    ("AWS/ApplicationELB", "HealthyHostCount"): {"LoadBalancer", "TargetGroup"},
    ("AWS/ApplicationELB", "UnHealthyHostCount"): {"LoadBalancer", "TargetGroup"},
    ("AWS/ApplicationELB", "TargetResponseTime"): {"LoadBalancer", "TargetGroup"},
    ("AWS/ApplicationELB", "TargetConnectionErrorCount"): {"LoadBalancer", "TargetGroup"},
    ("AWS/ApplicationELB", "*"): {"LoadBalancer"},
    ("AWS/Backup", "*"): {"BackupVaultName"},
    ("AWS/DynamoDB", "SystemErrors"): {"TableName", "Operation"},
    ("AWS/DynamoDB", "SuccessfulRequestLatency"): {"TableName", "Operation"},
    ("AWS/DynamoDB", "*"): {"TableName"},
    ("AWS/ECS", "*"): {"ClusterName", "ServiceName"},
    ("AWS/PrivateLinkEndpoints", "*"): {"VPC Id", "VPC Endpoint Id", "Endpoint Type", "Service Name"},
    ("AWS/RDS", "*"): {"DBClusterIdentifier", "Role"},
    ("AWS/S3", "*"): {"BucketName", "FilterId"},
    ("AWS/SNS", "*"): {"TopicName"},
    ("ECS/ContainerInsights", "*"): {"ClusterName", "ServiceName"},
    ("Environment", "*"): set(),
}
# Metrics that exist only while there is something to count; an alarm on one must not take silence for trouble.
ONLY_WHEN_IT_HAPPENS = re.compile(
    r"HTTPCode_\w+|RejectedConnectionCount|TargetConnectionErrorCount|NumberOf\w+Failed|5xxErrors"
)


def metrics(alarm: Resource) -> Iterator[dict[str, Any]]:
    """The metrics that an alarm looks at, plain or as inputs of an expression."""
    if "metric_name" in alarm.body:
        yield alarm.body
    for query in alarm.get("metric_query", []):
        if "metric" in query:
            yield query["metric"]


def all_alarms(environment: Synthesized) -> list[Resource]:
    """Every metric alarm; there has to be a good number."""
    alarms = environment.resources("aws_cloudwatch_metric_alarm")
    assert len(alarms) > 30
    return alarms


@pytest.mark.requirement("OBS-2")
def test_every_metric_exists_with_exactly_the_dimensions_that_are_asked_for(environment: Synthesized) -> None:
    for alarm in all_alarms(environment):
        for metric in metrics(alarm):
            namespace, name = metric["namespace"], metric["metric_name"]
            expected = DIMENSIONS.get((namespace, name), DIMENSIONS.get((namespace, "*")))
            assert set(metric.get("dimensions", {})) == expected, f"{alarm.address}: {namespace} {name}"


@pytest.mark.requirement("OBS-2", "OBS-1")
def test_every_alarm_tells_somebody_when_it_goes_off_and_when_it_is_over(environment: Synthesized) -> None:
    for alarm in [*all_alarms(environment), environment.one("aws_cloudwatch_composite_alarm")]:
        topic = "${aws_sns_topic.delivery-failures.arn}" if alarm.layer == "alerting" else ALERTS
        assert alarm["alarm_actions"] == alarm["ok_actions"] == [topic], alarm.address


@pytest.mark.requirement("OBS-2")
def test_every_alarm_explains_itself_and_names_its_severity(environment: Synthesized) -> None:
    for alarm in [*all_alarms(environment), environment.one("aws_cloudwatch_composite_alarm")]:
        described = re.fullmatch(r"\[(page|ticket)\] .{20,} Runbook: https://\S+\.md", alarm["alarm_description"])
        assert described, f"{alarm.address}: {alarm['alarm_description']}"
        assert alarm["tags"] == {"Severity": described[1]}, alarm.address


@pytest.mark.requirement("OBS-2")
def test_silence_is_trouble_only_for_metrics_that_are_never_silent(environment: Synthesized) -> None:
    for alarm in all_alarms(environment):
        missing = alarm["treat_missing_data"]
        assert missing in {"breaching", "notBreaching", "ignore"}, f"{alarm.address}: decide what gaps mean"
        names = [metric["metric_name"] for metric in metrics(alarm)]
        if any(ONLY_WHEN_IT_HAPPENS.fullmatch(name) for name in names):
            assert missing == "notBreaching", f"{alarm.address}: {names} are silent while all is well"
        if any(name in {"HealthyHostCount", "EngineUptime"} for name in names):
            assert missing == "breaching", f"{alarm.address}: when {names} goes silent, it is gone"


@pytest.mark.requirement("OBS-2", "ST-2")
def test_alarms_on_dynamodb_fill_gaps_themselves_because_the_service_ignores_the_setting(
    environment: Synthesized,
) -> None:
    for alarm in all_alarms(environment):
        if not any(metric["namespace"] == "AWS/DynamoDB" for metric in metrics(alarm)):
            continue
        (formula,) = [query["expression"] for query in alarm["metric_query"] if "expression" in query]
        inputs = [query["id"] for query in alarm["metric_query"] if "metric" in query]
        for name in inputs:
            assert f"FILL({name}, 0)" in formula, f"{alarm.address}: {name} would hold its last state"


@pytest.mark.requirement("OBS-2")
def test_expressions_are_within_what_cloudwatch_computes(environment: Synthesized) -> None:
    for alarm in all_alarms(environment):
        queries = alarm.get("metric_query", [])
        if not queries:
            continue
        assert len([query for query in queries if "metric" in query]) <= 10, alarm.address
        assert [query.get("return_data", False) for query in queries].count(True) == 1, alarm.address
        ids = [query["id"] for query in queries]
        assert len(set(ids)) == len(ids), alarm.address
        assert all(re.fullmatch(r"[a-z]\w*", query_id) for query_id in ids), alarm.address


@pytest.mark.requirement("OBS-5")
def test_metrics_of_aws_are_looked_at_every_minute_but_not_more_often(environment: Synthesized) -> None:
    for alarm in all_alarms(environment):
        for metric in metrics(alarm):
            period = metric["period"]
            assert period % 60 == 0, f"{alarm.address}: AWS's own metrics come once a minute"


# The failures that visitors notice, and the alarm that has to notice them first.
AVAILABILITY = (
    "no-healthy-targets",
    "one-healthy-target",
    "errors",
    "load-balancer-errors",
    "latency",
    "writer-down",
    "reader-down",
)


@pytest.mark.requirement("OBS-5", "OBS-2")
@pytest.mark.parametrize("name", AVAILABILITY)
def test_what_visitors_notice_is_noticed_within_a_minute(environment: Synthesized, name: str) -> None:
    alarm = environment.one("aws_cloudwatch_metric_alarm", f"alarm-{name}")
    (period,) = {metric["period"] for metric in metrics(alarm)}
    assert period * alarm["datapoints_to_alarm"] <= 60, (
        f"{alarm.address} takes {period * alarm['datapoints_to_alarm']} s"
    )
    assert alarm["tags"]["Severity"] == "page"


@pytest.mark.requirement("OBS-5", "APP-2")
def test_a_dead_task_is_out_of_rotation_within_twenty_seconds(environment: Synthesized) -> None:
    check = environment.one("aws_lb_target_group")["health_check"]
    # It may die right after a check; then so many checks have to fail, each by its timeout.
    seconds = check["interval"] * check["unhealthy_threshold"] + check["timeout"]
    assert seconds <= 20
    assert check["timeout"] < check["interval"]


@pytest.mark.requirement("OBS-2", "DB-1")
def test_the_database_is_watched_by_role_because_instances_swap_roles(environment: Synthesized) -> None:
    roles = {
        metric["dimensions"].get("Role")
        for alarm in all_alarms(environment)
        for metric in metrics(alarm)
        if metric["namespace"] == "AWS/RDS"
    }
    assert roles == {"WRITER", "READER"}
    assert "DBInstanceIdentifier" not in json.dumps([alarm.body for alarm in all_alarms(environment)])


@pytest.mark.requirement("OBS-2", "OBS-3")
def test_what_dimensions_name_exists(environment: Synthesized) -> None:
    """A dimension refers to a resource of the layer, to an output of another, or is the name of one."""
    made = {
        name
        for resource in environment.resources()
        for name in (resource.get("name"), resource.get("bucket"), resource.get("cluster_identifier"))
    } | {"WRITER", "READER", "Interface", "entire-bucket", "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"}
    for alarm in all_alarms(environment):
        for metric in metrics(alarm):
            for key, value in metric.get("dimensions", {}).items():
                assert value.startswith("${aws_") or value in made, f"{alarm.address}: {key} is {value}"
