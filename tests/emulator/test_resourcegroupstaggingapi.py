"""What GetResources finds: every kind of resource that an environment tags, by its tag, in its region."""

from typing import Any

import boto3
import pytest
from moto import mock_aws

import emulator.services.budgets
import emulator.services.ce
import emulator.services.resourcegroupstaggingapi  # noqa: F401

TAGS = [{"Key": "Environment", "Value": "dev"}]
ACCOUNT = "123456789012"


def client(service: str, region: str = "us-east-1") -> Any:  # noqa: ANN401 - boto3 makes the calls at run time
    return boto3.client(service, region_name=region)  # type: ignore[call-overload]


def found(environment: str = "dev", region: str = "us-east-1") -> set[str]:
    pages = client("resourcegroupstaggingapi", region).get_paginator("get_resources")
    wanted = [{"Key": "Environment", "Values": [environment]}]
    return {
        resource["ResourceARN"]
        for page in pages.paginate(TagFilters=wanted)
        for resource in page["ResourceTagMappingList"]
    }


def specified(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": TAGS}]


def vpc_endpoint() -> str:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.s3",
        VpcEndpointType="Gateway",
        TagSpecifications=specified("vpc-endpoint"),
    )
    return f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc-endpoint/{made['VpcEndpoint']['VpcEndpointId']}"


def elastic_ip() -> str:
    made = client("ec2").allocate_address(Domain="vpc", TagSpecifications=specified("elastic-ip"))
    return f"arn:aws:ec2:us-east-1:{ACCOUNT}:elastic-ip/{made['AllocationId']}"


def repository() -> str:
    made = client("ecr").create_repository(repositoryName="api", tags=TAGS)
    return str(made["repository"]["repositoryArn"])


def web_acl() -> str:
    visibility = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "acl"}
    made = client("wafv2").create_web_acl(
        Name="acl", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visibility, Tags=TAGS
    )
    return str(made["Summary"]["ARN"])


def subnet_group() -> str:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    made = client("rds").create_db_subnet_group(
        DBSubnetGroupName="data", DBSubnetGroupDescription="Data", SubnetIds=[subnet], Tags=TAGS
    )
    return str(made["DBSubnetGroup"]["DBSubnetGroupArn"])


def event_rule() -> str:
    return str(client("events").put_rule(Name="rule", ScheduleExpression="rate(1 day)", Tags=TAGS)["RuleArn"])


def backup_plan() -> str:
    rule = {"RuleName": "daily", "TargetBackupVaultName": "vault"}
    made = client("backup").create_backup_plan(
        BackupPlan={"BackupPlanName": "plan", "Rules": [rule]}, BackupPlanTags={"Environment": "dev"}
    )
    return str(made["BackupPlanArn"])


def budget() -> str:
    client("budgets").create_budget(
        AccountId=ACCOUNT,
        Budget={
            "BudgetName": "monthly",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "1", "Unit": "USD"},
        },
        ResourceTags=TAGS,
    )
    return f"arn:aws:budgets::{ACCOUNT}:budget/monthly"


def anomaly_monitor() -> str:
    monitor = {"MonitorName": "services", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
    made = client("ce").create_anomaly_monitor(AnomalyMonitor=monitor, ResourceTags=TAGS)
    return str(made["MonitorArn"])


def hosted_zone() -> str:
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    identifier = zone.rsplit("/", 1)[-1]
    route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=identifier, AddTags=TAGS)
    return f"arn:aws:route53:::hostedzone/{identifier}"


@pytest.mark.parametrize(
    "create",
    [vpc_endpoint, elastic_ip, repository, web_acl, subnet_group, event_rule, backup_plan],
)
@mock_aws
def test_a_tagged_resource_is_found_in_its_region(create: Any) -> None:  # noqa: ANN401
    arn = create()
    assert found() == {arn}
    assert found("prod") == set()
    assert found(region="eu-west-1") == set()


@pytest.mark.parametrize("create", [budget, anomaly_monitor, hosted_zone])
@mock_aws
def test_a_resource_without_a_region_is_found_in_the_first(create: Any) -> None:  # noqa: ANN401
    arn = create()
    assert found() == {arn}
    assert found(region="eu-west-1") == set()


@mock_aws
def test_a_deleted_endpoint_and_a_deleted_plan_are_gone() -> None:
    client("ec2").delete_vpc_endpoints(VpcEndpointIds=[vpc_endpoint().rsplit("/", 1)[-1]])
    client("backup").delete_backup_plan(BackupPlanId=backup_plan().rsplit(":", 1)[-1])
    assert found() == set()


@mock_aws
def test_the_type_of_a_resource_narrows_the_search() -> None:
    repository()
    acl = web_acl()
    answer = client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["wafv2"])
    assert [resource["ResourceARN"] for resource in answer["ResourceTagMappingList"]] == [acl]
