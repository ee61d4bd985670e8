from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.rds
import emulator.services.rds_data_api  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

AWS = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


@pytest.fixture
def rds() -> Iterator[Client]:
    with mock_aws():
        client = AWS.client("rds")
        client.create_db_cluster(
            DBClusterIdentifier="db",
            Engine="aurora-postgresql",
            MasterUsername="keeper",
            ManageMasterUserPassword=True,
        )
        yield client


def cluster(rds: Client) -> dict[str, Any]:
    found: dict[str, Any] = rds.describe_db_clusters(DBClusterIdentifier="db")["DBClusters"][0]
    return found


def select(arn: str) -> dict[str, Any]:
    answer: dict[str, Any] = AWS.client("rds-data").execute_statement(resourceArn=arn, secretArn=arn, sql="SELECT 1")
    return answer


def test_the_data_api_is_open_between_two_calls(rds: Client) -> None:
    arn = cluster(rds)["DBClusterArn"]
    assert cluster(rds)["HttpEndpointEnabled"] is False
    with pytest.raises(ClientError, match="HttpEndpointNotEnabledException"):
        select(arn)
    assert rds.enable_http_endpoint(ResourceArn=arn)["HttpEndpointEnabled"] is True
    assert cluster(rds)["HttpEndpointEnabled"] is True
    assert select(arn)["records"] == []
    assert rds.disable_http_endpoint(ResourceArn=arn)["HttpEndpointEnabled"] is False
    with pytest.raises(ClientError, match="HttpEndpointNotEnabledException"):
        select(arn)


def test_there_is_no_data_api_of_a_cluster_that_there_is_not(rds: Client) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundFault"):
        rds.enable_http_endpoint(ResourceArn="arn:aws:rds:us-east-1:123456789012:cluster:none")
