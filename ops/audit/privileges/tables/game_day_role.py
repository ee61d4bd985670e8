"""The role of experiments: they break parts of this environment for a while, and nothing beyond it."""

from ops.audit.privileges.estate import Estate
from ops.audit.privileges.row import Context, Principal, Row, must, must_not

_POLICIES = "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSFaultInjectionSimulator"
_ECS, _RDS, _NETWORK = (f"{_POLICIES}{part}Access.html" for part in ("ECS", "RDS", "Network"))
_LOGS = "https://docs.aws.amazon.com/fis/latest/userguide/monitoring-logging.html"
_MARKED: Context = {"aws:RequestTag/managedByFIS": "true"}


def rows(estate: Estate) -> list[Row]:
    """The table."""
    who = estate.role("monitoring", "game-day-role")
    deliver = ("CreateLogDelivery", "DescribeLogGroups", "DescribeResourcePolicies", "PutResourcePolicy")
    return [
        *_tasks(estate, who),
        *_cluster(estate, who),
        *_subnets(estate, who),
        *must(who, *(f"logs:{action}" for action in deliver), on="*", because=_LOGS),
        *must(who, "tag:GetResources", on="*", because=_RDS),
        *must_not(who, "logs:PutLogEvents", on=estate.log_stream("service"), because="the delivery service writes"),
        *must_not(who, "fis:StartExperiment", on=estate.arn("fis", "experiment-template/EXT1"), because="people start"),
    ]


def _tasks(estate: Estate, who: Principal) -> list[Row]:
    cluster = estate.configuration.attribute(estate.configuration.one("aws_ecs_cluster", "cluster"), "name")
    task, foreign = (estate.arn("ecs", f"task/{name}/1") for name in (cluster, f"{cluster}-2"))
    service, listed = estate.arn("ecs", f"service/{cluster}/1"), estate.arn("ecs", f"container-instance/{cluster}/1")
    return [
        *must(who, "ecs:ListTasks", on=listed, because=_ECS),
        *must(who, "ecs:DescribeTasks", "ecs:StopTask", on=task, because=_ECS),
        *must_not(who, "ecs:StopTask", on=foreign, because="tasks of another environment"),
        *must_not(who, "ecs:StopTask", on=estate.elsewhere(task), because="tasks of another account"),
        *must_not(who, "ecs:RunTask", on=estate.of("aws_ecs_task_definition", "task"), because="what tasks may do"),
        *must_not(who, "ecs:UpdateService", "ecs:DeleteService", on=service, because="the service itself"),
    ]


def _cluster(estate: Estate, who: Principal) -> list[Row]:
    cluster, instance = estate.cluster, estate.arn("rds", "db:instance")
    return [
        *must(who, "rds:DescribeDBClusters", "rds:FailoverDBCluster", on=cluster, because=_RDS),
        *must(who, "rds:DescribeDBInstances", on=instance, because=_RDS),
        *must_not(who, "rds:FailoverDBCluster", on=f"{cluster}-2", because="another environment's database"),
        *must_not(who, "rds:RebootDBInstance", "rds:DeleteDBInstance", on=instance, because="a failover is enough"),
        *must_not(who, "rds:ModifyDBCluster", on=cluster, because="how the database is set up"),
    ]


def _subnets(estate: Estate, who: Principal) -> list[Row]:
    """A cut is a network ACL of its own, which carries a mark by which it is known."""
    vpc_id = estate.configuration.attribute(estate.configuration.one("aws_vpc", "vpc"), "id")
    acl, subnet, vpc, routes = (
        estate.arn("ec2", resource)
        for resource in ("network-acl/acl-1", "subnet/subnet-1", f"vpc/{vpc_id}", "route-table/rtb-1")
    )
    here, marked = {"ec2:Vpc": vpc}, {"ec2:ResourceTag/managedByFIS": "true"}
    elsewhere = {"ec2:Vpc": f"{vpc}0"}
    describe = ("DescribeManagedPrefixLists", "DescribeNetworkAcls", "DescribeSubnets", "DescribeVpcs")
    lists = estate.arn("ec2", "prefix-list/pl-1").replace(estate.account_id, "aws")
    making: Context = {**_MARKED, "ec2:CreateAction": "CreateNetworkAcl"}
    return [
        *must(who, *(f"ec2:{action}" for action in describe), on="*", because=_NETWORK),
        *must(who, "ec2:GetManagedPrefixListEntries", on=lists, because=_NETWORK),
        *must(who, "ec2:CreateNetworkAcl", on=vpc, because=_NETWORK),
        *must(who, "ec2:CreateNetworkAcl", on=acl, because=_NETWORK, given=_MARKED),
        *must(who, "ec2:CreateTags", on=acl, because=_NETWORK, given=making),
        *must(who, "ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAcl", on=acl, because=_NETWORK, given=marked),
        *must(who, "ec2:ReplaceNetworkAclAssociation", on=acl, because=_NETWORK, given=here),
        *must(who, "ec2:ReplaceNetworkAclAssociation", on=subnet, because=_NETWORK, given=here),
        *must_not(who, "ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAcl", on=acl, because="ACLs of others"),
        *must_not(who, "ec2:CreateTags", on=acl, because="a mark on an ACL that is another's", given=_MARKED),
        *must_not(who, "ec2:ReplaceNetworkAclAssociation", on=subnet, because="another VPC", given=elsewhere),
        *must_not(who, "ec2:CreateRoute", on=routes, because="ways in or out"),
    ]
