"""What experiments may do: stop this service's tasks, fail this cluster over, cut this VPC's subnets off for a while.

The actions are those of AWS's own policies, narrowed to these resources:
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSFaultInjectionSimulatorECSAccess.html,
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSFaultInjectionSimulatorRDSAccess.html and
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSFaultInjectionSimulatorNetworkAccess.html
"""

from cdktf_cdktf_provider_aws.iam_role import IamRole

from stacks.base import AnyLayer
from stacks.compute import ComputeOutputs
from stacks.database import DatabaseOutputs
from stacks.iam import EVERYTHING, Condition, Statement, allow, role, trust
from stacks.network import NetworkOutputs

# What has to be found before anything is done to it, and where log lines are to go.
# https://docs.aws.amazon.com/fis/latest/userguide/monitoring-logging.html
FINDS = (
    "ec2:DescribeManagedPrefixLists",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "logs:CreateLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:PutResourcePolicy",
    "tag:GetResources",
)


def game_day_role(
    layer: AnyLayer, *, network: NetworkOutputs, compute: ComputeOutputs, database: DatabaseOutputs
) -> IamRole:
    """The one role of all experiments; only they can assume it."""
    experiments = {"ArnLike": {"aws:SourceArn": layer.arn("fis", "experiment/*")}}
    return role(
        layer,
        "game-day-role",
        name=layer.names("role", "game-day"),
        description="Lets experiments of Fault Injection Service break parts of this environment",
        trusts=trust("fis.amazonaws.com", account_id=layer.account_id, when=experiments),
        may=[
            allow(*FINDS, on=EVERYTHING, sid="NoResourceLevelPermission"),
            # Tasks are listed by what they run on, though Fargate shows nobody what that is.
            allow("ecs:ListTasks", on=[layer.arn("ecs", f"container-instance/{compute.cluster_name}/*")]),
            allow("ecs:DescribeTasks", "ecs:StopTask", on=[layer.arn("ecs", f"task/{compute.cluster_name}/*")]),
            *_cluster(layer, database),
            *_subnets(layer, network),
        ],
    )


def _cluster(layer: AnyLayer, database: DatabaseOutputs) -> list[Statement]:
    return [
        allow("rds:DescribeDBClusters", on=[layer.arn("rds", "cluster:*")]),
        allow("rds:DescribeDBInstances", on=[layer.arn("rds", "db:*")]),
        allow("rds:FailoverDBCluster", on=[database.cluster_arn]),
    ]


def _subnets(layer: AnyLayer, network: NetworkOutputs) -> list[Statement]:
    """A cut is a network ACL that denies: made, put in the place of the subnet's own, and taken away again."""
    vpc, acls = layer.arn("ec2", f"vpc/{network.vpc_id}"), layer.arn("ec2", "network-acl/*")
    asked: Condition = {"StringEquals": {"aws:RequestTag/managedByFIS": "true"}}
    tagged: Condition = {
        "StringEquals": {"aws:RequestTag/managedByFIS": "true", "ec2:CreateAction": "CreateNetworkAcl"}
    }
    theirs: Condition = {"StringEquals": {"ec2:ResourceTag/managedByFIS": "true"}}
    return [
        allow("ec2:GetManagedPrefixListEntries", on=[f"arn:aws:ec2:{layer.region}:*:prefix-list/*"]),
        allow("ec2:CreateNetworkAcl", on=[vpc]),
        allow("ec2:CreateNetworkAcl", on=[acls], when=asked),
        allow("ec2:CreateTags", on=[acls], when=tagged),
        allow("ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAcl", on=[acls], when=theirs),
        allow(
            "ec2:ReplaceNetworkAclAssociation",
            on=[acls, layer.arn("ec2", "subnet/*")],
            when={"ArnEquals": {"ec2:Vpc": vpc}},
        ),
    ]
