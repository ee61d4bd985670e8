from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.arc_zonal_shift  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

AWS = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


@pytest.fixture
def shifts() -> Iterator[Client]:
    with mock_aws():
        yield AWS.client("arc-zonal-shift")


def balancer(*, allowed: bool = True) -> str:
    subnets = AWS.client("ec2").describe_subnets()["Subnets"][:2]
    elb = AWS.client("elbv2")
    made = elb.create_load_balancer(Name="front", Subnets=[subnet["SubnetId"] for subnet in subnets])
    arn: str = made["LoadBalancers"][0]["LoadBalancerArn"]
    attribute = {"Key": "zonal_shift.config.enabled", "Value": "true" if allowed else "false"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[attribute])
    return arn


def zone_ids() -> list[str]:
    subnets = AWS.client("ec2").describe_subnets()["Subnets"][:2]
    return [subnet["AvailabilityZoneId"] for subnet in subnets]


def start(shifts: Client, arn: str, **other: str) -> dict[str, Any]:
    asked = {"resourceIdentifier": arn, "awayFrom": zone_ids()[0], "expiresIn": "2h", "comment": "test", **other}
    started: dict[str, Any] = shifts.start_zonal_shift(**asked)
    return started


def refused(shifts: Client, arn: str, **other: str) -> str:
    with pytest.raises(ClientError) as raised:
        start(shifts, arn, **other)
    code: str = raised.value.response["Error"]["Code"]
    return code


def test_traffic_leaves_a_zone_and_comes_back(shifts: Client) -> None:
    arn, (away, other) = balancer(), zone_ids()
    started = start(shifts, arn)
    assert (started["status"], started["awayFrom"]) == ("ACTIVE", away)
    assert shifts.get_managed_resource(resourceIdentifier=arn)["appliedWeights"] == {away: 0.0, other: 1.0}
    assert len(shifts.list_zonal_shifts(status="ACTIVE", resourceIdentifier=arn)["items"]) == 1
    assert shifts.cancel_zonal_shift(zonalShiftId=started["zonalShiftId"])["status"] == "CANCELED"
    assert shifts.list_zonal_shifts(status="ACTIVE")["items"] == []
    assert shifts.get_managed_resource(resourceIdentifier=arn)["appliedWeights"] == {away: 1.0, other: 1.0}


def test_a_shift_can_be_prolonged(shifts: Client) -> None:
    started = start(shifts, balancer())
    later = shifts.update_zonal_shift(zonalShiftId=started["zonalShiftId"], expiresIn="5h", comment="still")
    assert later["expiryTime"] > started["expiryTime"]
    assert later["comment"] == "still"


def test_what_makes_no_sense_is_refused(shifts: Client) -> None:
    arn = balancer()
    assert refused(shifts, arn, awayFrom="use1-az99") == "ValidationException"
    assert refused(shifts, arn, expiresIn="tomorrow") == "ValidationException"
    assert refused(shifts, arn, expiresIn="73h") == "ValidationException"
    assert refused(shifts, f"{arn}0") == "ResourceNotFoundException"
    start(shifts, arn)
    assert refused(shifts, arn, awayFrom=zone_ids()[1]) == "ConflictException"


def test_a_load_balancer_that_does_not_allow_it_is_not_shifted(shifts: Client) -> None:
    assert refused(shifts, balancer(allowed=False)) == "ResourceNotFoundException"
