"""ECS: tasks, with their network interfaces and their places in target groups.

moto counts the tasks of a service and has none of them to list, describe or stop. A task that runs once is described on
its way through the states of https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
to an end that is always good: there is no container that could fail.
"""

import copy
from collections import Counter
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs.models import EC2ContainerServiceBackend, Service, Task, TaskDefinition
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import elbv2_backends
from moto.moto_api._internal import mock_random

from emulator.extension import extends

_new_task = Task.__init__
_advance = Task.advance
_requirements = EC2ContainerServiceBackend._calculate_task_resource_requirements  # noqa: SLF001 - to be replaced
_run_task = EC2ContainerServiceResponse.run_task

# Each look at a task that runs once finds it one step further.
_ONCE = [
    ("PROVISIONING", "PENDING"),
    ("PENDING", "RUNNING"),
    ("RUNNING", "DEPROVISIONING"),
    ("DEPROVISIONING", "STOPPED"),
]


def service_group(service_name: str) -> str:
    """Name the group of the tasks that a service started."""
    return f"service:{service_name}"


@extends(NetworkInterface)
class UnnamedInterface(NetworkInterface):
    """An interface in a VPC without DNS host names has none, where moto's has no such attribute and tasks fail.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html
    """

    private_dns_name = ""


@extends(Task)
class PlacedTask(Task):
    """A task as DescribeTasks answers it: placed in a zone, with an address of its subnet.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
    """

    def __init__(self, *args: Any, **settings: Any) -> None:  # noqa: ANN401
        _new_task(self, *args, **settings)
        self.created_at = self.started_at = utcnow()
        self.stopped_at = self.stop_code = None
        self.connectivity = "CONNECTED"
        self.health_status = "HEALTHY"
        self.platform_family = "Linux"
        self.version = 1
        self.availability_zone: str | None = None
        for container in self.containers:
            task_id = self.task_arn.split(":task/")[-1]
            prefix = self.task_arn.split(":task/")[0]
            container.container_arn = f"{prefix}:container/{task_id}/{mock_random.uuid4()}"
            container.task_arn = self.task_arn
            container.last_status = "RUNNING"
            # moto says 0 of a container that still runs.
            vars(container)["exitCode"] = None
        if not _of_service(self):
            self._transitions = list(_ONCE)
            self.last_status = "PROVISIONING"
        details = _network(self)
        if details:
            eni = _ec2(self).get_network_interface(details["networkInterfaceId"])
            address = eni.subnet.get_available_subnet_ip(eni)
            eni.private_ip_address = address
            self.availability_zone = eni.subnet.availability_zone
            attachment: dict[str, Any] = dict(self.attachments[0])
            details["privateIPv4Address"] = address
            attachment["details"] = [{"name": name, "value": value} for name, value in details.items() if value]
            self.attachments = [attachment]
            for container in self.containers:
                container.network_interfaces = [{"attachmentId": attachment["id"], "privateIpv4Address": address}]

    def advance(self) -> None:
        """Move on towards the end, as a task by itself does at each look; one of a service keeps running."""
        if _of_service(self) or self.desired_status != "RUNNING":
            return
        _advance(self)
        if self.last_status == "STOPPED":
            end(self._backend, self, "Essential container in task exited", code="EssentialContainerExited")


@extends(EC2ContainerServiceBackend)
class TaskCalls(EC2ContainerServiceBackend):
    """What tasks ask of a cluster."""

    @staticmethod
    def _calculate_task_resource_requirements(task_definition: TaskDefinition) -> dict[str, Any]:
        """Let containers be silent about their memory, as they may be where the task states its own.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_memory
        """
        stated = copy.copy(task_definition)
        stated.container_definitions = [{"memory": 0, **each} for each in task_definition.container_definitions]
        return _requirements(stated)


@extends(EC2ContainerServiceResponse)
class TaskResponses(EC2ContainerServiceResponse):
    """The requests whose parameters moto does not pass on in full."""

    def run_task(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html."""
        answer = _run_task(self)
        if self._get_param("propagateTags") == "TASK_DEFINITION":
            definition = self.ecs_backend.describe_task_definition(self._get_param("taskDefinition"))
            result: Any = answer.result
            for task in result["tasks"]:
                own = {tag["key"] for tag in task.tags}
                task.tags = [*task.tags, *(tag for tag in definition.tags or [] if tag["key"] not in own)]
        return answer


def _of_service(task: Task) -> bool:
    return task.group.startswith(service_group(""))


def _ec2(task: Task) -> EC2Backend:
    return ec2_backends[task._account_id][task.region_name]  # noqa: SLF001


def _network(task: Task) -> dict[str, str]:
    """Return the details of the network interface, of a task that has one of its own."""
    attachments: list[dict[str, Any]] = [dict(attachment) for attachment in task.attachments]
    return {detail["name"]: detail["value"] for found in attachments for detail in found["details"]}


def running(backend: EC2ContainerServiceBackend, service: Service) -> list[Task]:
    """Return the tasks that the service runs, the oldest first."""
    return [
        task
        for task in backend.tasks.get(service.cluster_name, {}).values()
        if task.group == service_group(service.name) and task.desired_status == "RUNNING"
    ]


def start(backend: EC2ContainerServiceBackend, service: Service) -> None:
    """Start one task of the service, in the subnet that has the fewest of them."""
    if service.task_definition is None:
        return
    network: dict[str, Any] | None = None
    configured: dict[str, Any] = dict(service.network_configuration.get("awsvpcConfiguration") or {})
    if configured:
        used = Counter(_network(task).get("subnetId") for task in running(backend, service))
        subnet = min(configured["subnets"], key=lambda candidate: used[candidate])
        groups = configured.get("securityGroups") or []
        network = {"awsvpcConfiguration": {**configured, "subnets": [subnet], "securityGroups": groups}}
    deployments = service.deployments
    task = Task(
        cluster=backend.clusters[service.cluster_name],
        task_definition=backend.describe_task_definition(service.task_definition),
        container_instance_arn=None,
        resource_requirements=None,
        backend=backend,
        group=service_group(service.name),
        launch_type=service.launch_type or "",
        started_by=str(deployments[0]["id"]) if deployments else "",
        tags=service.tags if service.propagate_tags == "SERVICE" else [],
        networking_configuration=network,
        platform_version=service.platform_version,
    )
    backend.tasks.setdefault(service.cluster_name, {})[task.task_arn] = task
    for load_balancer in service.load_balancers:
        group = elbv2_backends[backend.account_id][backend.region_name].target_groups.get(
            load_balancer.get("targetGroupArn", "")
        )
        address = _network(task).get("privateIPv4Address")
        if group and address:
            group.register([{"Id": address, "Port": load_balancer["containerPort"]}])


def end(backend: EC2ContainerServiceBackend, task: Task, reason: str, *, code: str) -> None:
    """Stop a task, and give back its network interface and its places in target groups."""
    task.last_status = task.desired_status = "STOPPED"
    task.stopped_reason = task.stopped_reason or reason
    vars(task).update(stopped_at=utcnow(), stop_code=code)
    for container in task.containers:
        container.last_status, container.exitCode = "STOPPED", 0
    network = _network(task)
    if not network:
        return
    ec2 = _ec2(task)
    eni = ec2.enis.pop(network["networkInterfaceId"], None)
    if eni:
        eni.subnet.del_subnet_ip(network["privateIPv4Address"])
    for group in elbv2_backends[backend.account_id][backend.region_name].target_groups.values():
        if group.target_type == "ip" and network["privateIPv4Address"] in group.targets:
            group.deregister([{"Id": network["privateIPv4Address"]}])


def settle(backend: EC2ContainerServiceBackend, service: Service, *, replace: bool = False) -> None:
    """Run as many tasks as the service asks for, all of them new if `replace`."""
    reason = f"Scaling activity initiated by deployment of {service.name}"
    tasks = running(backend, service)
    kept = 0 if replace else min(len(tasks), service.desired_count)
    for task in tasks[kept:]:
        end(backend, task, reason, code="ServiceSchedulerInitiated")
    for _ in range(service.desired_count - kept):
        start(backend, service)
    service.running_count = service.desired_count
    service.pending_count = 0
