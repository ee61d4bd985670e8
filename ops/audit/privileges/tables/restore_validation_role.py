"""The roles of the validation of restore tests: one looks at copies and tells AWS Backup, the other only starts it."""

from ops.audit.privileges.estate import Estate
from ops.audit.privileges.row import Row, must, must_not

_VALIDATION = "https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-validation.html"
_CLUSTERS = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html"
_TABLES = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html"
_TARGETS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html"


def rows(estate: Estate) -> list[Row]:
    """The table."""
    who, starter = estate.role("backup", "validation-role"), estate.role("backup", "validation-starter-role")
    cluster = estate.arn("rds", "cluster:awsbackup-restore-test-1")
    table = estate.arn("dynamodb", "table/awsbackup-restore-test-1")
    point = estate.arn("backup", "recovery-point:1")
    machine = estate.of("aws_sfn_state_machine", "restore-validation")
    items = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan")
    return [
        *must(who, "rds:DescribeDBClusters", on=cluster, because=_CLUSTERS),
        *must(who, "dynamodb:DescribeTable", on=table, because=_TABLES),
        *must(who, "backup:PutRestoreValidationResult", on="*", because=_VALIDATION),
        *must_not(who, "rds:DescribeDBClusters", on=estate.cluster, because="the original"),
        *must_not(who, "dynamodb:DescribeTable", on=estate.sessions, because="the original"),
        *must_not(who, *items, on=table, because="what is in a copy"),
        *must_not(who, "dynamodb:DeleteTable", on=table, because="AWS Backup deletes copies itself"),
        *must_not(who, "rds:DeleteDBCluster", "rds:ModifyDBCluster", on=cluster, because="the same"),
        *must_not(who, "rds:DescribeDBClusters", on=estate.elsewhere(cluster), because="another account"),
        *must_not(who, "backup:StartRestoreJob", on=point, because="it looks at restores, and makes none"),
        *must(starter, "states:StartExecution", on=machine, because=_TARGETS),
        *must_not(starter, "states:StartExecution", on=f"{machine}-other", because="another state machine"),
        *must_not(
            starter, "states:UpdateStateMachine", "states:DeleteStateMachine", on=machine, because="what it does"
        ),
        *must_not(starter, "states:StartExecution", on=estate.elsewhere(machine), because="another account"),
    ]
