from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.servicequotas  # noqa: F401


@pytest.mark.parametrize(
    ("service", "quota", "name", "value"),
    [
        ("vpc", "L-F678F1CE", "VPCs per Region", 5.0),
        ("fargate", "L-3032A538", "Fargate On-Demand vCPU resource count", 6.0),
        ("rds", "L-952B80B8", "DB clusters", 40.0),
        ("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region", 50.0),
        ("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5.0),
    ],
)
@mock_aws
def test_the_quota_of_an_account_is_awss_default(service: str, quota: str, name: str, value: float) -> None:
    client: Any = boto3.client("service-quotas", region_name="eu-west-1")
    applied = client.get_service_quota(ServiceCode=service, QuotaCode=quota)["Quota"]
    assert (applied["QuotaName"], applied["Value"]) == (name, value)
    assert applied["QuotaArn"] == f"arn:aws:servicequotas:eu-west-1:123456789012:{service}/{quota}"
    assert applied in client.list_service_quotas(ServiceCode=service)["Quotas"]
    default = client.get_aws_default_service_quota(ServiceCode=service, QuotaCode=quota)["Quota"]
    assert default == applied | {"QuotaArn": f"arn:aws:servicequotas:eu-west-1::{service}/{quota}"}
    assert default in client.list_aws_default_service_quotas(ServiceCode=service)["Quotas"]


@pytest.mark.parametrize(("service", "quota"), [("vpc", "L-00000000"), ("nothing", "L-F678F1CE")])
@mock_aws
def test_a_missing_quota(service: str, quota: str) -> None:
    client: Any = boto3.client("service-quotas", region_name="us-east-1")
    with pytest.raises(ClientError) as missing:
        client.get_service_quota(ServiceCode=service, QuotaCode=quota)
    assert missing.value.response["Error"]["Code"] == "NoSuchResourceException"
