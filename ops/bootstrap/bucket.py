"""The bucket that holds Terraform's state."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ops.backend import Backend
from ops.bootstrap.outcome import Outcome, agrees
from ops.errors import BadInputError

_DAYS_OLD_STATES_ARE_KEPT = 90
_NOT_CONFIGURED = {
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
}


@dataclass(frozen=True)
class Aspect:
    """One thing that is configured of a bucket: what it is to be, and how to ask for it and set it."""

    name: str
    desired: Any
    get: Callable[[], Any]
    put: Callable[[], Any]

    def mend(self) -> bool:
        """Set it where it is not as it is to be. Whether that was necessary."""
        if agrees(self._actual(), self.desired):
            return False
        self.put()
        return True

    def _actual(self) -> Any:  # noqa: ANN401 - any JSON
        try:
            return self.get()
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_CONFIGURED:
                return None
            raise


def state_bucket_exists(session: boto3.Session, backend: Backend, *, account_id: str) -> bool:
    """Whether the bucket is there. Raises BadInputError when its name is somebody else's."""
    s3 = session.client("s3", region_name=backend.region)
    try:
        s3.head_bucket(Bucket=backend.bucket, ExpectedBucketOwner=account_id)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return False
        if status == 403:
            raise _taken(backend, "belongs to another account, or these credentials may not use it") from None
        if status in {301, 400}:
            raise _taken(backend, f"is in another region than {backend.region}") from None
        raise
    return True


def ensure_state_bucket(
    session: boto3.Session, backend: Backend, *, account_id: str, key_arn: str, tags: dict[str, str]
) -> Outcome:
    """Make or mend the bucket."""
    s3 = session.client("s3", region_name=backend.region)
    made = not state_bucket_exists(session, backend, account_id=account_id)
    if made:
        # us-east-1 is the one region that S3 wants to be left unsaid.
        elsewhere = {} if backend.region == "us-east-1" else {"LocationConstraint": backend.region}
        try:
            s3.create_bucket(
                Bucket=backend.bucket,
                ObjectOwnership="BucketOwnerEnforced",
                **({"CreateBucketConfiguration": elsewhere} if elsewhere else {}),
            )
        except s3.exceptions.BucketAlreadyExists:
            raise _taken(backend, "belongs to another account") from None
    mended = tuple(aspect.name for aspect in _aspects(s3, backend.bucket, key_arn, tags) if aspect.mend())
    return Outcome(what=f"bucket {backend.bucket}", made=made, mended=() if made else mended)


def _taken(backend: Backend, why: str) -> BadInputError:
    return BadInputError(
        f"The bucket {backend.bucket} {why}.\n"
        "  Bucket names are global: put another one in backend.tf.json and run this again."
    )


def _aspects(s3: Any, bucket: str, key_arn: str, tags: dict[str, str]) -> list[Aspect]:  # noqa: ANN401 - a boto3 client
    configurations = [
        _public_access(s3, bucket),
        _ownership(s3, bucket),
        _versioning(s3, bucket),
        _encryption(s3, bucket, key_arn),
    ]
    return [*configurations, _policy(s3, bucket), _lifecycle(s3, bucket), _tagging(s3, bucket, tags)]


def _public_access(s3: Any, bucket: str) -> Aspect:  # noqa: ANN401
    blocked = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    return Aspect(
        name="public access",
        desired=blocked,
        get=lambda: s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
        put=lambda: s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=blocked),
    )


def _ownership(s3: Any, bucket: str) -> Aspect:  # noqa: ANN401
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    return Aspect(
        name="ownership",
        desired=enforced,
        get=lambda: s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"],
        put=lambda: s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=enforced),
    )


def _versioning(s3: Any, bucket: str) -> Aspect:  # noqa: ANN401
    enabled = {"Status": "Enabled"}
    return Aspect(
        name="versioning",
        desired=enabled,
        get=lambda: s3.get_bucket_versioning(Bucket=bucket),
        put=lambda: s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=enabled),
    )


def _encryption(s3: Any, bucket: str, key_arn: str) -> Aspect:  # noqa: ANN401
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    encrypted = {"Rules": [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]}
    return Aspect(
        name="encryption",
        desired=encrypted,
        get=lambda: s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"],
        put=lambda: s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=encrypted),
    )


def _policy(s3: Any, bucket: str) -> Aspect:  # noqa: ANN401
    """TLS only; statements that others added stay."""
    ours = {
        "Sid": "DenyInsecureTransport",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }

    def statements() -> list[Any]:
        found: list[Any] = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
        return found

    def others() -> list[Any]:
        try:
            return [statement for statement in statements() if statement.get("Sid") != ours["Sid"]]
        except ClientError:
            return []

    return Aspect(
        name="TLS-only policy",
        desired=[ours],
        get=lambda: [statement for statement in statements() if statement.get("Sid") == ours["Sid"]],
        put=lambda: s3.put_bucket_policy(
            Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [*others(), ours]})
        ),
    )


def _lifecycle(s3: Any, bucket: str) -> Aspect:  # noqa: ANN401
    """Old states go after a while, and so do the delete markers that released lock files leave."""
    rule = {
        "ID": "expire-old-states",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": _DAYS_OLD_STATES_ARE_KEPT},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        "Expiration": {"ExpiredObjectDeleteMarker": True},
    }
    return Aspect(
        name="lifecycle",
        desired=[rule],
        get=lambda: s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"],
        put=lambda: s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]}),
    )


def _tagging(s3: Any, bucket: str, tags: dict[str, str]) -> Aspect:  # noqa: ANN401
    """Missing tags are added; values that are there stay, for the bucket is shared by environments."""

    def actual() -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}

    def put() -> None:
        try:
            there = actual()
        except ClientError:
            there = {}
        merged = {**tags, **there}
        s3.put_bucket_tagging(
            Bucket=bucket, Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in merged.items()]}
        )

    return Aspect(name="tags", desired=sorted(tags), get=lambda: sorted(actual().keys() & tags.keys()), put=put)
