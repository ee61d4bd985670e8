"""Buckets: over TLS 1.2 or later only, under our key only, and logs from those who write them for this account."""

from ops.audit.privileges.estate import OTHER_ACCOUNT, Estate, acting_for, service
from ops.audit.privileges.row import Row, must, must_not

_TLS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html"
_KEY = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms"
_BALANCER_LOGS = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html"
    "#attach-bucket-policy"
)
_ACCESS_LOGS = (
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html"
    "#grant-log-delivery-permissions-general"
)
# Bucket policies are evaluated before the bucket's own encryption applies, so a call without headers has no such key.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
_ALGORITHM = "s3:x-amz-server-side-encryption"
_KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
_PUT = "s3:PutObject"


def rows(estate: Estate) -> list[Row]:
    """The table."""
    return [*_transport(estate), *_encryption(estate), *_balancer_logs(estate), *_access_logs(estate)]


def _transport(estate: Estate) -> list[Row]:
    who, found = estate.administrator, []
    for bucket in estate.every("aws_s3_bucket"):
        item = f"{bucket}/object"
        for outdated in ({"aws:SecureTransport": "false"}, {"s3:TlsVersion": "1.1"}):
            found += must_not(who, "s3:GetObject", _PUT, on=item, because="what is on the wire", given=outdated)
            found += must_not(who, "s3:ListBucket", on=bucket, because="what is on the wire", given=outdated)
        found += must(who, "s3:GetObject", on=item, because=_TLS, given={"s3:TlsVersion": "1.2"})
        found += must(who, "s3:ListBucket", on=bucket, because=_TLS, given={"s3:TlsVersion": "1.2"})
        found += must_not(estate.outsider, "s3:GetObject", _PUT, on=item, because="another account")
        found += must_not(estate.outsider, "s3:ListBucket", on=bucket, because="another account")
    return found


def _encryption(estate: Estate) -> list[Row]:
    item, ours = f"{estate.bucket('data')}/object", estate.key("storage")
    who, role = estate.administrator, estate.role("compute", "task-role")
    own_key = {"s3:x-amz-server-side-encryption-customer-algorithm": "AES256"}
    named, other, theirs = (
        {_ALGORITHM: "aws:kms", _KEY_ID: key} for key in (ours, estate.key("database"), estate.elsewhere(ours))
    )
    return [
        *must(who, _PUT, on=item, because=_KEY, given=named),
        *must(who, _PUT, on=item, because=_KEY),
        *must_not(who, _PUT, on=item, because="objects under another key", given=other),
        *must_not(role, _PUT, on=item, because="objects under another account's key", given=theirs),
        *must_not(role, _PUT, on=item, because="objects under S3's own key", given={_ALGORITHM: "AES256"}),
        *must_not(role, _PUT, on=item, because="objects under AWS's key", given={_ALGORITHM: "aws:kms"}),
        *must_not(role, _PUT, on=item, because="objects under a key that the caller keeps", given=own_key),
    ]


def _balancer_logs(estate: Estate) -> list[Row]:
    who = service("logdelivery.elasticloadbalancing.amazonaws.com")
    logs, balancer = estate.bucket("logs"), estate.of("aws_lb", "load-balancer")
    ours, theirs = acting_for(estate.account_id, balancer), acting_for(OTHER_ACCOUNT, estate.elsewhere(balancer))
    path = f"{logs}/load-balancer/AWSLogs/{estate.account_id}/elasticloadbalancing/log.gz"
    beside = f"{logs}/load-balancer/AWSLogs/{OTHER_ACCOUNT}/elasticloadbalancing/log.gz"
    return [
        *must(who, _PUT, on=path, because=_BALANCER_LOGS, given=ours),
        *must_not(who, _PUT, on=path, because="another account's load balancer", given=theirs),
        *must_not(who, _PUT, on=beside, because="another account's logs", given=theirs),
        *must_not(who, _PUT, on=f"{logs}/s3/log", because="the access logs", given=ours),
        *must_not(who, "s3:GetObject", on=path, because="what has been logged", given=ours),
        *must_not(who, _PUT, on=f"{estate.bucket('data')}/object", because="data", given=ours),
    ]


def _access_logs(estate: Estate) -> list[Row]:
    who, logs, data = service("logging.s3.amazonaws.com"), estate.bucket("logs"), estate.bucket("data")
    path, ours = f"{logs}/s3/2030-01-01-00-00-00-ABC", acting_for(estate.account_id, data)
    return [
        *must(who, _PUT, on=path, because=_ACCESS_LOGS, given=ours),
        *must_not(who, _PUT, on=path, because="another account's bucket", given=acting_for(OTHER_ACCOUNT, data)),
        *must_not(who, _PUT, on=path, because="another bucket", given=acting_for(estate.account_id, logs)),
        *must_not(who, _PUT, on=f"{logs}/load-balancer/log", because="the load balancer's logs", given=ours),
        *must_not(who, "s3:GetObject", "s3:DeleteObject", on=path, because="what has been logged", given=ours),
        *must_not(service("s3.amazonaws.com"), _PUT, on=path, because="another service", given=ours),
    ]
