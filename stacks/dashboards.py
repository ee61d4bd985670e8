"""What each dashboard shows: an overview that answers "is it healthy?", and one for each tier that says why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from stacks.alarms import Metric
from stacks.backup import DAY_SECONDS, BackupOutputs
from stacks.compute import ComputeOutputs
from stacks.compute_alarms import Watched
from stacks.database import DatabaseOutputs
from stacks.database_alarms import max_connections
from stacks.settings import Settings
from stacks.storage import ENTIRE_BUCKET, SESSION_OPERATIONS, StorageOutputs
from stacks.widgets import AlarmStates, Graph, Heading, Row


@dataclass(frozen=True, kw_only=True)
class Tiers:
    """What the dashboards are about, as other layers publish it."""

    settings: Settings
    compute: ComputeOutputs
    database: DatabaseOutputs
    storage: StorageOutputs
    backup: BackupOutputs

    @property
    def application(self) -> Watched:
        """The application's metrics."""
        return Watched(
            load_balancer=self.compute.load_balancer_arn_suffix,
            target_group=self.compute.target_group_arn_suffix,
            cluster=self.compute.cluster_name,
            service=self.compute.service_name,
        )

    def of_role(self, role: str, name: str, statistic: str = "Average") -> Metric:
        """A metric of the writer or the readers."""
        dimensions = {"DBClusterIdentifier": self.database.cluster_identifier, "Role": role}
        return Metric(namespace="AWS/RDS", name=name, dimensions=dimensions, statistic=statistic)

    def by_role(self, name: str, statistic: str = "Average") -> dict[str, Metric]:
        """A metric of both roles, as two lines."""
        return {role.lower(): self.of_role(role, name, statistic) for role in ("WRITER", "READER")}

    def of_sessions(self, name: str, statistic: str = "Sum", **dimensions: str) -> Metric:
        """A metric of the session table."""
        every = {"TableName": self.storage.session_table_name, **dimensions}
        return Metric(namespace="AWS/DynamoDB", name=name, dimensions=every, statistic=statistic)

    def of_bucket(self, name: str, statistic: str = "Sum") -> Metric:
        """A request metric of the data bucket."""
        dimensions = {"BucketName": self.storage.data_bucket_name, "FilterId": ENTIRE_BUCKET}
        return Metric(namespace="AWS/S3", name=name, dimensions=dimensions, statistic=statistic)


def overview(tiers: Tiers, *, alarm_arns: Sequence[str]) -> list[Row]:
    """Alarms first, then traffic, errors, latency and saturation from the visitor inwards."""
    return [
        Row([AlarmStates("Alarms", alarm_arns)], height=4),
        Row([Heading("## Visitors")], height=1),
        Row([_requests(tiers), _errors(tiers), _latency(tiers)]),
        Row([Heading("## Tiers")], height=1),
        Row([_tasks(tiers), _capacity(tiers), _throttles(tiers)]),
        Row([Heading("## Safety")], height=1),
        Row([_backups(tiers), _uptime(tiers), _lag(tiers)]),
    ]


def application(tiers: Tiers) -> list[Row]:
    """The load balancer and the tasks behind it."""
    app = tiers.application
    return [
        Row([_requests(tiers), _errors(tiers), _latency(tiers)]),
        Row(
            [
                Graph("Healthy targets (count)", {"healthy": app.targets("HealthyHostCount", "Minimum")}, limit=2),
                Graph(
                    "Unhealthy targets (count)", {"unhealthy": app.targets("UnHealthyHostCount", "Maximum")}, limit=0
                ),
                _tasks(tiers),
            ]
        ),
        Row(
            [
                Graph("CPU (% of the task)", {"average": app.tasks("CPUUtilization", "Average")}, limit=85),
                Graph("Memory (% of the task)", {"maximum": app.tasks("MemoryUtilization", "Maximum")}, limit=90),
                Graph("Connections (count)", {"active": app.balancer("ActiveConnectionCount", "Sum")}),
            ]
        ),
    ]


def database(tiers: Tiers) -> list[Row]:
    """The writer and its readers, by role."""
    crowded = 0.8 * max_connections(tiers.settings.database)
    return [
        Row([_capacity(tiers), _uptime(tiers), _lag(tiers)]),
        Row(
            [
                Graph("Connections (count)", tiers.by_role("DatabaseConnections", "Maximum"), limit=crowded),
                Graph("Commit latency (ms)", {"writer": tiers.of_role("WRITER", "CommitLatency")}),
                Graph("Deadlocks (per second)", {"writer": tiers.of_role("WRITER", "Deadlocks")}, limit=0.1),
            ]
        ),
        Row(
            [
                Graph("Capacity (ACU)", tiers.by_role("ServerlessDatabaseCapacity")),
                Graph("Free local storage (bytes)", tiers.by_role("FreeLocalStorage", "Minimum")),
                Graph(
                    "Used transaction ids (count)", {"cluster": tiers.of_role("WRITER", "MaximumUsedTransactionIDs")}
                ),
            ]
        ),
    ]


def storage(tiers: Tiers) -> list[Row]:
    """The session table and the data bucket."""
    consumed = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
    latency = {
        operation: tiers.of_sessions("SuccessfulRequestLatency", "Average", Operation=operation)
        for operation in SESSION_OPERATIONS
    }
    return [
        Row([Heading("## Sessions")], height=1),
        Row(
            [
                Graph("Consumed capacity (units a minute)", {name: tiers.of_sessions(name) for name in consumed}),
                Graph("Latency (ms)", latency, limit=50),
                _throttles(tiers),
            ]
        ),
        Row([Heading("## Data bucket")], height=1),
        Row(
            [
                Graph("Requests (count)", {"all": tiers.of_bucket("AllRequests")}),
                Graph("Errors (count)", {code: tiers.of_bucket(code) for code in ("4xxErrors", "5xxErrors")}, limit=5),
                Graph("First byte (ms)", {"p99": tiers.of_bucket("FirstByteLatency", "p99")}),
            ]
        ),
    ]


def _requests(tiers: Tiers) -> Graph:
    return Graph("Requests (count a minute)", {"requests": tiers.application.balancer("RequestCount", "Sum")})


def _errors(tiers: Tiers) -> Graph:
    codes = ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_4XX_Count")
    return Graph("Errors (count a minute)", {code: tiers.application.balancer(code, "Sum") for code in codes}, limit=10)


def _latency(tiers: Tiers) -> Graph:
    percentiles = {p: tiers.application.targets("TargetResponseTime", p) for p in ("p50", "p95", "p99")}
    return Graph("Response time (s)", percentiles, limit=tiers.settings.monitoring.latency_p99_seconds)


def _tasks(tiers: Tiers) -> Graph:
    counts = {name: tiers.application.insights(name, "Minimum") for name in ("RunningTaskCount", "DesiredTaskCount")}
    return Graph("Tasks (count)", counts, limit=tiers.settings.service.min_tasks, limit_label="fewest")


def _capacity(tiers: Tiers) -> Graph:
    return Graph("Database capacity used (% of maximum)", tiers.by_role("ACUUtilization"), limit=90)


def _throttles(tiers: Tiers) -> Graph:
    names = ("ReadThrottleEvents", "WriteThrottleEvents")
    return Graph("Session throttles (count)", {name: tiers.of_sessions(name) for name in names}, limit=0)


def _uptime(tiers: Tiers) -> Graph:
    return Graph("Database uptime (s)", tiers.by_role("EngineUptime", "Minimum"))


def _lag(tiers: Tiers) -> Graph:
    return Graph("Reader lag (ms)", {"reader": tiers.of_role("READER", "AuroraReplicaLag", "Maximum")}, limit=1000)


def _backups(tiers: Tiers) -> Graph:
    names = ("NumberOfBackupJobsCompleted", "NumberOfBackupJobsFailed")
    dimensions = {"BackupVaultName": tiers.backup.vault_name}
    jobs = {
        name: Metric(namespace="AWS/Backup", name=name, dimensions=dimensions, statistic="Sum", period=DAY_SECONDS)
        for name in names
    }
    return Graph("Backup jobs (count a day)", jobs)
