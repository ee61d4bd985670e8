"""What alarms and dashboards look at can be seen: each lookup is in the catalogue, and each way to miss it is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ops.audit.configuration import Configuration
from ops.detection.catalogue import Catalogue, read_catalogue
from ops.detection.lookups import alarms, widget_lookups, widgets
from ops.detection.metrics import disagreements
from tests.audit.changed import with_resource, without_resource

ALARM, DASHBOARD = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_dashboard"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue()


def queries(configuration: Configuration, layer: str, name: str) -> list[dict[str, Any]]:
    """A copy of an alarm's queries."""
    copy: list[dict[str, Any]] = json.loads(json.dumps(configuration.one(ALARM, name, layer=layer)["metric_query"]))
    return copy


def redrawn(configuration: Configuration, name: str, change: Callable[[list[dict[str, Any]]], None]) -> Configuration:
    """With the widgets of a dashboard changed."""
    body = json.loads(configuration.one(DASHBOARD, name)["dashboard_body"])
    change(body["widgets"])
    return with_resource(configuration, "monitoring", DASHBOARD, name, dashboard_body=json.dumps(body))


@pytest.mark.requirement("OBS-2", "OBS-3")
def test_every_metric_that_is_looked_at_exists_as_it_is_looked_at(
    configuration: Configuration, other: Configuration, catalogue: Catalogue
) -> None:
    for environment in (configuration, other):
        assert len(alarms(environment)) > 30
        assert len([lookup for place in widgets(environment) for lookup in widget_lookups(*place)]) > 50
        assert disagreements(environment, catalogue) == []


def test_every_dimension_of_the_catalogue_says_what_it_may_name(
    configuration: Configuration, catalogue: Catalogue
) -> None:
    used = {name for entry in catalogue.entries for names in entry.dimensions for name in names}
    assert used <= catalogue.dimensions.keys()
    for name, dimension in catalogue.dimensions.items():
        assert dimension.values(configuration), f"nothing in the layers is a {name}"


def test_an_entry_is_written_once(catalogue: Catalogue) -> None:
    names = [(entry.namespace, entry.name) for entry in catalogue.entries]
    assert len(set(names)) == len(names)


# What is changed of which alarm, and what is said of it.
WRONG: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "a metric that nobody publishes": (
        "compute",
        "alarm-latency",
        {"metric_name": "ResponseTime"},
        "AWS/ApplicationELB ResponseTime is not in the catalogue",
    ),
    "a dimension that is missing": (
        "compute",
        "alarm-no-healthy-targets",
        {"dimensions": {"TargetGroup": "${aws_lb_target_group.target-group.arn_suffix}"}},
        "HealthyHostCount does not exist by TargetGroup; it does by LoadBalancer, TargetGroup or by",
    ),
    "a dimension that is spelt wrong": (
        "alerting",
        "alarm-alert-delivery",
        {"dimensions": {"Topic": "sns-alerts-local"}},
        "NumberOfNotificationsFailed does not exist by Topic; it does by TopicName",
    ),
    "a value that is nothing here": (
        "backup",
        "alarm-backup-failed",
        {"dimensions": {"BackupVaultName": "backup-vault-of-somebody-else"}},
        "BackupVaultName is backup-vault-of-somebody-else, which is nothing in the layers",
    ),
    "the value of another dimension": (
        "compute",
        "alarm-latency",
        {
            "dimensions": {
                "LoadBalancer": "${aws_lb_target_group.target-group.arn_suffix}",
                "TargetGroup": "${aws_lb_target_group.target-group.arn_suffix}",
            }
        },
        "LoadBalancer is arn_suffix-",
    ),
    "a statistic that says nothing": (
        "compute",
        "alarm-no-healthy-targets",
        {"statistic": "Sum"},
        "Sum of it says nothing; one of Average, Maximum, Minimum does",
    ),
    "a period that is shorter than the metric's": (
        "database",
        "alarm-writer-down",
        {"period": 30},
        "EngineUptime is published every 60 s, so 30 s are no period of it",
    ),
    "a period of a daily metric": (
        "storage",
        "alarm-data-bucket-failing",
        {
            "metric_name": "BucketSizeBytes",
            "statistic": "Average",
            "dimensions": {"BucketName": "${aws_s3_bucket.data.bucket}", "StorageType": "StandardStorage"},
        },
        "BucketSizeBytes is published every 86400 s, so 60 s are no period of it",
    ),
    "gaps that are left open": (
        "compute",
        "alarm-latency",
        {"treat_missing_data": None},
        "alarm-latency leaves open what missing data means",
    ),
    "silence that is taken for health": (
        "database",
        "alarm-writer-down",
        {"treat_missing_data": "notBreaching"},
        "EngineUptime goes silent when what it counts is gone; missing data has to be breaching",
    ),
    "silence that is taken for trouble": (
        "compute",
        "alarm-load-balancer-errors",
        {"treat_missing_data": "breaching"},
        "HTTPCode_ELB_5XX_Count is silent while all is well; missing data must not be breaching",
    ),
    "a count that is never zero": (
        "backup",
        "alarm-backup-missing",
        {"treat_missing_data": "notBreaching"},
        "NumberOfBackupJobsCompleted is never reported as zero; missing data has to be breaching",
    ),
    "idleness that is taken for trouble": (
        "compute",
        "alarm-latency",
        {"treat_missing_data": "breaching"},
        "TargetResponseTime is silent while nothing is used; missing data must not be breaching",
    ),
    "more than CloudWatch looks back": (
        "backup",
        "alarm-backup-missing",
        {"evaluation_periods": 8, "datapoints_to_alarm": 8},
        "alarm-backup-missing looks back 691200 s, longer than CloudWatch does",
    ),
}


@pytest.mark.requirement("OBS-2")
@pytest.mark.parametrize("mistake", WRONG)
def test_an_alarm_that_could_not_go_off_is_named(
    configuration: Configuration, catalogue: Catalogue, mistake: str
) -> None:
    layer, name, attributes, said = WRONG[mistake]
    found = disagreements(with_resource(configuration, layer, ALARM, name, **attributes), catalogue)
    assert len(found) == 1, found
    assert found[0].startswith(f"{layer}: {ALARM}.{name}")
    assert said in found[0]


@pytest.mark.requirement("OBS-2", "ST-2")
def test_an_alarm_on_dynamodb_that_does_not_fill_its_gaps_is_named(
    configuration: Configuration, catalogue: Catalogue
) -> None:
    unfilled = queries(configuration, "storage", "alarm-sessions-throttled")
    (watched,) = [query for query in unfilled if "expression" in query]
    watched["expression"] = "FILL(reads, 0) + writes"
    found = disagreements(
        with_resource(configuration, "storage", ALARM, "alarm-sessions-throttled", metric_query=unfilled), catalogue
    )
    assert any("WriteThrottleEvents keeps its last state while data is missing" in line for line in found)
    assert not any("ReadThrottleEvents" in line for line in found)


@pytest.mark.requirement("OBS-2", "ST-2")
def test_errors_of_a_table_without_their_operation_are_named(
    configuration: Configuration, catalogue: Catalogue
) -> None:
    changed = queries(configuration, "storage", "alarm-sessions-failing")
    del changed[0]["metric"]["dimensions"]["Operation"]
    (found,) = disagreements(
        with_resource(configuration, "storage", ALARM, "alarm-sessions-failing", metric_query=changed), catalogue
    )
    assert "SystemErrors does not exist by TableName; it does by Operation, TableName" in found


@pytest.mark.requirement("OBS-2")
def test_an_expression_that_is_silent_with_one_of_its_inputs_is_named(
    configuration: Configuration, catalogue: Catalogue
) -> None:
    changed = queries(configuration, "compute", "alarm-errors")
    (watched,) = [query for query in changed if "expression" in query]
    watched["expression"] = watched["expression"].replace("FILL(balancer, 0)", "balancer")
    (found,) = disagreements(
        with_resource(configuration, "compute", ALARM, "alarm-errors", metric_query=changed), catalogue
    )
    assert "HTTPCode_ELB_5XX_Count is silent while all is well, and so is the whole expression" in found


@pytest.mark.requirement("OBS-2")
def test_an_expression_of_eleven_metrics_or_of_two_periods_is_named(
    configuration: Configuration, catalogue: Catalogue
) -> None:
    changed = queries(configuration, "storage", "alarm-sessions-failing")
    inputs = [query for query in changed if "metric" in query]
    many = [json.loads(json.dumps(query)) | {"id": f"again{n}"} for n, query in enumerate(inputs * 2)]
    many[0]["metric"]["period"] = 120
    (watched,) = [query for query in changed if "expression" in query]
    watched["expression"] += "".join(f" + FILL({query['id']}, 0)" for query in many)
    found = disagreements(
        with_resource(configuration, "storage", ALARM, "alarm-sessions-failing", metric_query=[*changed, *many]),
        catalogue,
    )
    assert [line.split(" ", 2)[2] for line in found] == [
        "has 15 metrics; an expression takes 10 at most",
        "mixes periods, of which CloudWatch takes but one",
    ]


@pytest.mark.requirement("OBS-2")
def test_an_alarm_on_lines_that_nobody_counts_is_named(configuration: Configuration, catalogue: Catalogue) -> None:
    uncounted = without_resource(
        configuration, "monitoring", "aws_cloudwatch_log_metric_filter", "log-metric-ServiceErrors"
    )
    found = disagreements(uncounted, catalogue)
    assert any(f"{ALARM}.alarm-service-errors: Environment ServiceErrors-local is not" in line for line in found)


@pytest.mark.requirement("OBS-3")
def test_a_graph_of_a_metric_that_does_not_exist_is_named(configuration: Configuration, catalogue: Catalogue) -> None:
    def misname(placed: list[dict[str, Any]]) -> None:
        widget = next(one for one in placed if one["type"] == "metric")
        widget["properties"]["title"] = "Misnamed"
        widget["properties"]["metrics"][0][1] = "Requests"

    found = disagreements(redrawn(configuration, "dashboard-application", misname), catalogue)
    assert [line.split(", ", 1)[1].split(" is not")[0] for line in found] == ["Misnamed: AWS/ApplicationELB Requests"]


@pytest.mark.requirement("OBS-3")
def test_a_state_of_an_alarm_that_does_not_exist_is_named(configuration: Configuration, catalogue: Catalogue) -> None:
    gone = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:alarm-gone"

    def show_another(placed: list[dict[str, Any]]) -> None:
        next(one for one in placed if one["type"] == "alarm")["properties"]["alarms"].append(gone)

    (found,) = disagreements(redrawn(configuration, "dashboard-overview", show_another), catalogue)
    assert found.endswith(f"shows {gone}, which is no alarm")
