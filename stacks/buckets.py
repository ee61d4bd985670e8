"""Buckets: what every bucket has (private, owned, versioned, TLS only), whatever is kept in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import S3BucketVersioningA, S3BucketVersioningVersioningConfiguration

from stacks.base import AnyLayer
from stacks.iam import ANYONE, INSECURE, Condition, Statement, deny, policy


@dataclass(frozen=True, kw_only=True)
class BucketContent:
    """What sets one bucket apart: its key (None is SSE-S3), who else may do what, and how long things stay."""

    key_arn: str | None
    statements: Sequence[Statement]
    lifecycle: Sequence[S3BucketLifecycleConfigurationRule]


@dataclass(frozen=True)
class Bucket:
    """A bucket and its policy, which has to be in place before a service may write to it."""

    bucket: S3Bucket
    policy: S3BucketPolicy


def bucket(layer: AnyLayer, role: str, content: BucketContent) -> Bucket:
    """A private bucket that `destroy` can empty."""
    made = S3Bucket(layer, role, bucket=layer.names.bucket(role), force_destroy=True)
    blocked = S3BucketPublicAccessBlock(
        layer,
        f"{role}-private",
        bucket=made.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    owned = S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced")
    S3BucketOwnershipControls(layer, f"{role}-owner", bucket=made.id, rule=owned)
    enabled = S3BucketVersioningVersioningConfiguration(status="Enabled")
    versioning = S3BucketVersioningA(layer, f"{role}-versions", bucket=made.id, versioning_configuration=enabled)
    _encrypt(layer, role, made, key_arn=content.key_arn)
    access = S3BucketPolicy(
        layer,
        f"{role}-policy",
        bucket=made.id,
        policy=policy(*content.statements, *_tls_only(made)),
        depends_on=[blocked],  # S3 refuses two changes of a bucket's access at once
    )
    S3BucketLifecycleConfiguration(
        layer, f"{role}-lifecycle", bucket=made.id, rule=list(content.lifecycle), depends_on=[versioning]
    )
    return Bucket(bucket=made, policy=access)


def _encrypt(layer: AnyLayer, role: str, made: S3Bucket, *, key_arn: str | None) -> None:
    by_default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
        sse_algorithm="aws:kms" if key_arn else "AES256", kms_master_key_id=key_arn
    )
    rule = S3BucketServerSideEncryptionConfigurationRuleA(
        apply_server_side_encryption_by_default=by_default, bucket_key_enabled=key_arn is not None
    )
    S3BucketServerSideEncryptionConfigurationA(layer, f"{role}-encryption", bucket=made.id, rule=[rule])


def _tls_only(made: S3Bucket) -> list[Statement]:
    both = [made.arn, f"{made.arn}/*"]
    outdated = {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
    return [
        deny("s3:*", on=both, to=ANYONE, when=INSECURE, sid="OnlyOverTls"),
        deny("s3:*", on=both, to=ANYONE, when=outdated, sid="OnlyOverTls12OrLater"),
    ]


def only_under(key_arn: str, *, objects: str) -> list[Statement]:
    """Refuses objects under any other key than the bucket's own; who names none gets that one.

    S3 looks at the policy before it adds the bucket's default, so that a request without headers has to pass:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    """
    method, key = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
    refused: dict[str, Condition] = {
        "OnlyUnderOurKey": {"ArnNotEquals": {key: key_arn}, "Null": {key: "false"}},
        "NotUnderKeysOfS3": {"Null": {method: "false", key: "true"}},
        "NotUnderKeysOfClients": {"Null": {f"{method}-customer-algorithm": "false"}},
    }
    return [deny("s3:PutObject", on=[objects], to=ANYONE, when=when, sid=sid) for sid, when in refused.items()]
