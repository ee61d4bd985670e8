"""ECS on Fargate: the tasks that run on average, and what is measured of them."""

from decimal import Decimal

from ops.review.cost.findings import Charge, Context, Findings, NoPrice
from ops.review.cost.resources import Resource, number_in
from ops.review.cost.usage import HOURS, Range

_PROCESSORS = {"ARM64": "arm", "X86_64": "x86", None: "x86"}
_CPU_UNITS, _MIB = 1024, 1024
# A policy that tracks a target makes two alarms, one for each direction.
# https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
_ALARMS_OF_A_POLICY = 2


def service(resource: Resource, context: Context) -> Findings:
    """The tasks of a service, by the size that its task definition gives them."""
    strategies = [one.get("capacity_provider") for one in resource.blocks("capacity_provider_strategy")]
    if resource.text("launch_type") != "FARGATE" and set(strategies) != {"FARGATE"}:
        yield NoPrice(f"tasks on {', '.join(map(str, strategies)) or resource.text('launch_type') or 'EC2'}")
        return
    task, tasks = _task_of(resource, context), _tasks(resource, context)
    size = _size(task) if task else None
    if task is None or size is None or tasks is None:
        yield NoPrice("the size or the number of its tasks is not known")
        return
    platform = next(iter(task.blocks("runtime_platform")), {})
    processor = _PROCESSORS.get(platform.get("cpu_architecture") or None)
    if processor is None or "WINDOWS" in str(platform.get("operating_system_family")):
        yield NoPrice(f"tasks on {platform.get('operating_system_family')} {platform.get('cpu_architecture')}")
        return
    if task.blocks("ephemeral_storage"):
        yield NoPrice("disk space of its tasks beyond the free 20 GB")
    cpu, memory = size
    yield Charge(f"fargate_{processor}_vcpu", tasks * cpu * HOURS)
    yield Charge(f"fargate_{processor}_memory", tasks * memory * HOURS)
    yield Charge("metric", context.usage["service_metrics"])
    if any(network.get("assign_public_ip") for network in resource.blocks("network_configuration")):
        yield Charge("public_ipv4", tasks * HOURS)


def cluster(resource: Resource, context: Context) -> Findings:
    """What Container Insights measures."""
    for setting in resource.blocks("setting"):
        if setting.get("name") == "containerInsights" and setting.get("value") == "enhanced":
            yield Charge("container_insights", context.usage["container_insights_metrics"])
        elif setting.get("name") == "containerInsights" and setting.get("value") != "disabled":
            yield NoPrice(f"Container Insights, {setting.get('value')}")


def scaling_policy(resource: Resource, _context: Context) -> Findings:
    """The alarms that it makes."""
    if resource.text("policy_type") == "TargetTrackingScaling":
        yield Charge("alarm_metric", Range.always(_ALARMS_OF_A_POLICY))


def _task_of(resource: Resource, context: Context) -> Resource | None:
    definitions = context.resources.of("aws_ecs_task_definition", layer=resource.layer)
    named = resource.text("task_definition")
    if named and not resource.is_unknown("task_definition"):
        family = named.rsplit("/", 1)[-1].split(":")[0]
        definitions = [one for one in definitions if one.text("family") == family]
    # Which one it is need not be known where all cost the same.
    return definitions[0] if len({_charged_for(one) for one in definitions}) == 1 else None


def _charged_for(task: Resource) -> str:
    return str([_size(task), task.blocks("runtime_platform"), task.blocks("ephemeral_storage")])


def _tasks(resource: Resource, context: Context) -> Range | None:
    targets = context.resources.of("aws_appautoscaling_target", layer=resource.layer)
    ours = [one for one in targets if (one.text("resource_id") or "").endswith(f"/{resource.text('name')}")]
    # Where both names are still references, the only target of the layer is the one.
    chosen = ours or [one for one in targets if one.is_unknown("resource_id")]
    if len(chosen) > 1:
        return None
    if not chosen:
        fixed = resource.number("desired_count")
        return None if fixed is None else Range.always(fixed)
    smallest, largest = chosen[0].number("min_capacity"), chosen[0].number("max_capacity")
    if smallest is None or largest is None:
        return None
    return (context.usage["task_busy_share"] * largest).between(smallest, largest)


def _size(task: Resource) -> tuple[Decimal, Decimal] | None:
    cpu, memory = number_in(task.values, "cpu"), number_in(task.values, "memory")
    return None if cpu is None or memory is None else (cpu / _CPU_UNITS, memory / _MIB)
