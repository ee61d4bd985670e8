"""What a drill watches of an environment, by the names that its states know."""

from dataclasses import dataclass
from typing import Any

import boto3

from ops.account import Environment
from ops.backend import load_backend
from ops.errors import BadInputError
from ops.state import States


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Names of what is watched. `alarms` are the names of all alarms on metrics; `paging` those that wake people."""

    suffix: str
    cluster_identifier: str
    ecs_cluster: str
    service: str
    target_group_arn: str
    alarms: tuple[str, ...]
    paging: frozenset[str]

    def short(self, alarm: str) -> str:
        """An alarm's name as people and runbooks use it."""
        return alarm.removeprefix("alarm-").removesuffix(f"-{self.suffix}")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """How the environment is, some seconds after the drill began."""

    seconds: float
    alarms: frozenset[str]
    healthy_targets: int
    tasks: dict[str, int]  # running, by zone
    writer: str
    writer_zone: str
    database: str  # its status


def subject_of(environment: Environment) -> Subject:
    """What there is to watch. Raises BadInputError when the environment is not deployed."""
    states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
    found = states.read_all(states.layers())
    resources: dict[str, list[dict[str, Any]]] = {
        kind: [made for state in found.values() for made in state.instances(kind)]
        for kind in ("aws_rds_cluster", "aws_ecs_service", "aws_lb_target_group", "aws_cloudwatch_metric_alarm")
    }
    if missing := [kind for kind, made in resources.items() if not made]:
        raise BadInputError(
            f"{environment.suffix} cannot be drilled: it has no {', '.join(missing)}.\n"
            f"  Deploy it first: python -m ops deploy {environment.command_line}"
        )
    alarms = resources["aws_cloudwatch_metric_alarm"]
    service = resources["aws_ecs_service"][0]
    return Subject(
        suffix=environment.suffix,
        cluster_identifier=resources["aws_rds_cluster"][0]["cluster_identifier"],
        ecs_cluster=service["cluster"].rsplit("/", 1)[-1],
        service=service["name"],
        target_group_arn=resources["aws_lb_target_group"][0]["arn"],
        alarms=tuple(sorted(alarm["alarm_name"] for alarm in alarms)),
        paging=frozenset(alarm["alarm_name"] for alarm in alarms if alarm["tags"].get("Severity") == "page"),
    )


def look(session: boto3.Session, subject: Subject, *, seconds: float) -> Sample:
    """How it is now, in AWS's own words."""
    cluster = session.client("rds").describe_db_clusters(DBClusterIdentifier=subject.cluster_identifier)
    database: dict[str, Any] = cluster["DBClusters"][0]
    writer = next((one["DBInstanceIdentifier"] for one in database["DBClusterMembers"] if one["IsClusterWriter"]), "")
    health = session.client("elbv2").describe_target_health(TargetGroupArn=subject.target_group_arn)
    return Sample(
        seconds=seconds,
        alarms=_on(session, subject),
        healthy_targets=sum(one["TargetHealth"]["State"] == "healthy" for one in health["TargetHealthDescriptions"]),
        tasks=_tasks(session, subject),
        writer=writer,
        writer_zone=_zone_of(session, writer),
        database=database["Status"],
    )


def _on(session: boto3.Session, subject: Subject) -> frozenset[str]:
    pages = session.client("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM")
    on = {alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]}
    return frozenset(on & set(subject.alarms))


def tasks_of(session: boto3.Session, subject: Subject) -> list[dict[str, Any]]:
    """The tasks of the service, as ECS describes them."""
    ecs = session.client("ecs")
    # A page has a hundred at most, and so many can be described at once.
    pages = ecs.get_paginator("list_tasks").paginate(cluster=subject.ecs_cluster, serviceName=subject.service)
    return [
        dict(task)
        for page in pages
        if page["taskArns"]
        for task in ecs.describe_tasks(cluster=subject.ecs_cluster, tasks=page["taskArns"])["tasks"]
    ]


def check_zone(environment: Environment, zone: str) -> None:
    """Raise BadInputError unless the environment is in a zone."""
    zones = environment.settings.network.zones
    if zone not in zones:
        raise BadInputError(f"{environment.suffix} is not in {zone}. Its zones: {', '.join(zones)}.")


def _tasks(session: boto3.Session, subject: Subject) -> dict[str, int]:
    counts: dict[str, int] = {}
    for task in tasks_of(session, subject):
        if task["lastStatus"] == "RUNNING":
            zone = task.get("availabilityZone", "")
            counts[zone] = counts.get(zone, 0) + 1
    return counts


def _zone_of(session: boto3.Session, instance: str) -> str:
    if not instance:
        return ""
    found = session.client("rds").describe_db_instances(DBInstanceIdentifier=instance)["DBInstances"]
    return str(found[0].get("AvailabilityZone", ""))
