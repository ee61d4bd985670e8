"""The graphs that more than one dashboard shows: the golden signals of each tier, availability, and recovery.

Percentiles are drawn where they are computed from single requests: of the load balancer, of S3 and of the service.
Aurora and DynamoDB publish one average a minute, and a percentile of averages hides those who wait; there the average
and the worst stand.
"""

from stacks.alarms import Expression
from stacks.dashboards_tiers import ROLES, Tiers
from stacks.storage import SESSION_OPERATIONS
from stacks.widgets import Graph

WEEK = "-P7D"
PERCENTILES = ("p50", "p95", "p99")
_HOUR_SECONDS = 60 * 60


def requests(tiers: Tiers) -> Graph:
    """Traffic of the visitors."""
    return tiers.graph("Requests (count a minute)", {"requests": tiers.application.balancer("RequestCount", "Sum")})


def failing_requests(tiers: Tiers) -> Graph:
    """Errors that visitors see."""
    return tiers.graph("Failing requests (% of requests)", {"5xx": tiers.watched_by("errors")})


def response_time(tiers: Tiers) -> Graph:
    """Latency that visitors feel."""
    lines = {each: tiers.application.targets("TargetResponseTime", each) for each in PERCENTILES}
    return tiers.graph("Response time (s)", lines)


def task_saturation(tiers: Tiers) -> Graph:
    """How full the tasks are."""
    lines = {"CPU, average": tiers.watched_by("task-cpu"), "memory, fullest": tiers.watched_by("task-memory")}
    return tiers.graph("CPU and memory of the tasks (%)", lines, highest=100)


def healthy_targets(tiers: Tiers) -> Graph:
    """How many tasks take requests."""
    return tiers.graph("Healthy targets (count)", {"healthy": tiers.watched_by("no-healthy-targets")})


def tasks(tiers: Tiers) -> Graph:
    """How many tasks run, and how many autoscaling wants."""
    lines = {"running": tiers.watched_by("too-few-tasks"), "desired": tiers.watched_by("tasks-at-maximum")}
    return tiers.graph("Tasks (count)", lines)


def commits(tiers: Tiers) -> Graph:
    """Traffic of the database."""
    return tiers.graph("Commits (per second)", {"writer": tiers.of_role("WRITER", "CommitThroughput")})


def fatal_errors(tiers: Tiers) -> Graph:
    """Errors of the database: what PostgreSQL ends with FATAL or PANIC."""
    return tiers.graph("Fatal errors logged (count a minute)", {"lines": tiers.watched_by("database-fatals")})


def commit_latency(tiers: Tiers) -> Graph:
    """Latency of the database."""
    lines = {
        "average": tiers.of_role("WRITER", "CommitLatency"),
        "worst": tiers.of_role("WRITER", "CommitLatency", "Maximum"),
    }
    return tiers.graph("Commit latency (ms)", lines)


def capacity_in_use(tiers: Tiers) -> Graph:
    """Saturation of the database."""
    return tiers.graph("Capacity in use (% of the maximum)", tiers.by_role("ACUUtilization"), highest=100)


def reader_lag(tiers: Tiers) -> Graph:
    """How far the readers are behind the writer."""
    return tiers.graph("Reader lag (ms)", {"slowest reader": tiers.watched_by("reader-lag")})


def role_changes(tiers: Tiers) -> Graph:
    """Failovers and restarts, told from the uptime of whoever has the role.

    There is no metric of failovers. But the uptime of a role grows by a second a second, until another instance has the
    role, or the same one has restarted: then it leaps. Two minutes are more than a value can be late.
    """
    uptimes = {role.lower(): tiers.of_role(role, "EngineUptime", "Minimum", period=300) for role in ROLES}
    lines = {
        role: Expression(f"IF(ABS(DIFF({role}) - DIFF_TIME({role})) > 120, 1, 0)", metrics={role: uptime})
        for role, uptime in uptimes.items()
    }
    return tiers.graph("Role changes and restarts, 7 days (count)", lines, start=WEEK)


def instance_events(tiers: Tiers) -> Graph:
    """What RDS says of the instances: restarts, failures, recoveries, maintenance."""
    return tiers.graph(
        "Events of database instances, 7 days (count)",
        {"events": tiers.of_event("database-instance", period=300)},
        start=WEEK,
    )


def calls_on_sessions(tiers: Tiers) -> Graph:
    """Traffic of the session table: how many latencies there are is how many calls succeeded."""
    lines = {
        operation: tiers.of_sessions("SuccessfulRequestLatency", "SampleCount", Operation=operation)
        for operation in SESSION_OPERATIONS
    }
    return tiers.graph("Calls (count a minute)", lines, stacked=True)


def failing_calls_on_sessions(tiers: Tiers) -> Graph:
    """Errors of the session table."""
    return tiers.graph("Errors of DynamoDB (count a minute)", {"errors": tiers.watched_by("sessions-failing")})


def latency_of_sessions(tiers: Tiers) -> Graph:
    """Latency of the session table."""
    lines = {
        "GetItem, average": tiers.watched_by("sessions-slow"),
        "GetItem, worst": tiers.of_sessions("SuccessfulRequestLatency", "Maximum", Operation="GetItem"),
        "PutItem, average": tiers.of_sessions("SuccessfulRequestLatency", "Average", Operation="PutItem"),
    }
    return tiers.graph("Call latency (ms)", lines)


def throttled_sessions(tiers: Tiers) -> Graph:
    """Saturation of the session table."""
    return tiers.graph(
        "Throttled reads and writes (count a minute)", {"throttled": tiers.watched_by("sessions-throttled")}
    )


def units_of_sessions(tiers: Tiers) -> Graph:
    """What DynamoDB is paid for."""
    lines = {
        "read units": tiers.of_sessions("ConsumedReadCapacityUnits"),
        "write units": tiers.of_sessions("ConsumedWriteCapacityUnits"),
    }
    return tiers.graph("DynamoDB capacity (units a minute)", lines, stacked=True)


def requests_of_bucket(tiers: Tiers) -> Graph:
    """Traffic of the data bucket."""
    return tiers.graph("Requests (count a minute)", {"requests": tiers.of_bucket("AllRequests")})


def errors_of_bucket(tiers: Tiers) -> Graph:
    """Errors of the data bucket."""
    lines = {"4xx": tiers.of_bucket("4xxErrors"), "5xx": tiers.watched_by("data-bucket-failing")}
    return tiers.graph("Errors of S3 (count a minute)", lines)


def latency_of_bucket(tiers: Tiers) -> Graph:
    """Latency of the data bucket."""
    return tiers.graph(
        "Time to the first byte (ms)", {each: tiers.of_bucket("FirstByteLatency", each) for each in PERCENTILES}
    )


def backup_age(tiers: Tiers) -> Graph:
    """How old the newest recovery point is, to the hour: the time since a job last completed.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """
    last = "FILL(IF(completed > 0, EPOCH(completed)), REPEAT)"
    # What is missing counts as 0 in arithmetic: before the first job of the week there would be an age of decades.
    age = Expression(
        f"IF({last} > 0, (EPOCH(completed) - {last}) / {_HOUR_SECONDS})",
        metrics={"completed": tiers.of_backups("NumberOfBackupJobsCompleted", period=_HOUR_SECONDS)},
    )
    return tiers.graph("Age of the newest backup, 7 days (h)", {"age": age}, start=WEEK)


def completed_backups(tiers: Tiers) -> Graph:
    """One job a day for the database, and one for the session table."""
    return tiers.graph(
        "Backups completed (count a day)", {"completed": tiers.watched_by("backup-missing")}, start="-P14D"
    )


def failed_backups(tiers: Tiers) -> Graph:
    """Jobs that failed."""
    return tiers.graph(
        "Backups failed, 7 days (count in 5 minutes)", {"failed": tiers.watched_by("backup-failed")}, start=WEEK
    )


def undelivered_alerts(tiers: Tiers) -> Graph:
    """Whether what alarms say arrives."""
    return tiers.graph("Alerts not delivered (count a minute)", {"failed": tiers.watched_by("alert-delivery")})


def capacity(tiers: Tiers) -> Graph:
    """What Aurora is paid for, most of all."""
    return tiers.graph("Aurora capacity (ACU of an instance)", tiers.by_role("ServerlessDatabaseCapacity"))


def stored_by_database(tiers: Tiers) -> Graph:
    """What Aurora's storage is paid for."""
    lines = {"volume": tiers.of_cluster("VolumeBytesUsed"), "backups": tiers.of_cluster("TotalBackupStorageBilled")}
    return tiers.graph("Stored by Aurora, 7 days (bytes)", lines, stacked=True, start=WEEK)
