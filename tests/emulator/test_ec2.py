from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.ec2  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

HTTPS: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


@pytest.fixture
def ec2() -> Iterator[Client]:
    with mock_aws():
        yield boto3.client("ec2", region_name="us-east-1")


@pytest.fixture
def group(ec2: Client) -> Any:  # noqa: ANN401
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return ec2.create_security_group(GroupName="app", Description="Application", VpcId=vpc)["GroupId"]


@pytest.fixture
def targets(ec2: Client, group: str) -> dict[str, dict[str, Any]]:
    """A permission to each kind of target, all with the description `before`."""
    prefix_lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    said = {"Description": "before"}
    return {
        "CidrIpv4": HTTPS | {"IpRanges": [{"CidrIp": "10.0.0.0/16"} | said]},
        "CidrIpv6": HTTPS | {"Ipv6Ranges": [{"CidrIpv6": "::/0"} | said]},
        "ReferencedGroupId": HTTPS | {"UserIdGroupPairs": [{"GroupId": group} | said]},
        "PrefixListId": HTTPS | {"PrefixListIds": [{"PrefixListId": prefix_lists[0]["PrefixListId"]} | said]},
    }


KINDS = ["CidrIpv4", "CidrIpv6", "ReferencedGroupId", "PrefixListId"]


def read(ec2: Client, rule: dict[str, Any]) -> dict[str, Any]:
    rules = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    found: dict[str, Any] = rules["SecurityGroupRules"][0]
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_rule_of_every_kind_has_its_description(
    ec2: Client, group: str, targets: dict[str, Any], kind: str, direction: str
) -> None:
    authorize = getattr(ec2, f"authorize_security_group_{direction}")
    (rule,) = authorize(GroupId=group, IpPermissions=[targets[kind]])["SecurityGroupRules"]
    assert rule["Description"] == "before"
    assert read(ec2, rule)["Description"] == "before"


def test_the_rules_of_all_permissions_are_answered(ec2: Client, group: str, targets: dict[str, Any]) -> None:
    rules = ec2.authorize_security_group_egress(GroupId=group, IpPermissions=list(targets.values()))
    assert len({rule["SecurityGroupRuleId"] for rule in rules["SecurityGroupRules"]}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_of_every_kind_is_modified(ec2: Client, group: str, targets: dict[str, Any], kind: str) -> None:
    (rule,) = ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[targets[kind]])["SecurityGroupRules"]
    modify(ec2, group, rule, target(rule, kind) | {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 81})
    after = read(ec2, rule)
    assert (after["FromPort"], after["ToPort"]) == (80, 81)
    assert target(after, kind) == target(rule, kind)
    assert "Description" not in after


def test_a_rule_for_all_protocols_is_modified_without_ports(ec2: Client, group: str) -> None:
    (rule,) = read_egress(ec2, group)
    modify(ec2, group, rule, {"IpProtocol": "-1", "CidrIpv4": "10.0.0.0/8", "Description": "after"})
    after = read(ec2, rule)
    assert (after["CidrIpv4"], after["FromPort"], after["ToPort"]) == ("10.0.0.0/8", -1, -1)
    assert after["Description"] == "after"


@pytest.mark.parametrize(
    "change",
    [{"CidrIpv6": "::/0"}, {"CidrIpv4": "10.0.0.0/8", "IpProtocol": "tcp"}, {"CidrIpv4": "10.0.0.0/8"}],
    ids=["of another kind", "without ports", "without protocol"],
)
def test_a_modification_that_makes_no_rule_is_refused(ec2: Client, group: str, change: dict[str, Any]) -> None:
    (rule,) = read_egress(ec2, group)
    if "CidrIpv6" in change:
        change |= {"IpProtocol": "-1"}
    with pytest.raises(ClientError) as refused:
        modify(ec2, group, rule, change)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"


def test_modifying_a_missing_rule_is_an_error(ec2: Client, group: str) -> None:
    missing = {"SecurityGroupRuleId": "sgr-00000000000000000"}
    with pytest.raises(ClientError) as refused:
        modify(ec2, group, missing, {"IpProtocol": "-1", "CidrIpv4": "10.0.0.0/8"})
    assert refused.value.response["Error"]["Code"] == "InvalidSecurityGroupRuleId.NotFound"


def test_a_rule_is_revoked_whatever_its_description(ec2: Client, group: str, targets: dict[str, Any]) -> None:
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[targets["ReferencedGroupId"]])
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[HTTPS | {"UserIdGroupPairs": [{"GroupId": group}]}])
    assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == []


def target(rule: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind == "ReferencedGroupId":
        return {kind: rule["ReferencedGroupInfo"]["GroupId"]}
    return {kind: rule[kind]}


def modify(ec2: Client, group: str, rule: dict[str, Any], new: dict[str, Any]) -> None:
    change = {"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": new}
    ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[change])


def read_egress(ec2: Client, group: str) -> list[dict[str, Any]]:
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    found: list[dict[str, Any]] = rules["SecurityGroupRules"]
    return found


def test_a_vpc_takes_its_default_network_acl_with_it(ec2: Client) -> None:
    before = ec2.describe_network_acls()["NetworkAcls"]
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    assert len(ec2.describe_network_acls()["NetworkAcls"]) == len(before) + 1
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_network_acls()["NetworkAcls"] == before
