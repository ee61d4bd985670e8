from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.s3_metrics  # noqa: F401

WHOLE = {"Id": "entire-bucket"}
PART = {"Id": "images", "Filter": {"Prefix": "images/"}}


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="data")
        yield client


def put(s3: Any, configuration: dict[str, Any]) -> None:  # noqa: ANN401
    s3.put_bucket_metrics_configuration(Bucket="data", Id=configuration["Id"], MetricsConfiguration=configuration)


@pytest.mark.parametrize("configuration", [WHOLE, PART])
def test_metrics_are_read_back_as_they_were_put(s3: Any, configuration: dict[str, Any]) -> None:  # noqa: ANN401
    put(s3, configuration)
    answer = s3.get_bucket_metrics_configuration(Bucket="data", Id=configuration["Id"])
    assert answer["MetricsConfiguration"] == configuration


def test_all_metrics_are_listed(s3: Any) -> None:  # noqa: ANN401
    put(s3, WHOLE)
    put(s3, PART)
    answer = s3.list_bucket_metrics_configurations(Bucket="data")
    assert answer["MetricsConfigurationList"] == [WHOLE, PART]
    assert not answer["IsTruncated"]


def test_deleting_metrics_leaves_the_bucket(s3: Any) -> None:  # noqa: ANN401
    put(s3, WHOLE)
    s3.delete_bucket_metrics_configuration(Bucket="data", Id="entire-bucket")
    assert "MetricsConfigurationList" not in s3.list_bucket_metrics_configurations(Bucket="data")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["data"]


def test_metrics_that_are_not_there_are_an_error(s3: Any) -> None:  # noqa: ANN401
    for call in (s3.get_bucket_metrics_configuration, s3.delete_bucket_metrics_configuration):
        with pytest.raises(ClientError) as refused:
            call(Bucket="data", Id="entire-bucket")
        assert refused.value.response["Error"]["Code"] == "NoSuchConfiguration"


def test_other_configurations_are_as_before(s3: Any) -> None:  # noqa: ANN401
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_versioning(Bucket="data")["Status"] == "Enabled"
    s3.delete_bucket(Bucket="data")
    assert s3.list_buckets()["Buckets"] == []
