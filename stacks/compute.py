"""Compute: the load balancer, the service behind it, the firewall before it, and what is watched of them."""

from dataclasses import dataclass

from constructs import Construct

from stacks.alarms import raise_alarms
from stacks.alerting import Alerting
from stacks.base import Layer
from stacks.compute_alarms import Watched, compute_alarms
from stacks.database import Database
from stacks.events import Announcement, announce
from stacks.firewall import firewall
from stacks.keys import Keys
from stacks.load_balancer import LoadBalancer, load_balancer
from stacks.log_groups import log_group
from stacks.migration import migration_task
from stacks.network import Network
from stacks.registry import Registry
from stacks.service import RunningService, autoscaling, run_service
from stacks.settings import Settings
from stacks.storage import Storage
from stacks.task import TaskInputs, execution_role, task_definition


def task_events(*, cluster_arn: str, service_arn: str, service_name: str) -> list[Announcement]:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html."""
    return [
        Announcement(
            name="deployment-failed",
            means="A deployment did not come up and is rolled back",
            pattern={
                "source": ["aws.ecs"],
                "detail-type": ["ECS Deployment State Change"],
                "resources": [service_arn],
                "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]},
            },
            sentence="a deployment failed: <reason>",
            words={"reason": "$.detail.reason"},
            runbook="bad-deployment",
        ),
        Announcement(
            name="task-stopped",
            means="A task ended by itself or could not start",
            pattern={
                "source": ["aws.ecs"],
                "detail-type": ["ECS Task State Change"],
                "detail": {
                    "clusterArn": [cluster_arn],
                    # A migration ends by itself, and whoever started it waits for that.
                    "group": [f"service:{service_name}"],
                    "lastStatus": ["STOPPED"],
                    "stopCode": ["EssentialContainerExited", "TaskFailedToStart"],
                },
            },
            sentence="a task stopped (<code>): <reason>",
            words={"code": "$.detail.stopCode", "reason": "$.detail.stoppedReason"},
            runbook="bad-deployment",
        ),
    ]


@dataclass(frozen=True)
class ComputeOutputs:
    """Where the environment answers, what it runs, and the dimensions of its metrics."""

    load_balancer_dns_name: str
    load_balancer_arn_suffix: str
    target_group_arn_suffix: str
    cluster_name: str
    service_name: str
    task_definition_arn: str
    migration_task_definition_arn: str
    service_log_group_name: str
    paging_alarm_names: list[str]


class Compute(Layer[ComputeOutputs]):
    """The service and everything that stands between it and its visitors."""

    layer = "compute"
    outputs = ComputeOutputs

    def __init__(
        self,
        scope: Construct,
        settings: Settings,
        *,
        keys: Keys,
        alerting: Alerting,
        network: Network,
        storage: Storage,
        registry: Registry,
        database: Database,
    ) -> None:
        super().__init__(scope, settings)
        inputs = TaskInputs(
            keys=self.read(keys),
            storage=self.read(storage),
            registry=self.read(registry),
            database=self.read(database),
        )
        network_outputs = self.read(network)
        balancer = load_balancer(self, network=network_outputs, log_bucket_name=inputs.storage.log_bucket_name)
        if settings.service.waf:
            firewall(self, load_balancer_arn=balancer.balancer.arn, logs_key_arn=inputs.keys.logs_key_arn)
        logs = log_group(self, "service", key_arn=inputs.keys.logs_key_arn)
        execution = execution_role(self, inputs, logs=logs)
        task = task_definition(self, inputs, execution_role=execution, logs=logs)
        migration = migration_task(self, inputs, execution_role=execution, logs=logs)
        running = run_service(self, task, keys=inputs.keys, network=network_outputs, behind=balancer)
        autoscaling(self, running, behind=balancer)
        paging = self._watch(running, balancer, topic_arn=self.read(alerting).alert_topic_arn)

        self.publish(
            ComputeOutputs(
                load_balancer_dns_name=balancer.balancer.dns_name,
                load_balancer_arn_suffix=balancer.balancer.arn_suffix,
                target_group_arn_suffix=balancer.target_group.arn_suffix,
                cluster_name=running.cluster.name,
                service_name=running.service.name,
                task_definition_arn=task.arn,
                migration_task_definition_arn=migration.arn,
                service_log_group_name=logs.name,
                paging_alarm_names=paging,
            )
        )

    def _watch(self, running: RunningService, balancer: LoadBalancer, *, topic_arn: str) -> list[str]:
        events = task_events(
            cluster_arn=running.cluster.arn, service_arn=running.service.id, service_name=running.service.name
        )
        for event in events:
            announce(self, event, topic_arn=topic_arn)
        watched = Watched(
            load_balancer=balancer.balancer.arn_suffix,
            target_group=balancer.target_group.arn_suffix,
            cluster=running.cluster.name,
            service=running.service.name,
        )
        return raise_alarms(self, compute_alarms(watched, self.settings), topic_arn=topic_arn)
