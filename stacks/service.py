"""The service: how many tasks run, in which zones, how a new revision takes over, and when there are more of them."""

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from cdktf_cdktf_provider_aws.ecs_cluster import (
    EcsCluster,
    EcsClusterConfiguration,
    EcsClusterConfigurationManagedStorageConfiguration,
    EcsClusterSetting,
)
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
)
from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition

from stacks.base import AnyLayer
from stacks.keys import KeysOutputs
from stacks.load_balancer import LoadBalancer
from stacks.log_groups import log_group
from stacks.network import NetworkOutputs
from stacks.task import CONTAINER

GRACE_SECONDS = 60
CPU_PERCENT, MEMORY_PERCENT, REQUESTS_PER_TASK_AND_MINUTE = 60, 70, 1000
SCALE_OUT_SECONDS, SCALE_IN_SECONDS = 60, 300


@dataclass(frozen=True)
class RunningService:
    """The cluster and the service on it."""

    cluster: EcsCluster
    service: EcsService


def run_service(
    layer: AnyLayer, task: EcsTaskDefinition, *, keys: KeysOutputs, network: NetworkOutputs, behind: LoadBalancer
) -> RunningService:
    """A cluster, and on it the service, spread over the zones."""
    cluster = _cluster(layer, keys)
    return RunningService(cluster, _service(layer, cluster, task, network=network, behind=behind))


def _cluster(layer: AnyLayer, keys: KeysOutputs) -> EcsCluster:
    """A Fargate cluster with Container Insights, and the disks of its tasks under a key of ours."""
    name = layer.names("ecs-cluster")
    # Container Insights would make this group itself, unencrypted and without our retention.
    group = f"/aws/ecs/containerinsights/{name}/performance"
    insights = log_group(layer, "insights", key_arn=keys.logs_key_arn, name=group)
    disks = EcsClusterConfigurationManagedStorageConfiguration(fargate_ephemeral_storage_kms_key_id=keys.tasks_key_arn)
    return EcsCluster(
        layer,
        "cluster",
        name=name,
        setting=[EcsClusterSetting(name="containerInsights", value="enhanced")],
        configuration=EcsClusterConfiguration(managed_storage_configuration=disks),
        depends_on=[insights],
    )


def _service(
    layer: AnyLayer, cluster: EcsCluster, task: EcsTaskDefinition, *, network: NetworkOutputs, behind: LoadBalancer
) -> EcsService:
    """The service; a revision that does not come up is rolled back."""
    settings = layer.settings.service
    return EcsService(
        layer,
        "service",
        name=layer.names("ecs-service"),
        cluster=cluster.arn,
        task_definition=task.arn,
        launch_type="FARGATE",
        platform_version="LATEST",
        desired_count=settings.min_tasks,
        availability_zone_rebalancing="ENABLED",
        deployment_minimum_healthy_percent=100,
        deployment_maximum_percent=200,
        deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
        health_check_grace_period_seconds=GRACE_SECONDS,
        enable_ecs_managed_tags=True,
        enable_execute_command=False,
        propagate_tags="SERVICE",
        wait_for_steady_state=True,
        network_configuration=EcsServiceNetworkConfiguration(
            subnets=network.application_subnet_ids,
            security_groups=[network.service_security_group_id],
            assign_public_ip=False,
        ),
        load_balancer=[
            EcsServiceLoadBalancer(
                target_group_arn=behind.target_group.arn,
                container_name=CONTAINER,
                container_port=settings.container_port,
            )
        ],
        # Autoscaling owns the number of tasks once the service exists.
        lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_count"]),
        depends_on=[behind.listener],
    )


def autoscaling(layer: AnyLayer, running: RunningService, *, behind: LoadBalancer) -> None:
    """More tasks when CPU, memory or requests per task pass their target; fewer, slowly, when all are below."""
    target = AppautoscalingTarget(
        layer,
        "scaling",
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=f"service/{running.cluster.name}/{running.service.name}",
        min_capacity=layer.settings.service.min_tasks,
        max_capacity=layer.settings.service.max_tasks,
    )
    label = f"{behind.balancer.arn_suffix}/{behind.target_group.arn_suffix}"
    _track(layer, target, "cpu", metric="ECSServiceAverageCPUUtilization", at=CPU_PERCENT)
    _track(layer, target, "memory", metric="ECSServiceAverageMemoryUtilization", at=MEMORY_PERCENT)
    _track(layer, target, "requests", metric="ALBRequestCountPerTarget", at=REQUESTS_PER_TASK_AND_MINUTE, label=label)


def _track(
    layer: AnyLayer, target: AppautoscalingTarget, role: str, *, metric: str, at: int, label: str | None = None
) -> None:
    specification = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
        predefined_metric_type=metric, resource_label=label
    )
    AppautoscalingPolicy(
        layer,
        f"scaling-{role}",
        name=layer.names("scaling-policy", role),
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        scalable_dimension=target.scalable_dimension,
        resource_id=target.resource_id,
        target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
            target_value=at,
            predefined_metric_specification=specification,
            scale_out_cooldown=SCALE_OUT_SECONDS,
            scale_in_cooldown=SCALE_IN_SECONDS,
        ),
    )
