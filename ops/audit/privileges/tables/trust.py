"""Who may become each role: its one service, acting for this account.

AWS sends aws:SourceAccount and aws:SourceArn when a service assumes a role for a resource:
https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html.
"""

from ops.audit.privileges.estate import OTHER_ACCOUNT, Estate, acting_for, service
from ops.audit.privileges.row import Row, must, must_not

_ASSUME = "sts:AssumeRole"
_TASKS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"
# Layer, role, its service, for which resource that acts, and where AWS says so.
_TRUSTED = (
    ("compute", "execution-role", "ecs-tasks", ("ecs", "task/cluster/1"), _TASKS),
    ("compute", "task-role", "ecs-tasks", ("ecs", "task/cluster/1"), _TASKS),
    ("compute", "migration-role", "ecs-tasks", ("ecs", "task/cluster/1"), _TASKS),
    (
        "backup",
        "role",
        "backup",
        ("backup", "backup-vault:vault"),
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-service-confused-deputy-prevention.html",
    ),
    (
        "backup",
        "validation-role",
        "states",
        ("states", "stateMachine:machine"),
        "https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html",
    ),
    (
        "backup",
        "validation-starter-role",
        "events",
        ("events", "rule/rule"),
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html",
    ),
    (
        "network",
        "flow-log-role",
        "vpc-flow-logs",
        ("ec2", "vpc-flow-log/fl-1"),
        "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html",
    ),
    (
        "database",
        "monitoring-role",
        "monitoring.rds",
        ("rds", "db:instance"),
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Monitoring.OS.Enabling.html",
    ),
    (
        "monitoring",
        "game-day-role",
        "fis",
        ("fis", "experiment/EXP1"),
        "https://docs.aws.amazon.com/fis/latest/userguide/getting-started-iam-service-role.html",
    ),
)
_OTHERS = ("ec2", "lambda", "ecs-tasks", "backup", "vpc-flow-logs", "monitoring.rds", "rds", "fis", "states", "events")


def rows(estate: Estate) -> list[Row]:
    """The table."""
    found = []
    for layer, name, trusted, (kind, resource), page in _TRUSTED:
        role = estate.configuration.attribute(estate.configuration.one("aws_iam_role", name, layer=layer), "arn")
        source = estate.arn(kind, resource)
        its, ours = service(f"{trusted}.amazonaws.com"), acting_for(estate.account_id, source)
        theirs = acting_for(OTHER_ACCOUNT, estate.elsewhere(source))
        found += [
            *must(its, _ASSUME, on=role, because=page, given=ours),
            *must_not(its, _ASSUME, on=role, because="a deputy that another account has confused", given=theirs),
            *must_not(its, _ASSUME, on=role, because="a deputy that does not say for whom it acts"),
            *must_not(estate.administrator, _ASSUME, on=role, because="people have roles of their own"),
            *must_not(estate.outsider, _ASSUME, on=role, because="another account"),
        ]
        for other in _OTHERS:
            if other != trusted:
                who = service(f"{other}.amazonaws.com")
                found += must_not(who, _ASSUME, on=role, because="another service's role", given=ours)
    return found
