"""The role of RDS Enhanced Monitoring, which has AWS's own policy: the group is AWS's, and shared by all databases."""

from ops.audit.privileges.estate import Estate
from ops.audit.privileges.row import Row, must, must_not

_ENHANCED = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Monitoring.OS.Enabling.html"


def rows(estate: Estate) -> list[Row]:
    """The table."""
    who = estate.role("database", "monitoring-role")
    group = estate.arn("logs", "log-group:RDSOSMetrics")
    instance = f"{group}:log-stream:db-ABC"
    write = ("logs:CreateLogStream", "logs:PutLogEvents")
    return [
        *must(who, "logs:CreateLogGroup", "logs:PutRetentionPolicy", on=group, because=_ENHANCED),
        *must(who, *write, "logs:DescribeLogStreams", "logs:GetLogEvents", on=instance, because=_ENHANCED),
        *must_not(who, *write, "logs:GetLogEvents", on=estate.log_stream("service"), because="another log group"),
        *must_not(who, *write, on=estate.log_stream("flow-logs"), because="another log group"),
        *must_not(who, "logs:DeleteLogGroup", on=group, because="what has been logged"),
        *must_not(who, "rds:DescribeDBClusters", "rds:CreateDBClusterSnapshot", on=estate.cluster, because="data"),
        *must_not(who, "rds-db:connect", on=estate.database_user("app"), because="data"),
    ]
