"""What is watched of the load balancer and the service: is it there, does it answer, how fast, how full is it.

Metrics: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html,
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
"""

from dataclasses import dataclass

from stacks.alarms import Alarm, Expression, Metric, Missing
from stacks.names import names_of
from stacks.service_metrics import ServiceMetrics, service_alarms
from stacks.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The dimensions of what runs: the load balancer's and target group's ARN suffixes, and two names."""

    load_balancer: str
    target_group: str
    cluster: str
    service: str

    def balancer(self, name: str, statistic: str) -> Metric:
        """A metric of the load balancer itself."""
        dimensions = {"LoadBalancer": self.load_balancer}
        return Metric(namespace="AWS/ApplicationELB", name=name, dimensions=dimensions, statistic=statistic)

    def targets(self, name: str, statistic: str) -> Metric:
        """A metric of the targets behind it."""
        dimensions = {"LoadBalancer": self.load_balancer, "TargetGroup": self.target_group}
        return Metric(namespace="AWS/ApplicationELB", name=name, dimensions=dimensions, statistic=statistic)

    def tasks(self, name: str, statistic: str, namespace: str = "AWS/ECS") -> Metric:
        """A metric of the service's tasks."""
        dimensions = {"ClusterName": self.cluster, "ServiceName": self.service}
        return Metric(namespace=namespace, name=name, dimensions=dimensions, statistic=statistic)

    def insights(self, name: str, statistic: str) -> Metric:
        """A metric of Container Insights about the service's tasks."""
        return self.tasks(name, statistic, namespace="ECS/ContainerInsights")


def compute_alarms(watched: Watched, settings: Settings) -> list[Alarm]:
    """The alarms of the application tier."""
    return [
        *_availability(watched, settings),
        *_responses(watched, settings),
        *_saturation(watched, settings),
        *service_alarms(ServiceMetrics(names_of(settings).suffix)),
    ]


def _availability(watched: Watched, settings: Settings) -> list[Alarm]:
    return [
        Alarm(
            name="no-healthy-targets",
            watches=watched.targets("HealthyHostCount", "Minimum"),
            below=1,
            missing=Missing.ALARM,
            means="No task is healthy: every request fails.",
            runbook="no-healthy-targets",
        ),
        Alarm(
            name="one-healthy-target",
            watches=watched.targets("HealthyHostCount", "Minimum"),
            below=2,
            missing=Missing.ALARM,
            symptom_of="no-healthy-targets",
            means="At most one task is healthy: the next failure is an outage.",
            runbook="no-healthy-targets",
        ),
        Alarm(
            name="fewer-healthy-targets",
            watches=watched.targets("HealthyHostCount", "Minimum"),
            below=settings.service.min_tasks,
            missing=Missing.ALARM,
            severity="ticket",
            means=f"Fewer than {settings.service.min_tasks} tasks are healthy: one has died, or a zone is lost.",
            runbook="zone-impaired",
        ),
        Alarm(
            name="unhealthy-targets",
            watches=watched.targets("UnHealthyHostCount", "Maximum"),
            above=0,
            periods=3,
            missing=Missing.OK,
            severity="ticket",
            symptom_of="no-healthy-targets",
            means="A task has failed its health checks for three minutes and is not being replaced.",
            runbook="no-healthy-targets",
        ),
    ]


def _responses(watched: Watched, settings: Settings) -> list[Alarm]:
    failing = Expression(
        "IF(requests > 20, 100 * (FILL(target, 0) + FILL(balancer, 0)) / requests, 0)",
        metrics={
            "requests": watched.balancer("RequestCount", "Sum"),
            "target": watched.balancer("HTTPCode_Target_5XX_Count", "Sum"),
            "balancer": watched.balancer("HTTPCode_ELB_5XX_Count", "Sum"),
        },
    )
    return [
        Alarm(
            name="errors",
            watches=failing,
            above=5,
            missing=Missing.OK,
            means="Over 5 % of the requests of a minute fail with a 5xx.",
            runbook="5xx-burst",
        ),
        Alarm(
            name="load-balancer-errors",
            watches=watched.balancer("HTTPCode_ELB_5XX_Count", "Sum"),
            above=10,
            missing=Missing.OK,
            symptom_of="errors",
            means="The load balancer itself answers with 5xx: tasks refuse connections, hang, or are gone.",
            runbook="5xx-burst",
        ),
        Alarm(
            name="latency",
            watches=watched.targets("TargetResponseTime", "p99"),
            above=settings.monitoring.latency_p99_seconds,
            missing=Missing.OK,
            means=f"One request in a hundred takes over {settings.monitoring.latency_p99_seconds:g} s.",
            runbook="latency",
        ),
        Alarm(
            name="target-connections",
            watches=watched.targets("TargetConnectionErrorCount", "Sum"),
            above=10,
            missing=Missing.OK,
            severity="ticket",
            symptom_of="no-healthy-targets",
            means="The load balancer cannot open connections to tasks.",
            runbook="no-healthy-targets",
        ),
        Alarm(
            name="rejected-connections",
            watches=watched.balancer("RejectedConnectionCount", "Sum"),
            above=0,
            missing=Missing.OK,
            severity="ticket",
            means="The load balancer has reached its maximum number of connections and turns visitors away.",
            runbook="5xx-burst",
        ),
    ]


def _saturation(watched: Watched, settings: Settings) -> list[Alarm]:
    service = settings.service
    return [
        Alarm(
            name="too-few-tasks",
            watches=watched.insights("RunningTaskCount", "Minimum"),
            below=service.min_tasks,
            periods=3,
            missing=Missing.ALARM,
            severity="ticket",
            symptom_of="no-healthy-targets",
            means=f"Fewer than the {service.min_tasks} tasks that should always run have run for three minutes.",
            runbook="bad-deployment",
        ),
        Alarm(
            name="tasks-at-maximum",
            watches=watched.insights("DesiredTaskCount", "Maximum"),
            above=service.max_tasks - 1,
            periods=5,
            missing=Missing.IGNORE,
            severity="ticket",
            means=f"Autoscaling has reached its limit of {service.max_tasks} tasks: more load will be slow.",
            runbook="latency",
        ),
        Alarm(
            name="task-cpu",
            watches=watched.tasks("CPUUtilization", "Average"),
            above=85,
            periods=5,
            missing=Missing.IGNORE,
            severity="ticket",
            means="Tasks use over 85 % of their CPU although autoscaling aims at less.",
            runbook="latency",
        ),
        Alarm(
            name="task-memory",
            watches=watched.tasks("MemoryUtilization", "Maximum"),
            above=90,
            periods=2,
            missing=Missing.IGNORE,
            means="A task uses over 90 % of its memory and will be killed at 100 %.",
            runbook="latency",
        ),
    ]
