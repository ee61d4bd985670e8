"""Slower detection, fewer backups and shorter retention: what each rule says and leaves alone, one by one."""

from typing import Any

import pytest

from ops.review.risks.assess import RULES
from ops.review.risks.frequency import firings_a_week
from tests.review.plans import Placed
from tests.review.risky import judged, made

Values = dict[str, Any]
PAGE = {"tags": {"Severity": "page"}}
ALARM = {"metric_name": "CPU", "period": 60, "evaluation_periods": 3, "datapoints_to_alarm": 2}
ABOVE = {**ALARM, "comparison_operator": "GreaterThanThreshold", "threshold": 10}
BELOW = {**ALARM, "comparison_operator": "LessThanThreshold", "threshold": 10}
QUERY = {"metric_query": [{"metric": []}, {"metric": [{"period": 60, "metric_name": "CPU"}]}], "evaluation_periods": 1}
SLOW_QUERY = {**QUERY, "metric_query": [{"metric": []}, {"metric": [{"period": 300, "metric_name": "CPU"}]}]}
CHECK = {"interval": 5, "unhealthy_threshold": 2, "path": "/healthz", "matcher": "200"}
DAILY = {"rule_name": "daily", "schedule": "cron(0 5 * * ? *)", "lifecycle": [{"delete_after": 7}]}
METRIC, COMPOSITE = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"
LIFECYCLE = "aws_s3_bucket_lifecycle_configuration"


def expiring(current: int | None = None, noncurrent: int | None = None) -> Values:
    rule: Values = {"id": "clean-up", "status": "Enabled"}
    rule["expiration"] = [{"days": current}] if current else []
    rule["noncurrent_version_expiration"] = [{"noncurrent_days": noncurrent}] if noncurrent else []
    return {"rule": [rule]}


def plan_of(**changed: Any) -> Values:  # noqa: ANN401 - any JSON
    return {"rule": [{**DAILY, **changed}]}


# A type, its values before and after, and what is said of it: a rule with its weight, or nothing.
CHANGED: list[tuple[str, Values | None, Values | None, str]] = [
    (METRIC, ALARM, None, "alarm-lost MEDIUM"),
    (METRIC, {**ALARM, **PAGE}, None, "alarm-lost HIGH"),
    (METRIC, None, ALARM, ""),
    (METRIC, {"actions_enabled": True}, {"actions_enabled": False}, "alarm-silenced MEDIUM"),
    (METRIC, {**PAGE, "alarm_actions": ["a", "b"]}, {**PAGE, "alarm_actions": ["a"]}, "alarm-silenced HIGH"),
    (METRIC, {"alarm_actions": ["a"]}, {"alarm_actions": ["a", "b"]}, ""),
    (METRIC, ABOVE, {**ABOVE, "threshold": 20}, "alarm-looser LOW"),
    (METRIC, {**ABOVE, **PAGE}, {**ABOVE, **PAGE, "threshold": 20}, "alarm-looser MEDIUM"),
    (METRIC, ABOVE, {**ABOVE, "threshold": 5}, ""),
    (METRIC, BELOW, {**BELOW, "threshold": 5}, "alarm-looser LOW"),
    (METRIC, BELOW, {**BELOW, "threshold": 20}, ""),
    (METRIC, ALARM, {**ALARM, "period": 300}, "alarm-slower LOW"),
    (METRIC, {**ALARM, **PAGE}, {**ALARM, **PAGE, "datapoints_to_alarm": 3}, "alarm-slower MEDIUM"),
    (METRIC, QUERY, SLOW_QUERY, "alarm-slower LOW"),
    (METRIC, SLOW_QUERY, QUERY, ""),
    (METRIC, ALARM, {**ALARM, "period": 10}, ""),
    (METRIC, {"treat_missing_data": "breaching"}, {"treat_missing_data": "missing"}, "silence-is-fine LOW"),
    (METRIC, {"treat_missing_data": "missing"}, {"treat_missing_data": "breaching"}, ""),
    (METRIC, ALARM, {**ALARM, "metric_name": "Memory"}, "alarm-watches-other LOW"),
    (METRIC, ALARM, {**ALARM, "alarm_description": "words"}, ""),
    (COMPOSITE, {"alarm_rule": "ALARM(a) OR ALARM(b)"}, {"alarm_rule": "ALARM(b)"}, "fewer-alarms MEDIUM"),
    (COMPOSITE, {"alarm_rule": "ALARM(b)"}, {"alarm_rule": "ALARM(a) OR ALARM(b)"}, ""),
    ("aws_cloudwatch_event_rule", {"name": "event"}, None, "event-lost MEDIUM"),
    ("aws_cloudwatch_event_rule", {"state": "ENABLED"}, {"state": "DISABLED"}, "event-lost MEDIUM"),
    ("aws_cloudwatch_event_rule", {"state": "DISABLED"}, {"state": "ENABLED"}, ""),
    ("aws_sns_topic_subscription", {"endpoint": "a@example.com"}, None, "receiver-lost MEDIUM"),
    ("aws_sns_topic_subscription", None, {"endpoint": "a@example.com"}, ""),
    ("aws_sns_topic", {"name": "alerts", "kms_master_key_id": "key"}, None, "topic-lost HIGH"),
    (
        "aws_lb_target_group",
        {"health_check": [CHECK]},
        {"health_check": [{**CHECK, "interval": 30}]},
        "health-check-slower MEDIUM",
    ),
    ("aws_lb_target_group", {"health_check": [{**CHECK, "interval": 30}]}, {"health_check": [CHECK]}, ""),
    (
        "aws_lb_target_group",
        {"health_check": [CHECK]},
        {"health_check": [{**CHECK, "path": "/"}]},
        "health-check-changed LOW",
    ),
    ("aws_flow_log", {"traffic_type": "ALL"}, None, "log-source-lost MEDIUM"),
    ("aws_flow_log", {"traffic_type": "ALL"}, {"traffic_type": "REJECT"}, "log-source-lost MEDIUM"),
    ("aws_flow_log", {"traffic_type": "REJECT"}, {"traffic_type": "ALL"}, ""),
    ("aws_lb", {"access_logs": [{"enabled": True}]}, {"access_logs": [{"enabled": False}]}, "logs-off MEDIUM"),
    (
        "aws_rds_cluster",
        {"enabled_cloudwatch_logs_exports": ["postgresql"]},
        {"enabled_cloudwatch_logs_exports": []},
        "logs-off MEDIUM",
    ),
    ("aws_cloudwatch_log_metric_filter", {"name": "errors"}, None, "metric-lost LOW"),
    ("aws_rds_cluster_instance", {"monitoring_interval": 60}, {"monitoring_interval": 0}, "insight-lost LOW"),
    ("aws_rds_cluster_instance", {"monitoring_interval": 60}, {"monitoring_interval": 5}, ""),
    (
        "aws_ecr_repository",
        {"image_tag_mutability": "IMMUTABLE"},
        {"image_tag_mutability": "MUTABLE"},
        "scan-off MEDIUM",
    ),
    ("aws_ecr_repository", {"image_tag_mutability": "MUTABLE"}, {"image_tag_mutability": "IMMUTABLE"}, ""),
    ("aws_budgets_budget", {"limit_amount": "600"}, {"limit_amount": "900"}, "budget-lost LOW"),
    ("aws_budgets_budget", {"limit_amount": "600"}, {"limit_amount": "300"}, ""),
    ("aws_cloudwatch_log_group", {"retention_in_days": 30}, {"retention_in_days": 7}, "log-retention-shortened MEDIUM"),
    (
        "aws_cloudwatch_log_group",
        {"retention_in_days": 0},
        {"retention_in_days": 365},
        "log-retention-shortened MEDIUM",
    ),
    ("aws_cloudwatch_log_group", {"retention_in_days": 30}, {"retention_in_days": 0}, ""),
    (
        "aws_rds_cluster",
        {"backup_retention_period": 7},
        {"backup_retention_period": 1},
        "database-retention-shortened HIGH",
    ),
    ("aws_rds_cluster", {"backup_retention_period": 7}, {"backup_retention_period": 14}, ""),
    (
        "aws_dynamodb_table",
        {"point_in_time_recovery": [{"enabled": True}]},
        {"point_in_time_recovery": [{"enabled": False}]},
        "restore-to-any-second-off HIGH",
    ),
    (
        "aws_dynamodb_table",
        {"point_in_time_recovery": [{"recovery_period_in_days": 35}]},
        {"point_in_time_recovery": [{"recovery_period_in_days": 7}]},
        "restore-to-any-second-off MEDIUM",
    ),
    (
        "aws_s3_bucket_versioning",
        {"versioning_configuration": [{"status": "Enabled"}]},
        {"versioning_configuration": [{"status": "Suspended"}]},
        "versions-off HIGH",
    ),
    ("aws_s3_bucket_versioning", {"bucket": "data", "id": "data"}, None, "versions-off HIGH"),
    (LIFECYCLE, expiring(), expiring(current=30), "expiry-sooner HIGH"),
    (LIFECYCLE, expiring(noncurrent=30), expiring(noncurrent=7), "expiry-sooner MEDIUM"),
    (LIFECYCLE, expiring(noncurrent=7), expiring(noncurrent=30), ""),
    (LIFECYCLE, None, expiring(current=30), ""),
    ("aws_backup_plan", plan_of(), plan_of(schedule="cron(0 5 ? * SUN *)"), "backup-plan-weaker HIGH"),
    ("aws_backup_plan", plan_of(), plan_of(rule_name="other"), "backup-plan-weaker HIGH"),
    ("aws_backup_plan", plan_of(), plan_of(lifecycle=[{"delete_after": 3}]), "backup-plan-weaker MEDIUM"),
    ("aws_backup_plan", plan_of(enable_continuous_backup=True), plan_of(), "backup-plan-weaker MEDIUM"),
    ("aws_backup_plan", plan_of(), plan_of(schedule="cron(0 5,17 * * ? *)"), ""),
    ("aws_backup_plan", {"name": "plan"}, None, "backup-lost HIGH"),
    ("aws_backup_selection", {"resources": ["a", "b"]}, {"resources": ["a"]}, "backup-lost HIGH"),
    ("aws_backup_selection", {"resources": ["a"]}, {"resources": ["a", "b"]}, ""),
    ("aws_backup_restore_testing_plan", {"name": "tests"}, None, "restore-tests-lost MEDIUM"),
    (
        "aws_backup_region_settings",
        {"resource_type_opt_in_preference": {"Aurora": True}},
        {"resource_type_opt_in_preference": {"Aurora": False}},
        "backup-opted-out HIGH",
    ),
    ("aws_ecr_lifecycle_policy", {"policy": "30"}, {"policy": "3"}, "fewer-images LOW"),
    ("aws_dynamodb_table", {"ttl": [{"enabled": False}]}, {"ttl": [{"enabled": True}]}, "table-expires MEDIUM"),
    ("aws_kms_key", {"deletion_window_in_days": 30}, {"deletion_window_in_days": 7}, "deletion-sooner LOW"),
]


@pytest.mark.parametrize(("kind", "before", "after", "said"), CHANGED)
def test_each_rule_speaks_of_what_it_is_for_and_of_nothing_else(
    kind: str, before: Values | None, after: Values | None, said: str
) -> None:
    address = f"storage.{kind}.one"
    document = made({address: before} if before else {}, {address: after} if after else {})
    assert judged(document) == ({said} if said else set())


def alarm(name: str, **values: Any) -> Placed:  # noqa: ANN401 - any JSON
    return {f"compute.{METRIC}.{name}": {**ALARM, "alarm_name": name, **values}}


def test_an_alarm_that_goes_with_what_it_watches_weighs_little() -> None:
    table = {"storage.aws_dynamodb_table.sessions": {"name": "sessions"}}
    watching = alarm("slow", dimensions={"TableName": "sessions"}, **PAGE)
    assert judged(made({**table, **watching}, table)) == {"alarm-lost HIGH"}
    assert judged(made({**table, **watching}, {})) == {"data-lost HIGH", "alarm-lost LOW"}


def test_an_alarm_that_another_takes_the_place_of_weighs_little() -> None:
    assert judged(made(alarm("old", **PAGE), alarm("new", **PAGE))) == {"alarm-lost LOW"}
    assert judged(made(alarm("old"), alarm("new", metric_name="Memory"))) == {"alarm-lost MEDIUM"}


def test_a_threshold_may_go_along_with_the_limit_that_it_is_of() -> None:
    def scaled(most: int, threshold: float, metric: str = "DesiredTaskCount") -> Placed:
        watching = alarm("full", **{**ABOVE, "metric_name": metric, "threshold": threshold})
        return {"compute.aws_appautoscaling_target.scaling": {"max_capacity": most}, **watching}

    assert judged(made(scaled(12, 11), scaled(24, 23))) == set()
    assert judged(made(scaled(12, 11), scaled(24, 30))) == {"alarm-looser LOW"}
    assert judged(made(scaled(12, 11, "CPU"), scaled(24, 23, "CPU"))) == {"alarm-looser LOW"}


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("cron(0 5 * * ? *)", 7),
        ("cron(0 */6 * * ? *)", 28),
        ("cron(0 0/6 * * ? *)", 28),
        ("cron(0 5,17 ? * * *)", 14),
        ("cron(0 5 ? * SUN *)", 1),
        ("cron(0 5 ? * MON-FRI *)", 5),
        ("rate(1 day)", 7),
        ("rate(12 hours)", 14),
        ("nonsense", None),
        ("cron(a b c d e f)", None),
    ],
)
def test_a_schedule_is_read_as_how_often_it_fires(expression: str, times: int | None) -> None:
    found = firings_a_week(expression)
    assert (None if found is None else round(found, 6)) == times


def test_every_rule_has_an_id_of_its_own_and_says_what_it_looks_at() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.looks_at for rule in RULES)
    assert all(rule.source.startswith("https://docs.aws.amazon.com/") for rule in RULES if rule.source)
