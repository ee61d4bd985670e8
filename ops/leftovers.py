"""What is left of an environment, as AWS sees it and not as Terraform's state does.

Two ways, because each has a hole: by the tag Environment, which not everything can carry and which AWS forgets late;
and by the exact names in the synthesized stacks, which finds what AWS itself made again, such as log groups.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3

from ops.account import Environment
from ops.lingering import only_lingers
from ops.synth import Synthesized

_PATIENCE_SECONDS = 180
_POLL_SECONDS = 15


@dataclass(frozen=True, order=True)
class Leftover:
    """Something that should be gone."""

    kind: str
    id: str


@dataclass(frozen=True)
class Listing:
    """How AWS lists all resources of a type, and the attribute that names them in the stacks.

    `items` is the list in the answer, `name` what names each in it; where it is empty the items are names or ARNs.
    """

    resource_type: str
    attribute: str
    service: str
    operation: str
    items: str
    name: str = ""
    arguments: tuple[tuple[str, Any], ...] = ()


_LISTINGS = (
    Listing("aws_backup_plan", "name", "backup", "list_backup_plans", "BackupPlansList", "BackupPlanName"),
    Listing("aws_backup_vault", "name", "backup", "list_backup_vaults", "BackupVaultList", "BackupVaultName"),
    Listing(
        "aws_backup_restore_testing_plan",
        "name",
        "backup",
        "list_restore_testing_plans",
        "RestoreTestingPlans",
        "RestoreTestingPlanName",
    ),
    Listing("aws_sfn_state_machine", "name", "stepfunctions", "list_state_machines", "stateMachines", "name"),
    Listing("aws_budgets_budget", "name", "budgets", "describe_budgets", "Budgets", "BudgetName"),
    Listing(
        "aws_cloudwatch_dashboard",
        "dashboard_name",
        "cloudwatch",
        "list_dashboards",
        "DashboardEntries",
        "DashboardName",
    ),
    Listing("aws_cloudwatch_event_rule", "name", "events", "list_rules", "Rules", "Name"),
    Listing("aws_cloudwatch_log_group", "name", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    Listing("aws_cloudwatch_metric_alarm", "alarm_name", "cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    Listing(
        "aws_cloudwatch_composite_alarm",
        "alarm_name",
        "cloudwatch",
        "describe_alarms",
        "CompositeAlarms",
        "AlarmName",
        (("AlarmTypes", ["CompositeAlarm"]),),
    ),
    Listing(
        "aws_cloudwatch_log_resource_policy",
        "policy_name",
        "logs",
        "describe_resource_policies",
        "resourcePolicies",
        "policyName",
    ),
    Listing(
        "aws_db_event_subscription",
        "name",
        "rds",
        "describe_event_subscriptions",
        "EventSubscriptionsList",
        "CustSubscriptionId",
    ),
    Listing(
        "aws_db_parameter_group",
        "name",
        "rds",
        "describe_db_parameter_groups",
        "DBParameterGroups",
        "DBParameterGroupName",
    ),
    Listing("aws_db_subnet_group", "name", "rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    Listing("aws_dynamodb_table", "name", "dynamodb", "list_tables", "TableNames"),
    Listing("aws_ecr_repository", "name", "ecr", "describe_repositories", "repositories", "repositoryName"),
    Listing("aws_ecs_cluster", "name", "ecs", "list_clusters", "clusterArns"),
    Listing("aws_iam_policy", "name", "iam", "list_policies", "Policies", "PolicyName", (("Scope", "Local"),)),
    Listing("aws_iam_role", "name", "iam", "list_roles", "Roles", "RoleName"),
    Listing("aws_kms_alias", "name", "kms", "list_aliases", "Aliases", "AliasName"),
    Listing("aws_lb", "name", "elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerName"),
    Listing("aws_lb_target_group", "name", "elbv2", "describe_target_groups", "TargetGroups", "TargetGroupName"),
    Listing(
        "aws_rds_cluster", "cluster_identifier", "rds", "describe_db_clusters", "DBClusters", "DBClusterIdentifier"
    ),
    Listing(
        "aws_rds_cluster",
        "cluster_identifier",
        "rds",
        "describe_db_cluster_snapshots",
        "DBClusterSnapshots",
        "DBClusterIdentifier",
        (("SnapshotType", "manual"),),
    ),
    Listing(
        "aws_rds_cluster_instance", "identifier", "rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"
    ),
    Listing(
        "aws_rds_cluster_parameter_group",
        "name",
        "rds",
        "describe_db_cluster_parameter_groups",
        "DBClusterParameterGroups",
        "DBClusterParameterGroupName",
    ),
    Listing("aws_s3_bucket", "bucket", "s3", "list_buckets", "Buckets", "Name"),
    Listing("aws_sns_topic", "name", "sns", "list_topics", "Topics", "TopicArn"),
    Listing("aws_wafv2_web_acl", "name", "wafv2", "list_web_acls", "WebACLs", "Name", (("Scope", "REGIONAL"),)),
)


def wait_for_leftovers_to_go(
    environment: Environment, synthesized: Synthesized, *, say: Callable[[str], None]
) -> list[Leftover]:
    """What is left in the end: AWS lists what is gone for a while, so a real account is asked again."""
    deadline = time.monotonic() + (0 if environment.embedded else _PATIENCE_SECONDS)
    while True:
        found = find_leftovers(environment, synthesized)
        if not found or time.monotonic() >= deadline:
            return found
        say(f"AWS still lists {len(found)} resources of {environment.suffix}; looking again in {_POLL_SECONDS} s.")
        time.sleep(_POLL_SECONDS)


def find_leftovers(environment: Environment, synthesized: Synthesized) -> list[Leftover]:
    """What is there now."""
    session = environment.session()
    by_tag = _tagged(session, environment.suffix)
    by_name = [
        leftover for listing in _LISTINGS for leftover in _named(session, environment.account_id, listing, synthesized)
    ]
    return sorted({*by_tag, *by_name})


def find_copies(environment: Environment, synthesized: Synthesized) -> list[str]:
    """Clusters and tables that carry the environment's tag and are none of those that the layers make, by name.

    They are what somebody restored and did not switch to, or what ran before a switch.
    """
    session = environment.session()
    tagged = {_last(leftover.id) for leftover in _tagged(session, environment.suffix)}
    listings = [listing for listing in _LISTINGS if listing.operation in {"describe_db_clusters", "list_tables"}]
    there = {name for listing in listings for name in _list(session, environment.account_id, listing)}
    return sorted(tagged & there - {name for listing in listings for name in _expected(listing, synthesized)})


def _tagged(session: boto3.Session, suffix: str) -> list[Leftover]:
    tagging = session.client("resourcegroupstaggingapi")
    pages = tagging.get_paginator("get_resources").paginate(TagFilters=[{"Key": "Environment", "Values": [suffix]}])
    arns = [resource["ResourceARN"] for page in pages for resource in page["ResourceTagMappingList"]]
    return [Leftover("tagged", arn) for arn in arns if not only_lingers(session, arn)]


def _named(session: boto3.Session, account_id: str, listing: Listing, synthesized: Synthesized) -> list[Leftover]:
    expected = _expected(listing, synthesized)
    if not expected:
        return []
    listed = _list(session, account_id, listing)
    return [Leftover(listing.resource_type, name) for name in listed if name in expected or _last(name) in expected]


def _expected(listing: Listing, synthesized: Synthesized) -> set[str]:
    return {
        name for layer in synthesized.layers.values() for name in layer.values(listing.resource_type, listing.attribute)
    }


def _list(session: boto3.Session, account_id: str, listing: Listing) -> list[str]:
    client = session.client(listing.service)  # type: ignore[call-overload]
    arguments = dict(listing.arguments) | ({"AccountId": account_id} if listing.service == "budgets" else {})
    if client.can_paginate(listing.operation):
        pages = client.get_paginator(listing.operation).paginate(**arguments)
    else:
        pages = [getattr(client, listing.operation)(**arguments)]
    items = [item for page in pages for item in page.get(listing.items, [])]
    return [item[listing.name] for item in items] if listing.name else items


def _last(name: str) -> str:
    """The name in an ARN; of anything else, itself."""
    return name.rsplit(":", 1)[-1].rsplit("/", 1)[-1] if name.startswith("arn:") else name
