"""Downtime of the service: tasks that are replaced, capacity that shrinks, and what stands before them."""

from collections.abc import Iterator

from ops.plan.changes import Action
from ops.review.model import Severity
from ops.review.risks.planned import UNKNOWN, Planned, Resource, at
from ops.review.risks.rule import Finding, Rule, any_of, because, falls, fewer, lost, replaced, turned_off, worse

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH

_SERVICE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html"
_LISTENERS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html"
_ENOUGH = 2  # one may be lost


def _rolled_out(resource: Resource, _: Planned) -> Iterator[Finding]:
    if resource.action is not Action.CHANGE or not resource.differs("task_definition"):
        return
    spared = resource.after.get("deployment_minimum_healthy_percent")
    if spared == 100:
        yield Finding(
            LOW, "Every task is replaced, new ones before old ones: visitors notice nothing if they are sound"
        )
    else:
        yield Finding(MEDIUM, f"Every task is replaced, while as few as {spared} % of them may be running")


def _shrunk(resource: Resource, _: Planned) -> Iterator[Finding]:
    before, after = resource.before.get("min_capacity"), resource.after.get("min_capacity")
    if falls(before, after):
        few = int(str(after)) < _ENOUGH
        yield Finding(
            HIGH if few else MEDIUM,
            f"From {before} tasks to {after} at least: "
            + ("losing one is an outage" if few else "a zone may have none"),
        )


def _lighter(resource: Resource, _: Planned) -> Iterator[Finding]:
    for name in ("cpu", "memory"):
        before, after = resource.before.get(name), resource.after.get(name)
        if falls(before, after):
            yield Finding(MEDIUM, f"{name} goes from {before} to {after}: tasks that need more are killed or throttled")
    old, new = (
        at(resource.before, "runtime_platform.cpu_architecture"),
        at(resource.after, "runtime_platform.cpu_architecture"),
    )
    if old and new and UNKNOWN is not new and old != new:
        yield Finding(MEDIUM, f"From {old} to {new}: no new task starts unless the image has been built for it")


def _target_group(resource: Resource, _: Planned) -> Iterator[Finding]:
    if resource.goes:
        yield Finding(
            HIGH,
            f"It goes ({because(resource)}): a group that a listener has cannot be deleted, and until another one has "
            "healthy targets, every request is answered with 503",
        )


RULES = (
    Rule(
        id="tasks-replaced",
        types=("aws_ecs_service",),
        looks_at="task_definition, deployment_minimum_healthy_percent",
        check=_rolled_out,
        source=_SERVICE,
    ),
    Rule(
        id="service-gone",
        types=("aws_ecs_service", "aws_ecs_cluster"),
        looks_at="destruction and replacement of a service or its cluster",
        check=lambda resource, _: (
            [Finding(HIGH, "Every task is stopped before another one runs")] if resource.goes else []
        ),
        source=_SERVICE,
    ),
    Rule(
        id="rollback-off",
        types=("aws_ecs_service",),
        looks_at="deployment_circuit_breaker",
        check=worse(
            "deployment_circuit_breaker.rollback", turned_off, MEDIUM, "A release that does not start is not taken back"
        ),
        source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html",
    ),
    Rule(
        id="fewer-healthy-tasks",
        types=("aws_ecs_service",),
        looks_at="deployment_minimum_healthy_percent",
        check=worse(
            "deployment_minimum_healthy_percent",
            falls,
            MEDIUM,
            "From {before} % to {after} %: releases stop tasks before there are others",
        ),
        source=_SERVICE,
    ),
    Rule(
        id="fewer-tasks",
        types=("aws_appautoscaling_target",),
        looks_at="min_capacity",
        check=_shrunk,
    ),
    Rule(
        id="lower-ceiling",
        types=("aws_appautoscaling_target",),
        looks_at="max_capacity",
        check=worse(
            "max_capacity", falls, MEDIUM, "From {before} tasks to {after} at most: load beyond that is not served"
        ),
    ),
    Rule(
        id="scaling-gone",
        types=("aws_appautoscaling_target", "aws_appautoscaling_policy"),
        looks_at="destruction of scaling",
        check=lost(MEDIUM, "Nothing adds tasks any more when the load grows"),
    ),
    Rule(
        id="lighter-tasks",
        types=("aws_ecs_task_definition",),
        looks_at="cpu, memory, runtime_platform",
        check=_lighter,
    ),
    Rule(
        id="load-balancer-gone",
        types=("aws_lb",),
        looks_at="destruction and replacement of a load balancer",
        check=lambda resource, _: (
            [
                Finding(
                    HIGH, f"Nobody is served until there is another one, under another host name ({because(resource)})"
                )
            ]
            if resource.goes
            else []
        ),
    ),
    Rule(
        id="fewer-zones",
        types=("aws_lb", "aws_db_subnet_group"),
        looks_at="subnets, subnet_ids",
        check=any_of(
            worse("subnets", fewer, HIGH, "It leaves a subnet, and with it a zone: from {before} to {after}"),
            worse("subnet_ids", fewer, HIGH, "It leaves a subnet, and with it a zone: from {before} to {after}"),
        ),
    ),
    Rule(
        id="listener-gone",
        types=("aws_lb_listener", "aws_lb_listener_rule"),
        looks_at="destruction of a listener or a rule of one",
        check=lost(HIGH, "Nothing answers there any more", of="load_balancer_arn"),
        source=_LISTENERS,
    ),
    Rule(
        id="listener-replaced",
        types=("aws_lb_listener",),
        looks_at="replacement of a listener",
        check=replaced(HIGH, "Nothing answers there until it has been made again"),
        source=_LISTENERS,
    ),
    Rule(
        id="target-group-gone",
        types=("aws_lb_target_group",),
        looks_at="destruction and replacement of a target group",
        check=_target_group,
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html",
    ),
    Rule(
        id="address-gone",
        types=("aws_route53_record",),
        looks_at="destruction and replacement of a record",
        check=lambda resource, _: (
            [Finding(HIGH, "The name leads nowhere, and resolvers remember that for a while")] if resource.goes else []
        ),
    ),
)
