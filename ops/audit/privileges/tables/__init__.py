"""The tables: what every role, key, topic, bucket, log and endpoint must and must not let through."""

from ops.audit.privileges.estate import Estate
from ops.audit.privileges.row import Row
from ops.audit.privileges.tables import (
    backup_role,
    buckets,
    endpoints,
    enhanced_monitoring_role,
    every_role,
    execution_role,
    flow_log_role,
    game_day_role,
    keys,
    logs,
    migration_role,
    restore_validation_role,
    task_role,
    topics,
    trust,
)

_TABLES = (
    execution_role,
    task_role,
    migration_role,
    backup_role,
    restore_validation_role,
    flow_log_role,
    enhanced_monitoring_role,
    game_day_role,
    every_role,
    trust,
    keys,
    topics,
    buckets,
    logs,
    endpoints,
)


def every_row(estate: Estate) -> list[Row]:
    """All rows of all tables."""
    return [row for table in _TABLES for row in table.rows(estate)]
