"""What is watched of the Aurora cluster, always by role: instances swap roles at a failover, roles do not.

Metrics: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
"""

from typing import Literal

from stacks.alarms import Alarm, Metric, Missing
from stacks.settings import DatabaseSettings

GIB = 1024**3

# What Aurora allows at the top of the range, and the cap while a cluster may scale down to half a unit or one:
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
_CONNECTIONS_PER_UNIT = 205
_MOST_CONNECTIONS = 5000
_MOST_WITH_SMALL_MINIMUM = 2000

# PostgreSQL stops accepting writes at about two billion: https://www.postgresql.org/docs/15/routine-vacuuming.html
TRANSACTION_IDS_TO_WORRY = 1_000_000_000


def max_connections(database: DatabaseSettings) -> int:
    """How many connections an instance accepts, to the nearest few."""
    most = _MOST_WITH_SMALL_MINIMUM if database.min_capacity <= 1 else _MOST_CONNECTIONS
    return min(int(database.max_capacity * _CONNECTIONS_PER_UNIT), most)


def database_alarms(*, cluster: str, database: DatabaseSettings) -> list[Alarm]:
    """The cluster's alarms."""

    def of(role: Literal["WRITER", "READER"], name: str, statistic: str) -> Metric:
        dimensions = {"DBClusterIdentifier": cluster, "Role": role}
        return Metric(namespace="AWS/RDS", name=name, dimensions=dimensions, statistic=statistic)

    crowded = 0.8 * max_connections(database)
    return [
        Alarm(
            name="writer-down",
            watches=of("WRITER", "EngineUptime", "Minimum"),
            below=60,
            missing=Missing.ALARM,
            means="The writer is gone or has just restarted: writes fail or failed, a failover is under way or over.",
            runbook="database-failover",
        ),
        Alarm(
            name="reader-down",
            watches=of("READER", "EngineUptime", "Minimum"),
            below=60,
            missing=Missing.ALARM,
            symptom_of="writer-down",
            means="No reader is up, or one has just restarted: a failover now would take minutes instead of seconds.",
            runbook="database-failover",
        ),
        Alarm(
            name="writer-at-capacity",
            watches=of("WRITER", "ACUUtilization", "Average"),
            above=90,
            periods=5,
            missing=Missing.IGNORE,
            means="The writer has used over 90 % of its maximum capacity for five minutes.",
            runbook="writer-overloaded",
        ),
        Alarm(
            name="reader-at-capacity",
            watches=of("READER", "ACUUtilization", "Average"),
            above=90,
            periods=5,
            missing=Missing.IGNORE,
            severity="ticket",
            means="The readers have used over 90 % of their maximum capacity for five minutes.",
            runbook="writer-overloaded",
        ),
        Alarm(
            name="database-connections",
            watches=of("WRITER", "DatabaseConnections", "Maximum"),
            above=crowded,
            periods=2,
            missing=Missing.IGNORE,
            means="Over 80 % of the connections that the writer accepts are in use.",
            runbook="writer-overloaded",
        ),
        Alarm(
            name="reader-lag",
            watches=of("READER", "AuroraReplicaLag", "Maximum"),
            above=1000,
            periods=3,
            missing=Missing.IGNORE,
            severity="ticket",
            symptom_of="writer-down",
            means="A reader is over a second behind the writer: what users just wrote is not there when they look.",
            runbook="writer-overloaded",
        ),
        Alarm(
            name="deadlocks",
            watches=of("WRITER", "Deadlocks", "Average"),
            above=0.1,
            periods=5,
            missing=Missing.IGNORE,
            severity="ticket",
            means="Transactions deadlock again and again; PostgreSQL ends one of each pair.",
            runbook="writer-overloaded",
        ),
        Alarm(
            name="local-storage-low",
            watches=of("WRITER", "FreeLocalStorage", "Minimum"),
            below=2 * GIB,
            periods=3,
            missing=Missing.IGNORE,
            severity="ticket",
            means="Under 2 GiB are left for temporary tables, sorts and logs; queries that need more will fail.",
            runbook="writer-overloaded",
        ),
        Alarm(
            name="transaction-ids",
            watches=of("WRITER", "MaximumUsedTransactionIDs", "Maximum"),
            above=TRANSACTION_IDS_TO_WORRY,
            missing=Missing.IGNORE,
            means="Half of all transaction ids are used: vacuum does not keep up, and the writer stops at two billion.",
            runbook="transaction-ids",
        ),
    ]
