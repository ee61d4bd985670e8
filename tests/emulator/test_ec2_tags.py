from typing import Any

import boto3
from moto import mock_aws

import emulator.services.ec2_tags  # noqa: F401


def named(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": "some"}]}]


@mock_aws
def test_what_is_deleted_takes_its_tags_with_it() -> None:
    ec2 = boto3.client("ec2", region_name="us-east-1")
    boto3.client("logs", region_name="us-east-1").create_log_group(logGroupName="flow")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=named("vpc"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24", TagSpecifications=named("subnet"))["Subnet"]
    table = ec2.create_route_table(VpcId=vpc, TagSpecifications=named("route-table"))["RouteTable"]
    gateway = ec2.create_internet_gateway(TagSpecifications=named("internet-gateway"))["InternetGateway"]
    group = ec2.create_security_group(
        GroupName="app", Description="Application", VpcId=vpc, TagSpecifications=named("security-group")
    )["GroupId"]
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    rules = {
        direction: getattr(ec2, f"authorize_security_group_{direction}")(
            GroupId=group, IpPermissions=[https], TagSpecifications=named("security-group-rule")
        )["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        for direction in ("ingress", "egress")
    }
    log = ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName="flow",
        DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/flow",
        TagSpecifications=named("vpc-flow-log"),
    )["FlowLogIds"][0]

    def tagged() -> set[str]:
        return {tag["ResourceId"] for tag in ec2.describe_tags()["Tags"]}

    left = {vpc, subnet["SubnetId"], table["RouteTableId"], gateway["InternetGatewayId"], group, *rules.values(), log}
    assert tagged() == left
    deletions: dict[str, Any] = {
        log: lambda: ec2.delete_flow_logs(FlowLogIds=[log]),
        rules["ingress"]: lambda: ec2.revoke_security_group_ingress(
            GroupId=group, SecurityGroupRuleIds=[rules["ingress"]]
        ),
        rules["egress"]: lambda: ec2.revoke_security_group_egress(
            GroupId=group, SecurityGroupRuleIds=[rules["egress"]]
        ),
        group: lambda: ec2.delete_security_group(GroupId=group),
        gateway["InternetGatewayId"]: lambda: ec2.delete_internet_gateway(
            InternetGatewayId=gateway["InternetGatewayId"]
        ),
        table["RouteTableId"]: lambda: ec2.delete_route_table(RouteTableId=table["RouteTableId"]),
        subnet["SubnetId"]: lambda: ec2.delete_subnet(SubnetId=subnet["SubnetId"]),
        vpc: lambda: ec2.delete_vpc(VpcId=vpc),
    }
    for gone, delete in deletions.items():
        delete()
        left.remove(gone)
        assert tagged() == left
