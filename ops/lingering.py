"""What AWS still lists although it is gone: keys wait for days, clusters and tasks are remembered for a while."""

import re
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

_ARN = re.compile(r"arn:[^:]*:(?P<service>[^:]*):[^:]*:[^:]*:(?P<kind>[^/]+)/(?P<name>.+)")


def only_lingers(session: boto3.Session, arn: str) -> bool:
    """Whether a resource that AWS lists cannot be got rid of any sooner, and costs nothing."""
    parsed = _ARN.match(arn)
    question = _QUESTIONS.get(f"{parsed['service']}:{parsed['kind']}") if parsed else None
    if parsed is None or question is None:
        return False
    try:
        return question(session, parsed["name"], arn)
    except ClientError as error:
        return "NotFound" in error.response["Error"]["Code"]


def _key(session: boto3.Session, _name: str, arn: str) -> bool:
    """Seven days are the shortest that AWS takes to delete a key, during which it costs nothing."""
    state = session.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]
    return bool(state == "PendingDeletion")


def _cluster(session: boto3.Session, _name: str, arn: str) -> bool:
    clusters = session.client("ecs").describe_clusters(clusters=[arn])["clusters"]
    return _all(clusters, "status", "INACTIVE")


def _service(session: boto3.Session, name: str, arn: str) -> bool:
    cluster = name.partition("/")[0]
    services = session.client("ecs").describe_services(cluster=cluster, services=[arn])["services"]
    return _all(services, "status", "INACTIVE")


def _task(session: boto3.Session, name: str, arn: str) -> bool:
    cluster = name.partition("/")[0]
    tasks = session.client("ecs").describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
    return _all(tasks, "lastStatus", "STOPPED")


def _task_definition(session: boto3.Session, _name: str, arn: str) -> bool:
    definition = session.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
    return bool(definition["status"] != "ACTIVE")


def _vpc_endpoint(session: boto3.Session, name: str, _arn: str) -> bool:
    endpoints = session.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[name])["VpcEndpoints"]
    return _all(endpoints, "State", "deleted")


def _all(found: list[Any], attribute: str, value: str) -> bool:
    return all(one[attribute].lower() == value.lower() for one in found)


_QUESTIONS: dict[str, Callable[[boto3.Session, str, str], bool]] = {
    "kms:key": _key,
    "ecs:cluster": _cluster,
    "ecs:service": _service,
    "ecs:task": _task,
    "ecs:task-definition": _task_definition,
    "ec2:vpc-endpoint": _vpc_endpoint,
}
