"""ECS: the settings of services that moto drops, and services that have the tasks they ask for.

moto keeps what it needs of CreateService and leaves the rest out of what DescribeServices answers. Its services
run as many tasks as an environment variable says; here they are stable at once, with tasks of their own, which
`ecs_tasks` places.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores, utcnow
from moto.ecs.exceptions import (
    ECSException,
    InvalidParameterException,
    ServiceNotFoundException,
)
from moto.ecs.models import Cluster, ClusterFailure, EC2ContainerServiceBackend, Service, Task
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api._internal import mock_random

from emulator.extension import extends
from emulator.services import ecs_tasks

_register_task_definition = EC2ContainerServiceResponse.register_task_definition
_create_service = EC2ContainerServiceResponse.create_service
_describe_clusters = EC2ContainerServiceBackend.describe_clusters
_delete_cluster = EC2ContainerServiceBackend.delete_cluster
_update_service = EC2ContainerServiceBackend.update_service
_delete_service = EC2ContainerServiceBackend.delete_service
_list_services = EC2ContainerServiceBackend.list_services
_list_tasks = EC2ContainerServiceBackend.list_tasks
_stop_task = EC2ContainerServiceBackend.stop_task

# What a service has that says nothing about them.
_DEPLOYMENT = {
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "alarms": {"alarmNames": [], "enable": False, "rollback": False},
}
_DEFAULTS: dict[str, Any] = {
    "healthCheckGracePeriodSeconds": 0,
    "enableExecuteCommand": False,
    "enableECSManagedTags": False,
    "availabilityZoneRebalancing": "ENABLED",
    "placementConstraints": [],
    "placementStrategy": [],
    "serviceConnectConfiguration": None,
    "volumeConfigurations": None,
}

# What a change of makes ECS replace the tasks of a service.
_REDEPLOYED = ("network_configuration", "platform_version", "load_balancers", "enable_execute_command")


def _deploy(backend: EC2ContainerServiceBackend, service: Service, *, replace: bool) -> None:
    """Run the tasks the service asks for, and answer one deployment that has completed.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
    """
    if service.deployments:
        deployment: dict[str, Any] = service.deployments[0]
        if replace:
            deployment["id"] = f"ecs-svc/{mock_random.randint(0, 32**12)}"
            deployment["createdAt"] = utcnow()
        state = vars(service)
        deployment.update(
            {
                "status": "PRIMARY",
                "taskDefinition": service.task_definition,
                "desiredCount": service.desired_count,
                "runningCount": service.desired_count,
                "pendingCount": 0,
                "rolloutState": "COMPLETED",
                "rolloutStateReason": f"ECS deployment {deployment['id']} completed.",
                "launchType": service.launch_type,
                "capacityProviderStrategy": state.get("capacity_provider_strategy"),
                "platformVersion": service.platform_version,
                "platformFamily": state.get("platform_family"),
                "networkConfiguration": service.network_configuration or None,
                "serviceConnectConfiguration": state.get("service_connect_configuration"),
                "volumeConfigurations": state.get("volume_configurations"),
                "updatedAt": utcnow(),
            }
        )
    ecs_tasks.settle(backend, service, replace=replace)
    message = f"(service {service.name}) has reached a steady state."
    event = {"id": str(mock_random.uuid4()), "createdAt": utcnow(), "message": message}
    service.events = [event, *service.events][:100]


def _configure(backend: EC2ContainerServiceBackend, service: Service, params: dict[str, Any]) -> None:
    """Keep the parameters of CreateService that moto's own method does not pass on."""
    kept = vars(service)
    for name, default in _DEFAULTS.items():
        kept[camelcase_to_underscores(name)] = params.get(name, default)
    kept["deployment_configuration"] = {**_DEPLOYMENT, **(params.get("deploymentConfiguration") or {})}
    kept["created_at"] = utcnow()
    strategy = params.get("capacityProviderStrategy")
    if not strategy and not params.get("launchType"):
        strategy = backend.clusters[service.cluster_name].default_capacity_provider_strategy
    kept["capacity_provider_strategy"] = strategy or []
    providers = {part["capacityProvider"] for part in strategy or []}
    if providers:
        service.launch_type = None
    if service.launch_type == "FARGATE" or providers & {"FARGATE", "FARGATE_SPOT"}:
        kept["platform_family"] = "Linux"
        service.platform_version = service.platform_version or "LATEST"
    _deploy(backend, service, replace=False)


@extends(EC2ContainerServiceBackend)
class ServiceCalls(EC2ContainerServiceBackend):
    """What the calls on services and clusters do to the state."""

    def update_service(self, service_properties: dict[str, Any]) -> Service:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html."""
        cluster, name = service_properties.get("cluster", "default"), service_properties["service"]
        service = self._get_service(cluster, name.split("/")[-1])
        if service.status != "ACTIVE":
            raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
        asked = service_properties.get("task_definition")
        force = bool(service_properties.get("force_new_deployment"))
        before = {key: vars(service).get(key) for key in (*_REDEPLOYED, "task_definition")}
        if deployment := service_properties.get("deployment_configuration"):
            current = vars(service).get("deployment_configuration") or _DEPLOYMENT
            service_properties["deployment_configuration"] = {**current, **deployment}
        _update_service(self, service_properties)
        if asked:
            service.task_definition = self.describe_task_definition(asked).arn
        changed = any(vars(service).get(key) != value for key, value in before.items())
        _deploy(self, service, replace=force or changed)
        return service

    def delete_service(self, cluster_name: str, service_name: str, force: bool) -> Service:  # noqa: FBT001
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html."""
        service = _delete_service(self, cluster_name, service_name, force)
        for task in ecs_tasks.running(self, service):
            ecs_tasks.end(self, task, f"Service {service.name} was deleted", code="ServiceSchedulerInitiated")
        service.desired_count = service.running_count = 0
        service.deployments = []
        return service

    def list_services(
        self, cluster_str: str, scheduling_strategy: str | None = None, launch_type: str | None = None
    ) -> list[str]:
        """Leave out those that were deleted, which DescribeServices still finds for a while.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html
        """
        alive = {service.arn for service in self.services.values() if service.status != "INACTIVE"}
        return [arn for arn in _list_services(self, cluster_str, scheduling_strategy, launch_type) if arn in alive]

    def list_clusters(self) -> list[str]:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListClusters.html."""
        return [cluster.arn for cluster in self.clusters.values() if cluster.status != "INACTIVE"]

    def describe_clusters(self, cluster_names: list[str]) -> tuple[list[Cluster], list[ClusterFailure]]:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html."""
        clusters, failures = _describe_clusters(self, cluster_names)
        for cluster in clusters:
            tasks = self.tasks.get(cluster.name, {}).values()
            cluster.running_tasks_count = sum(task.desired_status == "RUNNING" for task in tasks)
            cluster.pending_tasks_count = 0
            cluster.active_services_count = len(self.list_services(cluster.name))
        return clusters, failures

    def delete_cluster(self, cluster_str: str) -> Cluster:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html."""
        if self.list_services(cluster_str):
            raise ECSException(
                "ClusterContainsServicesException",
                "The Cluster cannot be deleted while Services are active.",
            )
        return _delete_cluster(self, cluster_str)

    def list_tasks(
        self,
        cluster_str: str | None = None,
        container_instance: str | None = None,
        family: str | None = None,
        started_by: str | None = None,
        service_name: str | None = None,
        desiredStatus: str | None = None,  # noqa: N803
    ) -> list[Task]:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html."""
        group = ecs_tasks.service_group(service_name.split("/")[-1]) if service_name else None
        cluster = (cluster_str or "default").split("/")[-1]
        found = _list_tasks(self, cluster_str, container_instance, family, started_by, None, desiredStatus or "RUNNING")
        return [task for task in found if task.cluster_name == cluster and group in (None, task.group)]

    def stop_task(self, cluster_str: str, task_str: str, reason: str) -> Task:
        """Stop a task; the service it belongs to starts another.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html
        """
        cluster = self._get_cluster(cluster_str)
        known = self.tasks.get(cluster.name, {})
        if not any(arn.endswith(f"/{task_str.rsplit('/', maxsplit=1)[-1]}") for arn in known):
            raise InvalidParameterException("The referenced task was not found.")
        task = _stop_task(self, cluster_str, task_str, reason)
        ecs_tasks.end(self, task, reason, code="UserInitiated")
        for service in self.services.values():
            mine = service.cluster_name == cluster.name and task.group == ecs_tasks.service_group(service.name)
            if mine and service.status == "ACTIVE":
                ecs_tasks.settle(self, service)
        return task


@extends(EC2ContainerServiceResponse)
class ServiceResponses(EC2ContainerServiceResponse):
    """The requests whose parameters moto does not pass on in full."""

    def create_service(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html."""
        params = self._get_params()
        cluster, name = params.get("cluster") or "default", params["serviceName"]
        try:
            existing = self.ecs_backend._get_service(cluster, name)  # noqa: SLF001 - nothing else finds one
        except ServiceNotFoundException:
            existing = None
        if existing and existing.status == "ACTIVE":
            raise InvalidParameterException("Creation of service was not idempotent.")
        _create_service(self)
        service = self.ecs_backend._get_service(cluster, name)  # noqa: SLF001
        _configure(self.ecs_backend, service, params)
        return ActionResult({"service": service})

    def register_task_definition(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html."""
        answer = _register_task_definition(self)
        revisions = self.ecs_backend.task_definitions[self._get_param("family")]
        kept = vars(revisions[max(revisions)])
        kept["enable_fault_injection"] = bool(self._get_param("enableFaultInjection"))
        kept["registered_at"] = utcnow()
        return answer
