from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.wafv2  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

LOGS = "arn:aws:logs:us-east-1:123456789012:log-group"


@pytest.fixture
def waf() -> Iterator[Client]:
    with mock_aws():
        yield boto3.client("wafv2", region_name="us-east-1")


@pytest.fixture
def balancer(waf: Client) -> Any:  # noqa: ANN401, ARG001 - made within the mock of `waf`
    ec2: Client = boto3.client("ec2", region_name="us-east-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    elb: Client = boto3.client("elbv2", region_name="us-east-1")
    made = elb.create_load_balancer(Name="alb", Subnets=[subnet["SubnetId"] for subnet in subnets])
    return made["LoadBalancers"][0]["LoadBalancerArn"]


def create(waf: Client, name: str) -> dict[str, str]:
    visibility = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}
    summary: dict[str, str] = waf.create_web_acl(
        Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visibility
    )["Summary"]
    return summary


def delete(waf: Client, acl: dict[str, str]) -> None:
    waf.delete_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"], LockToken=acl["LockToken"])


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def test_a_resource_has_the_web_acl_it_was_given_last(waf: Client, balancer: str) -> None:
    first, second = create(waf, "first"), create(waf, "second")
    for acl in (first, second):
        waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=balancer)
    assert waf.get_web_acl_for_resource(ResourceArn=balancer)["WebACL"]["Name"] == "second"
    delete(waf, first)


def test_a_web_acl_in_use_is_not_deleted(waf: Client, balancer: str) -> None:
    acl = create(waf, "acl")
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=balancer)
    with pytest.raises(ClientError) as refused:
        delete(waf, acl)
    assert code(refused) == "WAFAssociatedItemException"
    waf.disassociate_web_acl(ResourceArn=balancer)
    delete(waf, acl)
    assert waf.list_web_acls(Scope="REGIONAL")["WebACLs"] == []


def test_a_deleted_load_balancer_leaves_its_web_acl(waf: Client, balancer: str) -> None:
    acl = create(waf, "acl")
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=balancer)
    boto3.client("elbv2", region_name="us-east-1").delete_load_balancer(LoadBalancerArn=balancer)
    assert "WebACL" not in waf.get_web_acl_for_resource(ResourceArn=balancer)
    delete(waf, acl)


def test_a_missing_load_balancer_or_web_acl_is_not_associated(waf: Client, balancer: str) -> None:
    acl = create(waf, "acl")
    for acl_arn, resource in ((acl["ARN"], f"{balancer}0"), (f"{acl['ARN']}0", balancer)):
        with pytest.raises(ClientError) as missing:
            waf.associate_web_acl(WebACLArn=acl_arn, ResourceArn=resource)
        assert code(missing) == "WAFNonexistentItemException"


def test_logs_go_to_a_destination_of_the_name_that_waf_asks_for(waf: Client) -> None:
    acl = create(waf, "acl")["ARN"]
    for destination in (f"{LOGS}:aws-waf-logs-app", f"{LOGS}:aws-waf-logs-app:*", "arn:aws:s3:::aws-waf-logs-app"):
        put = {"ResourceArn": acl, "LogDestinationConfigs": [destination]}
        waf.put_logging_configuration(LoggingConfiguration=put)
        answer = waf.get_logging_configuration(ResourceArn=acl)["LoggingConfiguration"]
        assert answer["LogDestinationConfigs"] == [destination]


def test_other_destinations_are_refused(waf: Client) -> None:
    acl = create(waf, "acl")["ARN"]
    with pytest.raises(ClientError) as refused:
        waf.put_logging_configuration(
            LoggingConfiguration={"ResourceArn": acl, "LogDestinationConfigs": [f"{LOGS}:waf"]}
        )
    assert code(refused) == "WAFInvalidParameterException"
    with pytest.raises(ClientError) as missing:
        waf.get_logging_configuration(ResourceArn=acl)
    assert code(missing) == "WAFNonexistentItemException"
