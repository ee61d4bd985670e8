"""The overview: is it healthy, what do visitors notice, which tier is it, can it be recovered, and what costs money."""

from collections.abc import Sequence
from dataclasses import replace

from stacks import dashboards_graphs as graphs
from stacks.alarms import Metric
from stacks.backup import DAY_SECONDS
from stacks.dashboards_tiers import Tiers
from stacks.widgets import AlarmStates, Graph, Line, Row, Text

_FORTNIGHT = "-P14D"
# Which classes the data bucket's objects move through as they age.
_STORAGE_CLASSES = {
    "Standard": "StandardStorage",
    "Standard-IA": "StandardIAStorage",
    "Glacier Instant": "GlacierInstantRetrievalStorage",
}


def overview(tiers: Tiers, *, alarm_arns: Sequence[str]) -> list[Row]:
    """Alarms first, then six numbers, then traffic, errors, latency and saturation from the visitor inwards."""
    return [
        Row([AlarmStates("Is it healthy? (state)", alarm_arns), _legend(tiers)], 3, (14, 10)),
        Row(_numbers(tiers), 3),
        *_golden_signals(tiers),
        *_safety(tiers),
        *_costs(tiers),
    ]


def _legend(tiers: Tiers) -> Text:
    return tiers.heading(
        tiers.names.suffix,
        "environment-unhealthy",
        says="Each row is a tier: traffic, errors, latency, saturation. Lines across a graph are the limits of alarms, "
        "and their shade is the side on which they are on: **red** wakes someone, **orange** waits for the morning.",
    )


def _numbers(tiers: Tiers) -> list[Graph]:
    numbers: dict[str, Line] = {
        "Requests (count a minute)": tiers.application.balancer("RequestCount", "Sum"),
        "Failing requests (%)": tiers.watched_by("errors"),
        "Response time, p99 (s)": tiers.watched_by("latency"),
        "Healthy targets (count)": tiers.watched_by("no-healthy-targets"),
        "Writer's capacity in use (%)": tiers.watched_by("writer-at-capacity"),
    }
    shown = [Graph(title=title, lines={"now": line}, view="singleValue") for title, line in numbers.items()]
    age = replace(graphs.backup_age(tiers), title="Newest backup, age (h)", view="singleValue")
    return [*shown, age]


def _golden_signals(tiers: Tiers) -> list[Row]:
    unlimited = Text(
        "S3 has no capacity of its own that fills up. Where it asks to slow down, it answers with 503, "
        "which counts as 5xx on the left."
    )
    return [
        Row([tiers.heading("Application", "5xx-burst", "latency", "no-healthy-targets", "bad-deployment")], 2),
        Row(
            [
                graphs.requests(tiers),
                graphs.failing_requests(tiers),
                graphs.response_time(tiers),
                graphs.task_saturation(tiers),
            ]
        ),
        Row([tiers.heading("Database", "database-failover", "writer-overloaded", "transaction-ids")], 2),
        Row(
            [
                graphs.commits(tiers),
                graphs.fatal_errors(tiers),
                graphs.commit_latency(tiers),
                graphs.capacity_in_use(tiers),
            ]
        ),
        Row([tiers.heading("Sessions", "throttling", "latency")], 2),
        Row(
            [
                graphs.calls_on_sessions(tiers),
                graphs.failing_calls_on_sessions(tiers),
                graphs.latency_of_sessions(tiers),
                graphs.throttled_sessions(tiers),
            ]
        ),
        Row([tiers.heading("Data bucket", "throttling", "restore-object-version")], 2),
        Row(
            [
                graphs.requests_of_bucket(tiers),
                graphs.errors_of_bucket(tiers),
                graphs.latency_of_bucket(tiers),
                unlimited,
            ]
        ),
    ]


def _safety(tiers: Tiers) -> list[Row]:
    return [
        Row([tiers.heading("Availability", "database-failover", "zone-impaired", "no-healthy-targets")], 2),
        Row(
            [
                graphs.healthy_targets(tiers),
                graphs.role_changes(tiers),
                graphs.instance_events(tiers),
                graphs.reader_lag(tiers),
            ]
        ),
        Row([tiers.heading("Recovery", "backup-failed", "restore-database", "restore-table", "alert-delivery")], 2),
        Row(
            [
                graphs.backup_age(tiers),
                graphs.completed_backups(tiers),
                graphs.failed_backups(tiers),
                graphs.undelivered_alerts(tiers),
            ]
        ),
    ]


def _costs(tiers: Tiers) -> list[Row]:
    units = {"units": tiers.application.balancer("ConsumedLCUs", "Average")}
    groups = {
        "service": tiers.compute.service_log_group_name,
        "PostgreSQL": tiers.database.log_group_name,
        "flows": tiers.names("log-group", "flow-logs"),
    }
    written = {label: tiers.of_log_group(group) for label, group in groups.items()}
    return [
        Row(
            [
                tiers.heading(
                    "What costs money",
                    says="Usage, which is known now. Dollars follow hours later, in "
                    "[Cost Explorer](https://console.aws.amazon.com/cost-management/home#/cost-explorer) under the tag "
                    f"Environment = {tiers.names.suffix}; the budget is {tiers.names('budget')}.",
                )
            ],
            2,
        ),
        Row(
            [
                graphs.capacity(tiers),
                graphs.tasks(tiers),
                tiers.graph("Load balancer capacity (LCU)", units),
                graphs.units_of_sessions(tiers),
            ]
        ),
        Row(
            [
                graphs.stored_by_database(tiers),
                tiers.graph(
                    "Stored in the data bucket, 14 days (bytes)", _stored(tiers), stacked=True, start=_FORTNIGHT
                ),
                tiers.graph("Written to logs (bytes in 5 minutes)", written, stacked=True),
            ]
        ),
    ]


def _stored(tiers: Tiers) -> dict[str, Line]:
    """How much is in the bucket, once a day. https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html."""
    return {
        label: Metric(
            namespace="AWS/S3",
            name="BucketSizeBytes",
            dimensions={"BucketName": tiers.storage.data_bucket_name, "StorageType": storage_type},
            period=DAY_SECONDS,
        )
        for label, storage_type in _STORAGE_CLASSES.items()
    }
