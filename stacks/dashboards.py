"""What each dashboard shows: an overview that answers "is it healthy?", and one for each tier that says why not."""

from stacks import dashboards_graphs as graphs
from stacks.dashboards_overview import overview
from stacks.dashboards_service import from_within
from stacks.dashboards_tiers import Tiers
from stacks.widgets import Line, Row

__all__ = ["Tiers", "application", "database", "overview", "storage"]


def application(tiers: Tiers) -> list[Row]:
    """The load balancer and the tasks behind it."""
    app = tiers.application
    answers = ("HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count")
    codes: dict[str, Line] = {
        name.removeprefix("HTTPCode_").removesuffix("_Count").replace("_", " "): app.balancer(name, "Sum")
        for name in answers
    }
    connections: dict[str, Line] = {"active": app.balancer("ActiveConnectionCount", "Sum")}
    refused: dict[str, Line] = {
        "by the load balancer": tiers.watched_by("rejected-connections"),
        "by tasks": tiers.watched_by("target-connections"),
    }
    rows = [
        Row([tiers.heading("What visitors notice", "5xx-burst", "latency")], 2),
        Row([graphs.requests(tiers), graphs.failing_requests(tiers), graphs.response_time(tiers)]),
        Row([tiers.heading("Answers and errors", "5xx-burst", "bad-deployment")], 2),
        Row(
            [
                tiers.graph("Answers with errors (count a minute)", codes),
                tiers.graph(
                    "Errors in the service's log (count a minute)", {"lines": tiers.watched_by("service-errors")}
                ),
                tiers.graph("Refused connections (count a minute)", refused),
            ]
        ),
        *from_within(tiers),
        Row([tiers.heading("Tasks", "no-healthy-targets", "bad-deployment", "zone-impaired")], 2),
        Row(
            [
                graphs.healthy_targets(tiers),
                tiers.graph("Unhealthy targets (count)", {"unhealthy": tiers.watched_by("unhealthy-targets")}),
                graphs.tasks(tiers),
            ]
        ),
        Row(
            [
                graphs.task_saturation(tiers),
                tiers.graph("Connections (count)", connections),
                tiers.graph(
                    "Connections that security groups reject (count a minute)",
                    {"rejected": tiers.of_log_lines("RejectedConnections")},
                ),
            ]
        ),
    ]
    return tiers.with_states("Alarms of the application (state)", rows)


def database(tiers: Tiers) -> list[Row]:
    """The writer and its readers, by role."""
    rows = [
        Row(
            [
                tiers.heading(
                    "Work", "writer-overloaded", says="Instances swap roles at a failover; lines follow roles."
                )
            ],
            2,
        ),
        Row([graphs.commits(tiers), graphs.commit_latency(tiers), graphs.fatal_errors(tiers)]),
        Row(
            [
                tiers.graph("Connections (count)", tiers.by_role("DatabaseConnections", "Maximum")),
                tiers.graph("Deadlocks (per second)", {"writer": tiers.watched_by("deadlocks")}),
                graphs.reader_lag(tiers),
            ]
        ),
        Row([tiers.heading("Who is there", "database-failover", "zone-impaired")], 2),
        Row(
            [
                tiers.graph("Uptime (s)", tiers.by_role("EngineUptime", "Minimum")),
                graphs.role_changes(tiers),
                graphs.instance_events(tiers),
            ]
        ),
        Row([tiers.heading("How full it is", "writer-overloaded", "transaction-ids")], 2),
        Row([graphs.capacity_in_use(tiers), graphs.capacity(tiers), graphs.stored_by_database(tiers)]),
        Row(
            [
                tiers.graph("Free local storage (bytes)", tiers.by_role("FreeLocalStorage", "Minimum")),
                tiers.graph("Used transaction ids (count)", {"oldest": tiers.watched_by("transaction-ids")}),
            ]
        ),
    ]
    return tiers.with_states("Alarms of the database (state)", rows)


def storage(tiers: Tiers) -> list[Row]:
    """The session table, the data bucket, and the recovery points of both tiers that keep data."""
    throttles: dict[str, Line] = {
        "reads": tiers.of_sessions("ReadThrottleEvents"),
        "writes": tiers.of_sessions("WriteThrottleEvents"),
    }
    rows = [
        Row([tiers.heading("Sessions", "throttling", "latency", "restore-table")], 2),
        Row(
            [
                graphs.calls_on_sessions(tiers),
                graphs.failing_calls_on_sessions(tiers),
                graphs.latency_of_sessions(tiers),
            ]
        ),
        Row(
            [
                graphs.units_of_sessions(tiers),
                graphs.throttled_sessions(tiers),
                tiers.graph("Throttles by kind (count a minute)", throttles),
            ]
        ),
        Row([tiers.heading("Data bucket", "throttling", "restore-object-version")], 2),
        Row([graphs.requests_of_bucket(tiers), graphs.errors_of_bucket(tiers), graphs.latency_of_bucket(tiers)]),
        Row([tiers.heading("Recovery points", "backup-failed", "restore-database", "restore-table")], 2),
        Row([graphs.backup_age(tiers), graphs.completed_backups(tiers), graphs.failed_backups(tiers)]),
    ]
    return tiers.with_states("Alarms of storage and backup (state)", rows)
