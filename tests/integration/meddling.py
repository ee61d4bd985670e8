"""What people do to an environment by hand, and where `ops drift` has to show each of it."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import ClientError

from ops.checks import Deployed
from stacks.names import cluster_of, session_table_of

_EVERYBODY = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
_STRANGER = "stranger@example.com"


@dataclass(frozen=True)
class Meddling:
    """One change behind Terraform's back, the resource at which it has to show, and as what."""

    act: Callable[[Deployed], object]
    layer: str
    address: str
    shows: str


def _suspend_versioning(aws: Deployed) -> None:
    bucket = aws.names.bucket("data")
    aws.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def _stop_key_rotation(aws: Deployed) -> None:
    aws.client("kms").disable_key_rotation(KeyId=aws.key_arn("database"))


def _delete_alarm(aws: Deployed) -> None:
    aws.client("cloudwatch").delete_alarms(AlarmNames=[aws.names("alarm", "task-cpu")])


def _keep_logs_longer(aws: Deployed) -> None:
    group = aws.names("log-group", "flow-logs")
    aws.client("logs").put_retention_policy(logGroupName=group, retentionInDays=90)


def _keep_no_points_in_time(aws: Deployed) -> None:
    aws.client("dynamodb").update_continuous_backups(
        TableName=session_table_of(aws.settings),
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False},
    )


def _allow_the_service_everything(aws: Deployed) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    aws.client("iam").put_role_policy(
        RoleName=aws.names("role", "task"), PolicyName="permissions", PolicyDocument=json.dumps(document)
    )


def _make_an_administrator(aws: Deployed) -> None:
    aws.client("iam").attach_role_policy(
        RoleName=aws.names("role", "task"), PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )


def _open_the_database(aws: Deployed) -> None:
    aws.client("ec2").authorize_security_group_ingress(GroupId=_group(aws, "database"), IpPermissions=[_EVERYBODY])


def _close_the_load_balancer(aws: Deployed) -> None:
    group = _group(aws, "load-balancer")
    filters = [{"Name": "group-id", "Values": [group]}]
    rules = aws.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    (rule,) = [one for one in rules if not one["IsEgress"] and one["FromPort"] == 443]
    aws.client("ec2").revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])


def _open_the_data_api(aws: Deployed) -> None:
    rds = aws.client("rds")
    found = rds.describe_db_clusters(DBClusterIdentifier=cluster_of(aws.settings))["DBClusters"]
    rds.enable_http_endpoint(ResourceArn=found[0]["DBClusterArn"])


def _route_the_database_out(aws: Deployed) -> None:
    (vpc,) = _named(aws, "describe_vpcs", "Vpcs", aws.names("vpc"))
    gateways = aws.client("ec2").describe_internet_gateways(
        Filters=[{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    )
    (table,) = _named(aws, "describe_route_tables", "RouteTables", aws.names("route-table", "database"))
    aws.client("ec2").create_route(
        RouteTableId=table["RouteTableId"],
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=gateways["InternetGateways"][0]["InternetGatewayId"],
    )


def _listen_in(aws: Deployed) -> None:
    aws.client("sns").subscribe(TopicArn=aws.topic_arn("alerts"), Protocol="email", Endpoint=_STRANGER)


def _claim(aws: Deployed) -> None:
    topic = aws.topic_arn("delivery-failures")
    aws.client("sns").tag_resource(ResourceArn=topic, Tags=[{"Key": "Owner", "Value": "somebody else"}])


def undo_additions(aws: Deployed) -> None:
    """Take away what was added, which a deployment leaves to people. It may have been taken away already."""
    role, administrator = aws.names("role", "task"), "arn:aws:iam::aws:policy/AdministratorAccess"
    with contextlib.suppress(ClientError):
        aws.client("iam").detach_role_policy(RoleName=role, PolicyArn=administrator)
    with contextlib.suppress(ClientError):
        aws.client("ec2").revoke_security_group_ingress(GroupId=_group(aws, "database"), IpPermissions=[_EVERYBODY])
    (table,) = _named(aws, "describe_route_tables", "RouteTables", aws.names("route-table", "database"))
    with contextlib.suppress(ClientError):
        aws.client("ec2").delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
    for one in aws.listed("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=aws.topic_arn("alerts")):
        if one["Endpoint"] == _STRANGER:
            aws.client("sns").unsubscribe(SubscriptionArn=one["SubscriptionArn"])


def _group(aws: Deployed, role: str) -> str:
    (group,) = _named(aws, "describe_security_groups", "SecurityGroups", aws.names("security-group", role))
    return str(group["GroupId"])


def _named(aws: Deployed, operation: str, items: str, name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = aws.listed("ec2", operation, items, Filters=[{"Name": "tag:Name", "Values": [name]}])
    return found


MEDDLING = (
    Meddling(_suspend_versioning, "storage", "aws_s3_bucket_versioning.data-versions", "versioning_configuration"),
    Meddling(_stop_key_rotation, "keys", "aws_kms_key.database", "enable_key_rotation"),
    Meddling(_delete_alarm, "compute", "aws_cloudwatch_metric_alarm.alarm-task-cpu", "deleted"),
    Meddling(_keep_logs_longer, "network", "aws_cloudwatch_log_group.log-group-flow-logs", "retention_in_days"),
    Meddling(_keep_no_points_in_time, "storage", "aws_dynamodb_table.sessions", "point_in_time_recovery"),
    Meddling(_allow_the_service_everything, "compute", "aws_iam_role_policy.task-role-policy", "policy"),
    Meddling(_make_an_administrator, "compute", "aws_iam_role.task-role", "attached policy"),
    Meddling(_open_the_database, "network", "aws_security_group.database", "ingress rule"),
    Meddling(
        _close_the_load_balancer,
        "network",
        "aws_vpc_security_group_ingress_rule.internet-to-load-balancer-443",
        "deleted",
    ),
    Meddling(_route_the_database_out, "network", "aws_route_table.database-routes", "route"),
    Meddling(_open_the_data_api, "database", "aws_rds_cluster.cluster", "enable_http_endpoint"),
    Meddling(_listen_in, "alerting", "aws_sns_topic.alerts", "subscription"),
    Meddling(_claim, "alerting", "aws_sns_topic.delivery-failures", "tags_all"),
)
