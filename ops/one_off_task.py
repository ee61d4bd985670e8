"""Runs a task of ECS once, follows it to its end, and shows what it logs."""

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError
from rich.console import Console

from ops.errors import OpsError

_POLL_SECONDS = 2
# ECS may not know a task at once that it has just started.
_MISSES_FORGIVEN = 15
# Lines arrive after the task that wrote them has stopped: https://docs.docker.com/engine/logging/drivers/awslogs.
_LOG_SETTLES_SECONDS = 6


@dataclass(frozen=True, kw_only=True)
class TaskRun:
    """Where a task runs, and in which network."""

    cluster: str
    task_definition_arn: str
    subnet_ids: Sequence[str]
    security_group_id: str
    started_by: str


@dataclass(frozen=True)
class Ended:
    """How a task ended. Without an exit code its container never ran."""

    exit_code: int | None
    reason: str


@dataclass
class _Log:
    """The log of one container, read from where it was read to."""

    client: Any
    group: str
    stream: str
    token: str | None = None

    def new_lines(self) -> list[str]:
        """What was written since the last time. A page may be empty; at the end a token is answered with itself."""
        lines: list[str] = []
        while (page := self._page()) is not None and page["nextForwardToken"] != self.token:
            self.token = page["nextForwardToken"]
            lines += [str(event["message"]).rstrip() for event in page["events"]]
        return lines

    def _page(self) -> dict[str, Any] | None:
        after = {"nextToken": self.token} if self.token else {}
        try:
            page: dict[str, Any] = self.client.get_log_events(
                logGroupName=self.group, logStreamName=self.stream, startFromHead=True, **after
            )
        except ClientError as error:
            # A container makes its stream with its first line.
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return page


@dataclass
class _Follower:
    """Tells of each step once, and of every line of the log."""

    console: Console
    log: _Log
    told: str = field(default="")

    def tell(self, status: str) -> None:
        """Say where the task is."""
        if status != self.told:
            self.told = status
            self._say(status.lower())

    def read_log(self) -> None:
        """Show what is new in the log."""
        for line in self.log.new_lines():
            # What a terminal would obey is shown as the JSON that it is.
            self._say(f"  {line if line.isprintable() else json.dumps(line)}")

    def _say(self, text: str) -> None:
        now = datetime.now().astimezone()
        self.console.print(f"{now:%H:%M:%S}  {text}", soft_wrap=True, markup=False, highlight=False)


def run_task(session: boto3.Session, run: TaskRun, *, console: Console) -> Ended:
    """Run the task and wait for its end, however long that takes. Raises OpsError where it cannot be started."""
    ecs = session.client("ecs")
    started = ecs.run_task(
        cluster=run.cluster,
        taskDefinition=run.task_definition_arn,
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": list(run.subnet_ids),
                "securityGroups": [run.security_group_id],
                "assignPublicIp": "DISABLED",
            }
        },
        startedBy=run.started_by,
        propagateTags="TASK_DEFINITION",
        enableECSManagedTags=True,
        # A call that is repeated because its answer was lost starts no second task.
        clientToken=str(uuid.uuid4()),
    )
    if not started["tasks"]:
        reasons = ", ".join(f"{failure.get('reason')} ({failure.get('detail', '')})" for failure in started["failures"])
        raise OpsError(f"ECS does not start the task: {reasons}")
    task = started["tasks"][0]
    follower = _Follower(console, _log_of(session, run.task_definition_arn, task))
    try:
        return _follow(ecs, run.cluster, task, follower)
    except KeyboardInterrupt:
        console.print(
            "The task goes on. To stop it as well:\n"
            f"  aws ecs stop-task --cluster {run.cluster} --task {task['taskArn'].rsplit('/', 1)[-1]}",
            soft_wrap=True,
            highlight=False,
        )
        raise


def _follow(ecs: Any, cluster: str, task: Mapping[str, Any], follower: _Follower) -> Ended:  # noqa: ANN401 - boto3
    missed = 0
    while task["lastStatus"] != "STOPPED":
        follower.tell(task["lastStatus"])
        follower.read_log()
        time.sleep(_POLL_SECONDS)
        found = ecs.describe_tasks(cluster=cluster, tasks=[task["taskArn"]])["tasks"]
        missed = 0 if found else missed + 1
        if missed > _MISSES_FORGIVEN:
            raise OpsError(f"ECS knows no task {task['taskArn']} any more.")
        task = found[0] if found else task
    if task["containers"][0].get("exitCode") is not None:
        time.sleep(_LOG_SETTLES_SECONDS)
    follower.read_log()
    follower.tell("STOPPED")
    container = task["containers"][0]
    reasons = (container.get("reason"), task.get("stoppedReason"))
    return Ended(exit_code=container.get("exitCode"), reason="; ".join(reason for reason in reasons if reason))


def _log_of(session: boto3.Session, task_definition_arn: str, task: Mapping[str, Any]) -> _Log:
    """Where the task's only container logs to: the stream is PREFIX/CONTAINER/TASK."""
    answer = session.client("ecs").describe_task_definition(taskDefinition=task_definition_arn)
    container = answer["taskDefinition"]["containerDefinitions"][0]
    options = container["logConfiguration"]["options"]
    stream = "/".join([options["awslogs-stream-prefix"], container["name"], task["taskArn"].rsplit("/", 1)[-1]])
    return _Log(client=session.client("logs"), group=options["awslogs-group"], stream=stream)
