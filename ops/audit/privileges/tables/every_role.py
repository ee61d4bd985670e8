"""What no role may do: widen its rights, destroy what is kept, silence alerts, or use a key by hand."""

from ops.audit.privileges.estate import Estate
from ops.audit.privileges.row import Principal, Row, must_not


def rows(estate: Estate) -> list[Row]:
    """The table, for each role."""
    return [
        row
        for role in estate.roles
        for who in [estate.session(role)]
        for row in (*_rights(estate, who), *_kept(estate, who), *_watched(estate, who), *_keys(estate, who))
    ]


def _rights(estate: Estate, who: Principal) -> list[Row]:
    widen = ("iam:PassRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy")
    user = f"arn:aws:iam::{estate.account_id}:user/new"
    found = must_not(who, "iam:CreateUser", "iam:CreateAccessKey", on=user, because="a way back in")
    for role in estate.every("aws_iam_role"):
        found += must_not(who, "sts:AssumeRole", *widen, on=role, because="rights of its own or of another role")
    foreign = estate.elsewhere(estate.every("aws_iam_role")[0])
    return found + must_not(who, "sts:AssumeRole", on=foreign, because="a role of another account")


def _kept(estate: Estate, who: Principal) -> list[Row]:
    data, table = estate.bucket("data"), estate.sessions
    vault = estate.of("aws_backup_vault", "vault")
    repository = estate.of("aws_ecr_repository", "service")
    return [
        *must_not(who, "rds:DeleteDBCluster", on=estate.cluster, because="the database"),
        *must_not(who, "dynamodb:DeleteTable", on=table, because="the session table"),
        *must_not(who, "s3:DeleteBucket", "s3:PutBucketPolicy", on=data, because="the data bucket"),
        *must_not(who, "s3:DeleteBucketPolicy", on=estate.bucket("logs"), because="the log bucket"),
        *must_not(who, "backup:DeleteRecoveryPoint", on=estate.arn("backup", "recovery-point:1"), because="backups"),
        *must_not(who, "backup:DeleteBackupVault", on=vault, because="backups"),
        *must_not(who, "ecr:PutImage", "ecr:DeleteRepository", on=repository, because="what tasks run"),
        *must_not(who, "secretsmanager:GetSecretValue", on=estate.master_secret, because="the master password"),
    ]


def _watched(estate: Estate, who: Principal) -> list[Row]:
    found = []
    for topic in estate.every("aws_sns_topic"):
        alter = ("sns:Publish", "sns:Subscribe", "sns:SetTopicAttributes", "sns:DeleteTopic")
        found += must_not(who, *alter, on=topic, because="alerts that people believe")
    for group in estate.every("aws_cloudwatch_log_group"):
        found += must_not(who, "logs:DeleteLogGroup", on=group, because="traces")
    alarm = estate.arn("cloudwatch", "alarm:any")
    return found + must_not(
        who, "cloudwatch:DeleteAlarms", "cloudwatch:DisableAlarmActions", on=alarm, because="alarms"
    )


def _keys(estate: Estate, who: Principal) -> list[Row]:
    found = []
    for key in estate.every("aws_kms_key"):
        found += must_not(who, "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", on=key, because="a key by hand")
        found += must_not(who, "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", on=key, because="a key itself")
    return found
