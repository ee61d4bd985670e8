"""Who may publish alerts: each service that has something to say, for this account, over TLS."""

from ops.audit.privileges.estate import OTHER_ACCOUNT, Estate, acting_for, service
from ops.audit.privileges.row import Row, must, must_not

_EVENTBRIDGE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions"
_SNS = "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html"
# Publisher, for which resource it acts, and where AWS says so.
PUBLISHERS = {
    "backup": (
        ("backup", "backup-vault:vault"),
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html",
    ),
    "budgets": (
        ("budgets", "budget/monthly"),
        "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html",
    ),
    "cloudwatch": (("cloudwatch", "alarm:any"), _SNS),
    "events.rds": (
        ("rds", "es:events"),
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.GrantingPermissions.html",
    ),
}
_SILENT = ("s3", "ec2", "lambda", "ecs-tasks", "logs", "monitoring.rds", "codestar-notifications")
_PUBLISH = "sns:Publish"
_PLAIN = {"aws:SecureTransport": "false"}


def rows(estate: Estate) -> list[Row]:
    """The table."""
    alerts, failures = (estate.of("aws_sns_topic", name) for name in ("alerts", "delivery-failures"))
    found = [
        *_publisher(estate, "cloudwatch", topic=failures),
        *must(service("events.amazonaws.com"), _PUBLISH, on=alerts, because=_EVENTBRIDGE),
        *must_not(service("events.amazonaws.com"), _PUBLISH, on=alerts, because="plain HTTP", given=_PLAIN),
        *must_not(service("events.amazonaws.com"), _PUBLISH, on=failures, because="what delivery alarms say"),
        *_account(estate, alerts),
        *_account(estate, failures),
    ]
    for publisher in PUBLISHERS:
        found += _publisher(estate, publisher, topic=alerts)
    for publisher in sorted(PUBLISHERS.keys() - {"cloudwatch"}):
        who, ours = service(f"{publisher}.amazonaws.com"), acting_for(estate.account_id)
        found += must_not(who, _PUBLISH, on=failures, because="what delivery alarms say", given=ours)
    return found


def _publisher(estate: Estate, publisher: str, *, topic: str) -> list[Row]:
    (kind, resource), page = PUBLISHERS[publisher]
    who, source = service(f"{publisher}.amazonaws.com"), estate.arn(kind, resource)
    ours, theirs = acting_for(estate.account_id, source), acting_for(OTHER_ACCOUNT, estate.elsewhere(source))
    return [
        *must(who, _PUBLISH, on=topic, because=page, given=ours),
        *must_not(who, _PUBLISH, on=topic, because="another account's events", given=theirs),
        *must_not(who, _PUBLISH, on=topic, because="nobody says for whom"),
        *must_not(who, _PUBLISH, on=topic, because="plain HTTP", given={**ours, **_PLAIN}),
        *must_not(who, "sns:Subscribe", "sns:SetTopicAttributes", on=topic, because="who is told", given=ours),
    ]


def _account(estate: Estate, topic: str) -> list[Row]:
    operate = ("sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:SetTopicAttributes", "sns:Subscribe")
    found = [
        *must(estate.administrator, _PUBLISH, *operate, on=topic, because=_SNS),
        *must_not(estate.administrator, _PUBLISH, on=topic, because="plain HTTP", given=_PLAIN),
        *must_not(estate.outsider, _PUBLISH, *operate, on=topic, because="another account"),
    ]
    for silent in _SILENT:
        who, ours = service(f"{silent}.amazonaws.com"), acting_for(estate.account_id)
        found += must_not(who, _PUBLISH, on=topic, because="a service that has nothing to say", given=ours)
    return found
