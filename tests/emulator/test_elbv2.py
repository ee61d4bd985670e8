from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.elbv2  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

REGION = "us-east-1"

# Reads the model of a service once, where a session for every test would read it again.
AWS = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


@pytest.fixture
def elb() -> Iterator[Client]:
    with mock_aws():
        yield AWS.client("elbv2")


@pytest.fixture
def balancer(elb: Client) -> str:
    subnets = AWS.client("ec2").describe_subnets()["Subnets"][:2]
    created = elb.create_load_balancer(Name="front", Subnets=[subnet["SubnetId"] for subnet in subnets])
    arn: str = created["LoadBalancers"][0]["LoadBalancerArn"]
    return arn


def error(call: Client, **arguments: object) -> str:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    code: str = raised.value.response["Error"]["Code"]
    return code


def tags(names: Iterator[int] | range) -> list[dict[str, str]]:
    return [{"Key": f"tag-{name}", "Value": "x"} for name in names]


def test_a_protected_load_balancer_is_not_deleted(elb: Client, balancer: str) -> None:
    def protect(value: str) -> None:
        attribute = {"Key": "deletion_protection.enabled", "Value": value}
        elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[attribute])

    protect("true")
    assert error(elb.delete_load_balancer, LoadBalancerArn=balancer) == "OperationNotPermitted"
    protect("false")
    elb.delete_load_balancer(LoadBalancerArn=balancer)
    assert error(elb.describe_load_balancers, LoadBalancerArns=[balancer]) == "LoadBalancerNotFound"


def test_a_load_balancer_whose_answer_was_lost_is_not_made_twice(elb: Client, balancer: str) -> None:
    subnets = [subnet["SubnetId"] for subnet in AWS.client("ec2").describe_subnets()["Subnets"]]
    again = elb.create_load_balancer(Name="front", Subnets=subnets[:2])["LoadBalancers"]
    assert [found["LoadBalancerArn"] for found in again] == [balancer]
    assert error(elb.create_load_balancer, Name="front", Subnets=subnets[1:3]) == "DuplicateLoadBalancerName"
    assert len(elb.describe_load_balancers()["LoadBalancers"]) == 1


def test_a_port_has_one_listener(elb: Client, balancer: str) -> None:
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    listener = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80, "DefaultActions": [answer]}
    elb.create_listener(**listener)
    assert error(elb.create_listener, **listener) == "DuplicateListener"


def test_a_resource_has_fifty_tags_and_no_more(elb: Client, balancer: str) -> None:
    elb.add_tags(ResourceArns=[balancer], Tags=tags(range(50)))
    [found] = elb.describe_tags(ResourceArns=[balancer])["TagDescriptions"]
    assert len(found["Tags"]) == 50
    elb.add_tags(ResourceArns=[balancer], Tags=tags(range(50)))
    assert error(elb.add_tags, ResourceArns=[balancer], Tags=tags(range(50, 51))) == "TooManyTags"
    elb.remove_tags(ResourceArns=[balancer], TagKeys=["tag-0"])
    elb.add_tags(ResourceArns=[balancer], Tags=tags(range(50, 51)))


def test_tags_of_a_missing_load_balancer(elb: Client, balancer: str) -> None:
    elb.delete_load_balancer(LoadBalancerArn=balancer)
    assert error(elb.add_tags, ResourceArns=[balancer], Tags=tags(range(1))) == "LoadBalancerNotFound"


def test_load_balancers_belong_to_an_account_and_a_region(
    elb: Client, balancer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [found["LoadBalancerArn"] for found in elb.describe_load_balancers()["LoadBalancers"]] == [balancer]
    assert AWS.client("elbv2", region_name="eu-west-1").describe_load_balancers()["LoadBalancers"] == []
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "210987654321")
    assert elb.describe_load_balancers()["LoadBalancers"] == []
