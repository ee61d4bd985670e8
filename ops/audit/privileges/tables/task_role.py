"""The ECS task role: what the service itself may do with its sessions, its objects and its database.

AWS's pages say which permission each call of the service needs; S3 and DynamoDB are reached through their endpoints.
"""

from ops.audit.privileges.estate import Estate, through
from ops.audit.privileges.row import Row, must, must_not

_CONNECT = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html"
_ITEMS = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/api-permissions-reference.html"
_OBJECTS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"
_UNDER_KEY = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms"
_TABLE_KEY = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html"

_DYNAMODB, _S3 = ("dynamodb",), ("s3",)


def rows(estate: Estate) -> list[Row]:
    """The table."""
    return [*_database(estate), *_sessions(estate), *_objects(estate), *_key(estate)]


def _database(estate: Estate) -> list[Row]:
    who, user = estate.role("compute", "task-role"), estate.database_user("app")
    other_cluster = estate.arn("rds-db", "dbuser:cluster-OTHER/app")
    return [
        *must(who, "rds-db:connect", on=user, because=_CONNECT),
        *must_not(who, "rds-db:connect", on=estate.database_user("postgres"), because="the master user"),
        *must_not(who, "rds-db:connect", on=estate.database_user("application"), because="a user of similar name"),
        *must_not(who, "rds-db:connect", on=other_cluster, because="another cluster"),
        *must_not(who, "rds-db:connect", on=estate.elsewhere(user), because="another account's cluster"),
        *must_not(who, "rds:CreateDBClusterSnapshot", on=estate.cluster, because="a copy of all data"),
    ]


def _sessions(estate: Estate) -> list[Row]:
    who, table = estate.role("compute", "task-role"), estate.sessions
    items = [f"dynamodb:{call}Item" for call in ("Delete", "Get", "Put", "Update")]
    every = [*items, "dynamodb:DescribeTable", "dynamodb:Query"]
    return [
        *must(who, *every, on=table, because=_ITEMS, endpoints=_DYNAMODB),
        *must_not(who, "dynamodb:Scan", on=table, because="everybody's sessions at once"),
        *must_not(who, "dynamodb:PartiQLSelect", "dynamodb:ExportTableToPointInTime", on=table, because="likewise"),
        *must_not(who, "dynamodb:CreateBackup", "dynamodb:UpdateTable", on=table, because="the table itself"),
        *must_not(who, *every, on=f"{table}-restored", because="another table of similar name"),
        *must_not(who, *items, on=estate.arn("dynamodb", "table/other"), because="another table"),
        *must_not(who, *items, on=estate.elsewhere(table), because="another account's table"),
    ]


def _objects(estate: Estate) -> list[Row]:
    who, bucket = estate.role("compute", "task-role"), estate.bucket("data")
    objects = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
    prefix, foreign = {"s3:prefix": "prefix/"}, "arn:aws:s3:::somebody-elses"
    return [
        *must(who, *objects, on=f"{bucket}/object", because=_OBJECTS, endpoints=_S3),
        *must(who, "s3:ListBucket", on=bucket, because=_OBJECTS, given=prefix, endpoints=_S3),
        *must_not(who, *objects, on=f"{estate.bucket('logs')}/s3/object", because="the access logs"),
        *must_not(who, "s3:ListBucket", on=estate.bucket("logs"), because="the access logs"),
        *must_not(who, *objects, on=f"{foreign}/object", because="a bucket to carry data off to"),
        *must_not(who, "s3:PutObjectAcl", on=f"{bucket}/object", because="who else may read an object"),
        *must_not(who, "s3:GetObjectVersion", "s3:DeleteObjectVersion", on=f"{bucket}/object", because="the way back"),
        *must_not(who, "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", on=bucket, because="the way back"),
    ]


def _key(estate: Estate) -> list[Row]:
    who, key = estate.role("compute", "task-role"), estate.key("storage")
    use = ("kms:Decrypt", "kms:GenerateDataKey")
    return [
        *must(who, *use, on=key, because=_UNDER_KEY, given=through("s3")),
        *must(who, *use, on=key, because=_TABLE_KEY, given=through("dynamodb")),
        *must_not(who, *use, on=key, because="a key used by hand"),
        *must_not(who, *use, on=key, because="a key used through a service it is not for", given=through("ssm")),
        *must_not(who, "kms:Encrypt", "kms:CreateGrant", on=key, because="more than is needed", given=through("s3")),
        *must_not(who, *use, on=estate.elsewhere(key), because="another account's key", given=through("s3")),
    ]
