"""Finds what AWS has decided on, such as ids: by name, by tag, or by what a resource belongs to.

Each lookup takes a resource's attributes, and returns those that AWS has added, for everything that goes by them: for
nothing where the resource is not there, and more than once where it is there more than once.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3

Attributes = Mapping[str, Any]
Lookup = Callable[[boto3.Session, Attributes], list[Attributes]]


def _in_ec2(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    """By the name, which is a tag, and bears the environment's suffix."""
    filters = [{"Name": "key", "Values": ["Name"]}, {"Name": "value", "Values": [resource["tags"]["Name"]]}]
    pages = session.client("ec2").get_paginator("describe_tags").paginate(Filters=filters)
    return [{"id": tag["ResourceId"]} for page in pages for tag in page["Tags"]]


def _vpc_endpoint(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    """By the name; AWS shows an endpoint, tags and all, for a while after it was deleted."""
    filters = [{"Name": "tag:Name", "Values": [resource["tags"]["Name"]]}]
    pages = session.client("ec2").get_paginator("describe_vpc_endpoints").paginate(Filters=filters)
    endpoints = [endpoint for page in pages for endpoint in page["VpcEndpoints"]]
    return [{"id": one["VpcEndpointId"]} for one in endpoints if not one["State"].lower().startswith("delet")]


def _key(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    """By the description: an alias may not have been made yet, and keys that wait for their deletion are not meant."""
    kms = session.client("kms")
    keys = [key["KeyId"] for page in kms.get_paginator("list_keys").paginate() for key in page["Keys"]]
    with ThreadPoolExecutor() as pool:
        described = list(pool.map(lambda key: kms.describe_key(KeyId=key)["KeyMetadata"], keys))
    return [
        {"id": key["KeyId"], "key_id": key["KeyId"]}
        for key in described
        if key.get("Description") == resource["description"] and key["KeyState"] != "PendingDeletion"
    ]


def _load_balancer(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    found = session.client("elbv2").describe_load_balancers(Names=[resource["name"]])["LoadBalancers"]
    return [{"id": one["LoadBalancerArn"], "arn": one["LoadBalancerArn"]} for one in found]


def _target_group(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    found = session.client("elbv2").describe_target_groups(Names=[resource["name"]])["TargetGroups"]
    return [{"id": one["TargetGroupArn"], "arn": one["TargetGroupArn"]} for one in found]


def _listener(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    if "load_balancer_arn" not in resource:
        return []
    found = session.client("elbv2").describe_listeners(LoadBalancerArn=resource["load_balancer_arn"])["Listeners"]
    arns = [one["ListenerArn"] for one in found if one["Port"] == resource["port"]]
    return [{"id": arn, "arn": arn} for arn in arns]


def _web_acl(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    found = session.client("wafv2").list_web_acls(Scope=resource["scope"])["WebACLs"]
    return [{"id": one["Id"], "arn": one["ARN"]} for one in found if one["Name"] == resource["name"]]


def _task_definition(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    """Every revision, the newest first; it may be that of an earlier deployment, which the next one then follows."""
    pages = session.client("ecs").get_paginator("list_task_definitions")
    arns = [
        arn
        for page in pages.paginate(familyPrefix=resource["family"], status="ACTIVE")
        for arn in page["taskDefinitionArns"]
        if arn.rpartition("/")[2].rpartition(":")[0] == resource["family"]
    ]
    arns.sort(key=lambda arn: int(arn.rpartition(":")[2]), reverse=True)
    return [{"arn": arn} for arn in arns]


def _service(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    """Asked for here: the provider waits two minutes for a service that is not there."""
    if "cluster" not in resource:
        return []
    answer = session.client("ecs").describe_services(cluster=resource["cluster"], services=[resource["name"]])
    cluster = resource["cluster"].rpartition("/")[2]
    return [{"cluster_name": cluster} for one in answer["services"] if one["status"] != "INACTIVE"]


def _backup_plan(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    pages = session.client("backup").get_paginator("list_backup_plans").paginate()
    plans = [plan for page in pages for plan in page["BackupPlansList"]]
    return [{"id": plan["BackupPlanId"]} for plan in plans if plan["BackupPlanName"] == resource["name"]]


def _backup_selection(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    if "plan_id" not in resource:
        return []
    pages = session.client("backup").get_paginator("list_backup_selections").paginate(BackupPlanId=resource["plan_id"])
    selections = [selection for page in pages for selection in page["BackupSelectionsList"]]
    return [{"id": one["SelectionId"]} for one in selections if one["SelectionName"] == resource["name"]]


def _experiment(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    pages = session.client("fis").get_paginator("list_experiment_templates").paginate()
    templates = [template for page in pages for template in page["experimentTemplates"]]
    return [{"id": one["id"]} for one in templates if one["tags"].get("Name") == resource["tags"]["Name"]]


def _cluster(session: boto3.Session, resource: Attributes) -> list[Attributes]:
    found = session.client("rds").describe_db_clusters(DBClusterIdentifier=resource["cluster_identifier"])["DBClusters"]
    return [{"cluster_resource_id": one["DbClusterResourceId"]} for one in found]


LOOKUPS: Mapping[str, Lookup] = {
    "aws_backup_plan": _backup_plan,
    "aws_backup_selection": _backup_selection,
    "aws_ecs_service": _service,
    "aws_ecs_task_definition": _task_definition,
    "aws_fis_experiment_template": _experiment,
    "aws_flow_log": _in_ec2,
    "aws_internet_gateway": _in_ec2,
    "aws_kms_key": _key,
    "aws_lb": _load_balancer,
    "aws_lb_listener": _listener,
    "aws_lb_target_group": _target_group,
    "aws_rds_cluster": _cluster,
    "aws_route_table": _in_ec2,
    "aws_security_group": _in_ec2,
    "aws_subnet": _in_ec2,
    "aws_vpc": _in_ec2,
    "aws_vpc_endpoint": _vpc_endpoint,
    "aws_vpc_security_group_egress_rule": _in_ec2,
    "aws_vpc_security_group_ingress_rule": _in_ec2,
    "aws_wafv2_web_acl": _web_acl,
}

# Of what AWS keeps in revisions, the newest is meant where there are several.
REVISED = frozenset({"aws_ecs_task_definition"})
