"""Detection that is lost or gets slower, besides alarms: events, receivers, health checks and logs."""

from collections.abc import Iterator

from ops.review.model import Severity
from ops.review.risks.planned import Planned, Resource, Values, at
from ops.review.risks.rule import (
    Finding,
    Rule,
    any_of,
    differ,
    falls,
    fewer,
    lost,
    replaced,
    rises,
    turned_off,
    worse,
)

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH


def _slower_checks(resource: Resource, _: Planned) -> Iterator[Finding]:
    before, after = (_time_to_fail(values) for values in (resource.before, resource.after))
    if falls(after, before):
        yield Finding(MEDIUM, f"A target that fails is sent requests for {after} seconds, and was for {before}")


def _time_to_fail(values: Values) -> int | None:
    interval, threshold = (at(values, f"health_check.{name}") for name in ("interval", "unhealthy_threshold"))
    return int(interval) * int(threshold) if isinstance(interval, int) and isinstance(threshold, int) else None


RULES = (
    Rule(
        id="event-lost",
        types=("aws_cloudwatch_event_rule", "aws_cloudwatch_event_target", "aws_db_event_subscription"),
        looks_at="destruction, state, enabled",
        check=any_of(
            lost(MEDIUM, "Nobody is told any more when this happens", of="rule"),
            worse(
                "state", lambda before, after: (before, after) == ("ENABLED", "DISABLED"), MEDIUM, "It is switched off"
            ),
            worse("enabled", turned_off, MEDIUM, "It is switched off"),
        ),
    ),
    Rule(
        id="receiver-lost",
        types=("aws_sns_topic_subscription",),
        looks_at="destruction and replacement",
        check=any_of(
            lost(MEDIUM, "Somebody who was told of alarms is not any more"),
            replaced(MEDIUM, "It has to be confirmed again before anything arrives"),
        ),
        source="https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html",
    ),
    Rule(
        id="topic-lost",
        types=("aws_sns_topic",),
        looks_at="destruction and replacement",
        check=any_of(
            lost(HIGH, "Nobody is told of anything that is sent to it"),
            replaced(
                HIGH, "Its subscriptions go with it, and nobody is told of anything before they are confirmed again"
            ),
        ),
    ),
    Rule(
        id="health-check-slower",
        types=("aws_lb_target_group",),
        looks_at="health_check: interval, unhealthy_threshold",
        check=_slower_checks,
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    ),
    Rule(
        id="health-check-changed",
        types=("aws_lb_target_group",),
        looks_at="health_check: path, matcher",
        check=any_of(
            worse(
                "health_check.path",
                differ,
                LOW,
                "Asks for {after} instead of {before}: every target fails if that is no page",
            ),
            worse("health_check.matcher", differ, LOW, "{after} passes for healthy, where {before} did"),
        ),
    ),
    Rule(
        id="log-source-lost",
        types=("aws_flow_log", "aws_wafv2_web_acl_logging_configuration", "aws_cloudtrail", "aws_s3_bucket_logging"),
        looks_at="destruction",
        check=any_of(
            lost(MEDIUM, "What happens there is not recorded any more", of="bucket"),
            worse(
                "traffic_type",
                lambda before, _: before == "ALL",
                MEDIUM,
                "Only {after} traffic is recorded from now on",
            ),
        ),
    ),
    Rule(
        id="logs-off",
        types=("aws_lb", "aws_rds_cluster", "aws_db_instance"),
        looks_at="access_logs, enabled_cloudwatch_logs_exports",
        check=any_of(
            worse("access_logs.enabled", turned_off, MEDIUM, "Nobody can tell any more who asked for what"),
            worse(
                "enabled_cloudwatch_logs_exports",
                fewer,
                MEDIUM,
                "Logs that it wrote are not kept: {after} instead of {before}",
            ),
        ),
    ),
    Rule(
        id="metric-lost",
        types=("aws_cloudwatch_log_metric_filter", "aws_s3_bucket_metric", "aws_dynamodb_contributor_insights"),
        looks_at="destruction",
        check=lost(LOW, "The alarms and charts on it have no data any more", of="bucket"),
    ),
    Rule(
        id="insight-lost",
        types=("aws_rds_cluster_instance", "aws_db_instance"),
        looks_at="monitoring_interval, performance_insights_enabled",
        check=any_of(
            worse(
                "monitoring_interval",
                lambda before, after: bool(before) and (not after or after > before),
                LOW,
                "The system's metrics come every {after} seconds (0: never), and came every {before}",
            ),
            worse(
                "performance_insights_enabled",
                turned_off,
                LOW,
                "Nobody can tell any more which statements the load is from",
            ),
        ),
    ),
    Rule(
        id="scan-off",
        types=("aws_ecr_repository",),
        looks_at="image_scanning_configuration, image_tag_mutability",
        check=any_of(
            worse(
                "image_scanning_configuration.scan_on_push",
                turned_off,
                MEDIUM,
                "Images are not searched for known holes",
            ),
            worse(
                "image_tag_mutability",
                lambda before, _: before == "IMMUTABLE",
                MEDIUM,
                "What runs under a tag can be exchanged without a release",
            ),
        ),
    ),
    Rule(
        id="budget-lost",
        types=("aws_budgets_budget",),
        looks_at="destruction, limit_amount",
        check=any_of(
            lost(LOW, "Nobody is told any more when it costs too much"),
            worse("limit_amount", rises, LOW, "Notice is given at {after} dollars, and was at {before}"),
        ),
    ),
)
