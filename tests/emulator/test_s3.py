import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.s3  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

LOGS = "access-logs"
ACCOUNT = "123456789012"
TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": f"arn:aws:s3:::{LOGS}/*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
GRANT = {
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::{LOGS}/s3/*",
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": "arn:aws:s3:::da*"},
    },
}


@pytest.fixture
def s3() -> Iterator[Client]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=LOGS)
        client.create_bucket(Bucket="data")
        yield client


def log_to(s3: Client, statements: list[dict[str, Any]], **enabled: Any) -> None:  # noqa: ANN401
    s3.put_bucket_policy(Bucket=LOGS, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    target: Any = {"TargetBucket": LOGS, "TargetPrefix": "s3/data/", **enabled}
    s3.put_bucket_logging(Bucket="data", BucketLoggingStatus={"LoggingEnabled": target})


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Action": ["s3:GetObject", "s3:Put*"]},
        {"Resource": [f"arn:aws:s3:::{LOGS}", f"arn:aws:s3:::{LOGS}/*"]},
        {"Principal": {"Service": ["cloudtrail.amazonaws.com", "logging.s3.amazonaws.com"]}},
    ],
    ids=["as documented", "several actions", "several resources", "several services"],
)
def test_a_policy_beside_a_deny_for_everyone_lets_logs_in(s3: Client, change: dict[str, Any]) -> None:
    log_to(s3, [TLS_ONLY, GRANT | change])
    assert s3.get_bucket_logging(Bucket="data")["LoggingEnabled"] == {
        "TargetBucket": LOGS,
        "TargetPrefix": "s3/data/",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Deny"},
        {"Principal": {"Service": "cloudtrail.amazonaws.com"}},
        {"Action": "s3:GetObject"},
        {"Resource": f"arn:aws:s3:::{LOGS}/alb/*"},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::other*"}}},
    ],
    ids=["denied", "another service", "another action", "another prefix", "another account", "another bucket"],
)
def test_a_policy_that_does_not_grant_this_delivery_is_refused(s3: Client, change: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        log_to(s3, [TLS_ONLY, GRANT | change])
    assert refused.value.response["Error"]["Code"] == "InvalidTargetBucketForLogging"
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="data")


def test_the_names_of_log_objects_are_kept(s3: Client) -> None:
    key_format = {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}
    log_to(s3, [GRANT], TargetObjectKeyFormat=key_format)
    assert s3.get_bucket_logging(Bucket="data")["LoggingEnabled"].get("TargetObjectKeyFormat") == key_format


RULES: list[dict[str, Any]] = [
    {
        "ID": "everything",
        "Status": "Enabled",
        "Filter": {},
        "Transitions": [
            {"Days": 30, "StorageClass": "STANDARD_IA"},
            {"Days": 90, "StorageClass": "GLACIER"},
        ],
        "Expiration": {"Days": 400},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    },
    {
        "ID": "old versions",
        "Status": "Enabled",
        "Filter": {"Prefix": "uploads/"},
        "NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "STANDARD_IA"}],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90, "NewerNoncurrentVersions": 3},
    },
    {
        "ID": "large and tagged",
        "Status": "Disabled",
        "Filter": {
            "And": {"Prefix": "tmp/", "Tags": [{"Key": "kind", "Value": "cache"}], "ObjectSizeGreaterThan": 1000}
        },
        "Expiration": {"ExpiredObjectDeleteMarker": True},
    },
    {
        "ID": "small",
        "Status": "Enabled",
        "Filter": {"ObjectSizeLessThan": 500},
        "Expiration": {"Days": 1},
    },
]


def test_lifecycle_rules_come_back_as_they_were_put(s3: Client) -> None:
    configuration: Any = {"Rules": RULES}
    s3.put_bucket_lifecycle_configuration(Bucket="data", LifecycleConfiguration=configuration)
    assert s3.get_bucket_lifecycle_configuration(Bucket="data")["Rules"] == RULES


def test_a_bucket_without_lifecycle_rules_has_no_configuration(s3: Client) -> None:
    configuration: Any = {"Rules": RULES}
    s3.put_bucket_lifecycle_configuration(Bucket="data", LifecycleConfiguration=configuration)
    s3.delete_bucket_lifecycle(Bucket="data")
    with pytest.raises(ClientError) as missing:
        s3.get_bucket_lifecycle_configuration(Bucket="data")
    assert missing.value.response["Error"]["Code"] == "NoSuchLifecycleConfiguration"


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
        {"Condition": {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}},
        {"Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Condition": {}},
    ],
    ids=["plain HTTP", "old TLS", "other accounts", "someone else"],
)
def test_a_deny_that_does_not_concern_the_caller_leaves_objects_reachable(s3: Client, change: dict[str, Any]) -> None:
    deny(s3, change)
    s3.put_object(Bucket=LOGS, Key="a", Body=b"1")
    assert s3.get_object(Bucket=LOGS, Key="a")["Body"].read() == b"1"
    assert "Errors" not in s3.delete_objects(Bucket=LOGS, Delete={"Objects": [{"Key": "a"}]})


@pytest.mark.parametrize(
    "change",
    [
        {"Condition": {}},
        {"Principal": {"AWS": ["*"]}, "Condition": {}},
        {"Condition": {"Bool": {"aws:SecureTransport": True}}},
        {"Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}},
    ],
    ids=["always", "every principal", "TLS", "this account"],
)
def test_a_deny_that_concerns_the_caller_is_applied(s3: Client, change: dict[str, Any]) -> None:
    deny(s3, change)
    with pytest.raises(ClientError) as denied:
        s3.put_object(Bucket=LOGS, Key="a", Body=b"1")
    assert denied.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def deny(s3: Client, change: dict[str, Any]) -> None:
    policy = {"Version": "2012-10-17", "Statement": [TLS_ONLY | change]}
    s3.put_bucket_policy(Bucket=LOGS, Policy=json.dumps(policy))


def test_a_bucket_whose_versioning_is_suspended_is_emptied_version_by_version(s3: Client) -> None:
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket="data", Key="a", Body=body)
    s3.delete_object(Bucket="data", Key="a")
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Suspended"})
    listed = s3.list_object_versions(Bucket="data")
    every = [*listed["Versions"], *listed["DeleteMarkers"]]
    assert len(every) == 3
    first = listed["Versions"][-1]["VersionId"]
    assert s3.get_object(Bucket="data", Key="a", VersionId=first)["Body"].read() == b"1"
    for version in every:
        objects = [{"Key": "a", "VersionId": version["VersionId"]}]
        assert "Errors" not in s3.delete_objects(Bucket="data", Delete={"Objects": objects})
    s3.delete_bucket(Bucket="data")


def test_a_bucket_that_never_had_versioning_has_no_versions(s3: Client) -> None:
    for body in (b"1", b"2"):
        s3.put_object(Bucket="data", Key="a", Body=body)
    assert [v["VersionId"] for v in s3.list_object_versions(Bucket="data")["Versions"]] == ["null"]
    s3.delete_object(Bucket="data", Key="a")
    s3.delete_bucket(Bucket="data")
