"""The migration's task role: the schema, as the owner of its tables."""

from ops.audit.privileges.estate import Estate
from ops.audit.privileges.row import Row, must, must_not

_CONNECT = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html"


def rows(estate: Estate) -> list[Row]:
    """The table."""
    who, owner = estate.role("compute", "migration-role"), estate.database_user("app_owner")
    service, log = estate.role("compute", "task-role"), estate.log_stream("service")
    data = f"{estate.bucket('data')}/object"
    return [
        *must(who, "rds-db:connect", on=owner, because=_CONNECT),
        *must_not(service, "rds-db:connect", on=owner, because="a service that could change its own schema"),
        *must_not(who, "rds-db:connect", on=estate.database_user("app"), because="the service's own user"),
        *must_not(who, "rds-db:connect", on=estate.database_user("postgres_admin"), because="the master user"),
        *must_not(who, "rds-db:connect", on=estate.elsewhere(owner), because="another account's cluster"),
        *must_not(who, "rds-data:ExecuteStatement", on=estate.cluster, because="the Data API, which is for people"),
        *must_not(who, "rds:EnableHttpEndpoint", on=estate.cluster, because="likewise"),
        *must_not(who, "dynamodb:GetItem", on=estate.sessions, because="what is not in the database"),
        *must_not(who, "s3:GetObject", on=data, because="what is not in the database"),
        *must_not(who, "logs:PutLogEvents", on=log, because="its log is written by Fargate"),
    ]
