from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.rds
import emulator.services.rds_restore  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

AWS = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def rds() -> Iterator[Client]:
    """A cluster as an environment has it."""
    with mock_aws():
        client = AWS.client("rds")
        client.create_db_cluster_parameter_group(
            DBClusterParameterGroupName="tls", DBParameterGroupFamily="aurora-postgresql15", Description="TLS only"
        )
        client.create_db_cluster(
            DBClusterIdentifier="db",
            Engine="aurora-postgresql",
            EngineVersion="15.6",
            DatabaseName="app",
            MasterUsername="keeper",
            ManageMasterUserPassword=True,
            EnableIAMDatabaseAuthentication=True,
            DBClusterParameterGroupName="tls",
            StorageEncrypted=True,
            KmsKeyId=KEY,
            BackupRetentionPeriod=7,
            EnableCloudwatchLogsExports=["postgresql"],
            ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 8},
            Tags=[{"Key": "Environment", "Value": "prod"}],
        )
        yield client


def restore(rds: Client, **arguments: object) -> dict[str, Any]:
    rds.restore_db_cluster_to_point_in_time(
        SourceDBClusterIdentifier="db", DBClusterIdentifier="copy", **{"UseLatestRestorableTime": True, **arguments}
    )
    [found] = rds.describe_db_clusters(DBClusterIdentifier="copy")["DBClusters"]
    answer: dict[str, Any] = found
    return answer


def test_a_restored_cluster_has_the_data_the_key_and_the_version_of_its_source(rds: Client) -> None:
    copy = restore(rds)
    assert (copy["Engine"], copy["EngineVersion"], copy["DatabaseName"]) == ("aurora-postgresql", "15.6", "app")
    assert (copy["StorageEncrypted"], copy["KmsKeyId"]) == (True, KEY)
    assert (copy["MasterUsername"], copy["BackupRetentionPeriod"]) == ("keeper", 7)
    assert copy["DBClusterMembers"] == []


def test_a_restored_cluster_lacks_what_is_not_asked_for_again(rds: Client) -> None:
    copy = restore(rds)
    assert copy["DBClusterParameterGroup"] == "default.aurora-postgresql15"
    assert copy["IAMDatabaseAuthenticationEnabled"] is False
    assert "MasterUserSecret" not in copy
    assert copy.get("EnabledCloudwatchLogsExports", []) == []
    assert "ServerlessV2ScalingConfiguration" not in copy
    assert copy["TagList"] == []


def test_a_restored_cluster_has_what_is_asked_for(rds: Client) -> None:
    copy = restore(
        rds,
        DBClusterParameterGroupName="tls",
        EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql"],
        ServerlessV2ScalingConfiguration={"MinCapacity": 1, "MaxCapacity": 4},
        CopyTagsToSnapshot=True,
        Tags=[{"Key": "RestoredFrom", "Value": "db"}],
    )
    assert copy["DBClusterParameterGroup"] == "tls"
    assert copy["IAMDatabaseAuthenticationEnabled"] is True
    assert copy["EnabledCloudwatchLogsExports"] == ["postgresql"]
    assert copy["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 4
    assert copy["CopyTagsToSnapshot"] is True
    assert copy["TagList"] == [{"Key": "RestoredFrom", "Value": "db"}]


def test_rds_can_manage_the_password_of_a_restored_cluster_from_then_on(rds: Client) -> None:
    restore(rds)
    key = AWS.client("kms").create_key()["KeyMetadata"]["Arn"]
    rds.modify_db_cluster(DBClusterIdentifier="copy", ManageMasterUserPassword=True, MasterUserSecretKmsKeyId=key)
    [copy] = rds.describe_db_clusters(DBClusterIdentifier="copy")["DBClusters"]
    assert copy["MasterUserSecret"]["KmsKeyId"] == key


def test_a_restored_cluster_is_another_one(rds: Client) -> None:
    copy = restore(rds)
    [source] = rds.describe_db_clusters(DBClusterIdentifier="db")["DBClusters"]
    assert copy["DbClusterResourceId"] != source["DbClusterResourceId"]
    assert copy["Endpoint"] != source["Endpoint"]
    assert source["MasterUserSecret"]["SecretArn"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"UseLatestRestorableTime": False}, "InvalidParameterCombination"),
        ({"RestoreToTime": datetime.now(UTC)}, "InvalidParameterCombination"),
        (
            {"UseLatestRestorableTime": False, "RestoreToTime": datetime.now(UTC) - timedelta(days=9)},
            "InvalidParameterValue",
        ),
        (
            {"UseLatestRestorableTime": False, "RestoreToTime": datetime.now(UTC) + timedelta(days=1)},
            "InvalidParameterValue",
        ),
        ({"DBClusterIdentifier": "db"}, "DBClusterAlreadyExistsFault"),
        ({"SourceDBClusterIdentifier": "nobody"}, "DBClusterNotFoundFault"),
    ],
)
def test_what_cannot_be_restored_is_refused(rds: Client, arguments: dict[str, object], code: str) -> None:
    call = {"SourceDBClusterIdentifier": "db", "DBClusterIdentifier": "copy", "UseLatestRestorableTime": True}
    with pytest.raises(ClientError) as refused:
        rds.restore_db_cluster_to_point_in_time(**{**call, **arguments})
    assert refused.value.response["Error"]["Code"] == code
