"""Keys: each of use to the services that keep something under it, for this account, and to nobody by hand."""

from ops.audit.privileges.estate import OTHER_ACCOUNT, Estate, acting_for, service, through
from ops.audit.privileges.row import Context, Row, must, must_not
from ops.audit.privileges.tables.topics import PUBLISHERS

_KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"
_AURORA = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.Keys.html"
_SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html"
_SESSIONS = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html"
_OBJECTS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"
_TOPICS = "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"
_VAULT = "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html"
_IMAGES = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html"
_LOGS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
_DISKS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html"

# Services that use a key for whoever calls them, with that caller's rights.
_THROUGH = {
    "database": {"rds": _AURORA, "secretsmanager": _SECRETS},
    "storage": {"dynamodb": _SESSIONS, "s3": _OBJECTS},
    "alerts": {"sns": _TOPICS},
    "backup": {"backup": _VAULT},
    "registry": {"ecr": _IMAGES},
    "logs": {},
    "tasks": {},
}
_SERVICES = ("backup", "dynamodb", "ec2", "ecr", "lambda", "logs", "rds", "s3", "secretsmanager", "sns", "ssm")
_IN_THEIR_OWN_NAME = ("s3", "rds", "lambda", "fargate", "logs.us-east-1", "cloudwatch", "backup", "ec2")

_USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
_BY_HAND = tuple(action for action in _USE if action != "kms:DescribeKey")
_ADMINISTER = ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:EnableKeyRotation", "kms:DescribeKey")
_FOR_AWS: Context = {"kms:GrantIsForAWSResource": "true"}


def rows(estate: Estate) -> list[Row]:
    """The table."""
    found = [*_logs(estate), *_disks(estate), *_alerts(estate)]
    for purpose in _THROUGH:
        found += [*_every_key(estate, purpose), *_on_behalf(estate, purpose), *_nobody_else(estate, purpose)]
    return found


def _every_key(estate: Estate, purpose: str) -> list[Row]:
    key, ours, theirs = estate.key(purpose), estate.administrator, estate.outsider
    return [
        *must(ours, *_ADMINISTER, on=key, because=_KMS),
        *must_not(ours, *_BY_HAND, on=key, because="a key used by hand"),
        *must_not(ours, "kms:CreateGrant", on=key, because="a grant made by hand", given=_FOR_AWS),
        *must_not(theirs, *_USE, *_ADMINISTER[:2], on=key, because="another account"),
    ]


def _on_behalf(estate: Estate, purpose: str) -> list[Row]:
    key, ours, theirs, found = estate.key(purpose), estate.administrator, estate.outsider, []
    for name, page in _THROUGH[purpose].items():
        via = through(name)
        found += [
            *must(ours, *_USE, on=key, because=page, given=via),
            *must(ours, "kms:CreateGrant", on=key, because=page, given={**via, **_FOR_AWS}),
            *must_not(ours, "kms:CreateGrant", on=key, because="a grant to a person", given=via),
            *must_not(theirs, *_USE, on=key, because="another account", given=via),
        ]
    for name in sorted(set(_SERVICES) - _THROUGH[purpose].keys()):
        found += must_not(ours, *_BY_HAND, on=key, because="a service that keeps nothing here", given=through(name))
    return found


def _nobody_else(estate: Estate, purpose: str) -> list[Row]:
    """Services that ask in their own name, without the words that the key's own service would say."""
    found = []
    for name in _IN_THEIR_OWN_NAME:
        if (purpose, name) in {("alerts", "cloudwatch"), ("alerts", "backup")}:
            continue
        who, ours = service(f"{name}.amazonaws.com"), acting_for(estate.account_id)
        found += must_not(who, "kms:Decrypt", "kms:GenerateDataKey", on=estate.key(purpose), because="data", given=ours)
    return found


def _logs(estate: Estate) -> list[Row]:
    key, who = estate.key("logs"), service("logs.us-east-1.amazonaws.com")
    context = "kms:EncryptionContext:aws:logs:arn"
    found: list[Row] = []
    for group in estate.every("aws_cloudwatch_log_group"):
        theirs = {context: estate.elsewhere(group)}
        found += must(who, *_BY_HAND, on=key, because=_LOGS, given={context: group})
        found += must_not(who, *_BY_HAND, on=key, because="another account's log group", given=theirs)
    elsewhere = {context: estate.arn("logs", "log-group:any").replace("us-east-1", "eu-west-1")}
    return [
        *found,
        *must(who, "kms:DescribeKey", on=key, because=_LOGS, given={context: estate.arn("logs", "log-group:any")}),
        *must_not(who, "kms:Decrypt", on=key, because="another region's log group", given=elsewhere),
        *must_not(service("logs.eu-west-1.amazonaws.com"), "kms:Decrypt", on=key, because="another region"),
    ]


def _disks(estate: Estate) -> list[Row]:
    key, who = estate.key("tasks"), service("fargate.amazonaws.com")
    account, cluster = "kms:EncryptionContext:aws:ecs:clusterAccount", "kms:EncryptionContext:aws:ecs:clusterName"
    named = estate.configuration.one("aws_ecs_cluster", "cluster")["name"]
    ours = {account: estate.account_id, cluster: named}
    theirs = {account: OTHER_ACCOUNT, cluster: named}
    other = {account: estate.account_id, cluster: "other"}
    data_key, grant = "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant"
    decrypt: Context = {"kms:GrantOperations": ["Decrypt"]}
    more: Context = {"kms:GrantOperations": ["Decrypt", "Encrypt"]}
    return [
        *must(who, data_key, on=key, because=_DISKS, given=ours),
        *must(who, grant, on=key, because=_DISKS, given={**ours, **decrypt}),
        *must_not(who, grant, on=key, because="a grant of more", given={**ours, **more}),
        *must_not(who, data_key, on=key, because="another account's cluster", given=theirs),
        *must_not(who, grant, on=key, because="another account's cluster", given={**theirs, **decrypt}),
        *must_not(who, data_key, on=key, because="another cluster", given=other),
        *must_not(who, grant, on=key, because="another cluster", given={**other, **decrypt}),
        *must_not(who, "kms:Decrypt", on=key, because="grants are for that", given=ours),
    ]


def _alerts(estate: Estate) -> list[Row]:
    key, use = estate.key("alerts"), ("kms:Decrypt", "kms:GenerateDataKey")
    found = must(service("events.amazonaws.com"), *use, on=key, because=_TOPICS)
    for publisher, ((kind, resource), _) in PUBLISHERS.items():
        who, source = service(f"{publisher}.amazonaws.com"), estate.arn(kind, resource)
        theirs = acting_for(OTHER_ACCOUNT, estate.elsewhere(source))
        found += must(who, *use, on=key, because=_TOPICS, given=acting_for(estate.account_id, source))
        found += must_not(who, *use, on=key, because="another account's events", given=theirs)
        found += must_not(who, *use, on=key, because="nobody says for whom")
        found += must_not(
            who, "kms:CreateGrant", on=key, because="more than is needed", given=acting_for(estate.account_id)
        )
    return found
