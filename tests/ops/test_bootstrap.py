"""What keeps Terraform's state."""

import json
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from ops.account import Environment
from ops.backend import Backend, load_backend
from ops.bootstrap.command import bootstrap, missing_parts
from ops.errors import BadInputError, OpsError

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.requirement("ENV-6")]


def verdicts(environment: Environment, backend: Backend) -> list[str]:
    return [outcome.verdict for outcome in bootstrap(environment, backend)]


def test_the_second_time_it_finds_what_it_made(environment: Environment, backend: Backend) -> None:
    assert missing_parts(environment, backend) == ["bucket states", "table locks"]
    assert verdicts(environment, backend) == ["made", "made", "made"]
    assert verdicts(environment, backend) == ["found", "found", "found"]
    assert missing_parts(environment, backend) == []


def test_states_and_locks_are_private_versioned_encrypted_and_recoverable(
    environment: Environment, backend: Backend
) -> None:
    bootstrap(environment, backend)

    session = environment.session()
    s3, dynamodb, kms = session.client("s3"), session.client("dynamodb"), session.client("kms")
    key = kms.describe_key(KeyId="alias/states")["KeyMetadata"]
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    rule = s3.get_bucket_encryption(Bucket="states")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}
    assert rule["BucketKeyEnabled"]
    assert s3.get_bucket_versioning(Bucket="states")["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket="states")["PublicAccessBlockConfiguration"].values())
    policy = json.loads(s3.get_bucket_policy(Bucket="states")["Policy"])
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    table = dynamodb.describe_table(TableName="locks")["Table"]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == key["Arn"]
    backups = dynamodb.describe_continuous_backups(TableName="locks")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_what_has_drifted_is_mended(environment: Environment, backend: Backend) -> None:
    bootstrap(environment, backend)
    session = environment.session()
    s3, kms = session.client("s3"), session.client("kms")
    kms.disable_key_rotation(KeyId=kms.describe_key(KeyId="alias/states")["KeyMetadata"]["KeyId"])
    s3.put_bucket_versioning(Bucket="states", VersioningConfiguration={"Status": "Suspended"})
    s3.delete_public_access_block(Bucket="states")
    s3.delete_bucket_policy(Bucket="states")
    s3.delete_bucket_lifecycle(Bucket="states")
    session.client("dynamodb").update_continuous_backups(
        TableName="locks", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )

    key, bucket, table = bootstrap(environment, backend)

    assert key.mended == ("rotation",)
    assert bucket.mended == ("public access", "versioning", "TLS-only policy", "lifecycle")
    assert table.mended == ("point-in-time recovery",)
    assert verdicts(environment, backend) == ["found", "found", "found"]


def test_statements_and_tags_of_others_stay(environment: Environment, backend: Backend) -> None:
    bootstrap(environment, backend)
    s3 = environment.session().client("s3")
    theirs = {
        "Sid": "Theirs",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteBucket",
        "Resource": "arn:aws:s3:::states",
    }
    s3.put_bucket_policy(Bucket="states", Policy=json.dumps({"Version": "2012-10-17", "Statement": [theirs]}))
    s3.put_bucket_tagging(Bucket="states", Tagging={"TagSet": [{"Key": "Owner", "Value": "somebody else"}]})

    bootstrap(environment, backend)

    statements = json.loads(s3.get_bucket_policy(Bucket="states")["Policy"])["Statement"]
    assert [statement["Sid"] for statement in statements] == ["Theirs", "DenyInsecureTransport"]
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket="states")["TagSet"]}
    assert tags["Owner"] == "somebody else"
    assert tags["ManagedBy"] == "ops"


@pytest.mark.parametrize(
    ("status", "why"), [(403, "belongs to another account"), (301, "is in another region than us-east-1")]
)
def test_a_bucket_that_is_somebody_elses_is_a_clear_error(
    environment: Environment, backend: Backend, monkeypatch: pytest.MonkeyPatch, status: int, why: str
) -> None:
    call = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 - where moto is too lenient

    def refuse(client: BaseClient, operation: str, arguments: dict[str, object]) -> object:
        if operation == "HeadBucket":
            assert arguments["ExpectedBucketOwner"] == environment.account_id
            answer: Any = {"Error": {"Code": str(status)}, "ResponseMetadata": {"HTTPStatusCode": status}}
            raise ClientError(answer, operation)
        return call(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)

    with pytest.raises(BadInputError, match=rf"(?s)states {why}.*backend\.tf\.json"):
        bootstrap(environment, backend)


def test_a_key_that_is_going_is_not_used(environment: Environment, backend: Backend) -> None:
    bootstrap(environment, backend)
    kms = environment.session().client("kms")
    kms.schedule_key_deletion(KeyId=kms.describe_key(KeyId="alias/states")["KeyMetadata"]["KeyId"])

    with pytest.raises(OpsError, match="cancel-key-deletion"):
        bootstrap(environment, backend)


def test_the_examples_bucket_is_refused_on_a_real_account(environment: Environment) -> None:
    with pytest.raises(BadInputError, match=r"backend\.tf\.json"):
        bootstrap(environment, load_backend())
