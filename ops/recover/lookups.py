"""Finds what AWS has decided on, such as ids: by name, by tag, or by what a resource belongs to.

Each lookup takes the resource's attributes as its layer sets them, and returns those that AWS has added. A resource
that is not there has none, and neither has one of which there are two: nobody could say which is meant.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import boto3

Attributes = Mapping[str, str]
Lookup = Callable[[boto3.Session, Mapping[str, Any]], Attributes]


def _in_ec2(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    """By the name, which is a tag, and bears the environment's suffix."""
    filters = [{"Name": "key", "Values": ["Name"]}, {"Name": "value", "Values": [resource["tags"]["Name"]]}]
    pages = session.client("ec2").get_paginator("describe_tags").paginate(Filters=filters)
    return _only({"id": tag["ResourceId"]} for page in pages for tag in page["Tags"])


def _key(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    """By the description: an alias may not have been made yet, and keys that wait for their deletion are not meant."""
    kms = session.client("kms")
    keys = [key["KeyId"] for page in kms.get_paginator("list_keys").paginate() for key in page["Keys"]]
    described = (kms.describe_key(KeyId=key)["KeyMetadata"] for key in keys)
    return _only(
        {"key_id": key["KeyId"]}
        for key in described
        if key.get("Description") == resource["description"] and key["KeyState"] != "PendingDeletion"
    )


def _load_balancer(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    found = session.client("elbv2").describe_load_balancers(Names=[resource["name"]])["LoadBalancers"]
    return _only({"arn": one["LoadBalancerArn"]} for one in found)


def _target_group(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    found = session.client("elbv2").describe_target_groups(Names=[resource["name"]])["TargetGroups"]
    return _only({"arn": one["TargetGroupArn"]} for one in found)


def _listener(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    if "load_balancer_arn" not in resource:
        return {}
    found = session.client("elbv2").describe_listeners(LoadBalancerArn=resource["load_balancer_arn"])["Listeners"]
    return _only({"arn": one["ListenerArn"]} for one in found if one["Port"] == resource["port"])


def _web_acl(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    found = session.client("wafv2").list_web_acls(Scope=resource["scope"])["WebACLs"]
    return _only({"id": one["Id"], "arn": one["ARN"]} for one in found if one["Name"] == resource["name"])


def _task_definition(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    """The newest revision; it may be that of an earlier deployment, which the next one then follows."""
    pages = session.client("ecs").get_paginator("list_task_definitions")
    found = [
        arn
        for page in pages.paginate(familyPrefix=resource["family"], status="ACTIVE", sort="DESC")
        for arn in page["taskDefinitionArns"]
        if arn.rpartition("/")[2].rpartition(":")[0] == resource["family"]
    ]
    return {"arn": found[0]} if found else {}


def _service(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    """Asked for here: the provider waits two minutes for a service that is not there."""
    if "cluster" not in resource:
        return {}
    answer = session.client("ecs").describe_services(cluster=resource["cluster"], services=[resource["name"]])
    cluster = resource["cluster"].rpartition("/")[2]
    return _only({"cluster_name": cluster} for one in answer["services"] if one["status"] != "INACTIVE")


def _backup_plan(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    pages = session.client("backup").get_paginator("list_backup_plans").paginate()
    plans = [plan for page in pages for plan in page["BackupPlansList"]]
    return _only({"id": plan["BackupPlanId"]} for plan in plans if plan["BackupPlanName"] == resource["name"])


def _backup_selection(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    if "plan_id" not in resource:
        return {}
    pages = session.client("backup").get_paginator("list_backup_selections").paginate(BackupPlanId=resource["plan_id"])
    selections = [selection for page in pages for selection in page["BackupSelectionsList"]]
    return _only({"id": one["SelectionId"]} for one in selections if one["SelectionName"] == resource["name"])


def _experiment(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    pages = session.client("fis").get_paginator("list_experiment_templates").paginate()
    templates = [template for page in pages for template in page["experimentTemplates"]]
    return _only({"id": one["id"]} for one in templates if one["tags"].get("Name") == resource["tags"]["Name"])


def _cluster(session: boto3.Session, resource: Mapping[str, Any]) -> Attributes:
    found = session.client("rds").describe_db_clusters(DBClusterIdentifier=resource["cluster_identifier"])["DBClusters"]
    return _only({"cluster_resource_id": one["DbClusterResourceId"]} for one in found)


def _only(found: Iterable[Attributes]) -> Attributes:
    all_of_them = list(found)
    return all_of_them[0] if len(all_of_them) == 1 else {}


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
    "aws_vpc_endpoint": _in_ec2,
    "aws_vpc_security_group_egress_rule": _in_ec2,
    "aws_vpc_security_group_ingress_rule": _in_ec2,
    "aws_wafv2_web_acl": _web_acl,
}
