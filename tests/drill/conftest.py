"""An environment as far as drills see it, on an AWS in this process."""

import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

import emulator.services  # noqa: F401 - AWS as the drills know it
from ops.account import Environment
from ops.backend import load_backend
from ops.confirm import Confirmation
from ops.workspace import Workspace
from stacks.settings_file import load_settings

SUFFIX = "local"
ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"]
ALARMS = {
    "errors": "page",
    "latency": "page",
    "writer-down": "page",
    "reader-down": "page",
    "fewer-healthy-targets": "ticket",
    "too-few-tasks": "ticket",
}


@dataclass(frozen=True)
class World:
    """The environment, and what a person in front of it sees."""

    environment: Environment
    console: Console
    drills: Path
    balancer: str
    template_role: str

    @property
    def said(self) -> str:
        """What was printed so far."""
        assert isinstance(self.console.file, io.StringIO)
        return self.console.file.getvalue()

    @property
    def confirmation(self) -> Confirmation:
        """Somebody who says yes."""
        return Confirmation(self.environment, self.console, yes=True)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes its calls at run time
        """A client of this AWS."""
        session: Any = self.environment.session()
        return session.client(service)

    def make_experiment(self, name: str) -> None:
        """A template of that name, as the monitoring layer makes them."""
        self.client("fis").create_experiment_template(
            clientToken=name,
            description=name,
            stopConditions=[{"source": "none"}],
            actions={"wait": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M"}}},
            roleArn=self.template_role,
            tags={"Name": f"experiment-{name}-{SUFFIX}"},
        )


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    for name in [name for name in os.environ if name.startswith(("AWS_", "ENVIRONMENT"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        settings, workspace = load_settings("local"), Workspace(suffix=SUFFIX, root=tmp_path)
        environment = Environment(name="local", settings=settings, embedded=True, workspace=workspace)
        session = environment.session()
        subnets = _subnets(session)
        balancer, target_group = _balancer(session, subnets)
        resources = [
            _database(session),
            _service(session, subnets, target_group),
            _resource("aws_lb_target_group", {"arn": target_group}),
            *_alarms(session),
        ]
        _keep_state(session, resources)
        yield World(
            environment=environment,
            console=Console(file=io.StringIO(), width=160, emoji=False),
            drills=tmp_path / "drills",
            balancer=balancer,
            template_role="arn:aws:iam::123456789012:role/role-game-day-local",
        )


def _subnets(session: boto3.Session) -> list[str]:
    found = session.client("ec2").describe_subnets(Filters=[{"Name": "availability-zone", "Values": ZONES}])
    return [subnet["SubnetId"] for subnet in found["Subnets"]]


def _balancer(session: boto3.Session, subnets: list[str]) -> tuple[str, str]:
    elb = session.client("elbv2")
    [vpc] = session.client("ec2").describe_vpcs()["Vpcs"]
    made = elb.create_load_balancer(Name=f"alb-{SUFFIX}", Subnets=subnets)["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    allowed = {"Key": "zonal_shift.config.enabled", "Value": "true"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[allowed])
    group = elb.create_target_group(
        Name=f"tg-{SUFFIX}", Protocol="HTTPS", Port=8443, VpcId=vpc["VpcId"], TargetType="ip"
    )
    group_arn = group["TargetGroups"][0]["TargetGroupArn"]
    forward = {"Type": "forward", "TargetGroupArn": group_arn}
    elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[forward])
    return arn, group_arn


def _database(session: boto3.Session) -> dict[str, Any]:
    rds, cluster = session.client("rds"), f"aurora-{SUFFIX}"
    rds.create_db_cluster(
        DBClusterIdentifier=cluster, Engine="aurora-postgresql", MasterUsername="admin", ManageMasterUserPassword=True
    )
    for position in (1, 2):
        rds.create_db_instance(
            DBInstanceIdentifier=f"aurora-instance-{position}-{SUFFIX}",
            DBClusterIdentifier=cluster,
            DBInstanceClass="db.serverless",
            Engine="aurora-postgresql",
            AvailabilityZone=ZONES[position - 1],
        )
    return _resource("aws_rds_cluster", {"cluster_identifier": cluster})


def _service(session: boto3.Session, subnets: list[str], target_group: str) -> dict[str, Any]:
    ecs, cluster, name = session.client("ecs"), f"ecs-cluster-{SUFFIX}", f"ecs-service-{SUFFIX}"
    arn = ecs.create_cluster(clusterName=cluster)["cluster"]["clusterArn"]
    container = {"name": "service", "image": "image", "memory": 128, "portMappings": [{"containerPort": 8443}]}
    ecs.register_task_definition(family="task", networkMode="awsvpc", containerDefinitions=[container])
    ecs.create_service(
        cluster=cluster,
        serviceName=name,
        taskDefinition="task",
        desiredCount=3,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnets, "securityGroups": []}},
        loadBalancers=[{"targetGroupArn": target_group, "containerName": "service", "containerPort": 8443}],
    )
    return _resource("aws_ecs_service", {"cluster": arn, "name": name})


def _alarms(session: boto3.Session) -> Iterator[dict[str, Any]]:
    for name, severity in ALARMS.items():
        full = f"alarm-{name}-{SUFFIX}"
        session.client("cloudwatch").put_metric_alarm(
            AlarmName=full,
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Namespace="AWS/ECS",
            MetricName="CPUUtilization",
            Period=60,
            Statistic="Average",
            Threshold=1,
        )
        yield _resource("aws_cloudwatch_metric_alarm", {"alarm_name": full, "tags": {"Severity": severity}})


def _resource(kind: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "mode": "managed",
        "type": kind,
        "name": "made",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"attributes": attributes}],
    }


def _keep_state(session: boto3.Session, resources: list[dict[str, Any]]) -> None:
    backend, s3 = load_backend(), session.client("s3")
    s3.create_bucket(Bucket=backend.bucket)
    body = json.dumps({"version": 4, "outputs": {}, "resources": resources})
    s3.put_object(Bucket=backend.bucket, Key=backend.state_key(SUFFIX, "all"), Body=body)
