"""The inside of the network: which subnets a tier has, and what stands in which of them.

What refers to a subnet and is not known here is shown all the same, under the name that Terraform has for it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ops.review.picture.inventory import Inventory, Resource
from ops.review.picture.model import Box, Part, Place, Tier

ENDPOINTS = "endpoints"

# Everything that refers to a subnet stands in it, but for what makes it and what an experiment does to it.
_MAKE_A_SUBNET = ("aws_subnet", "aws_route_table_association", "aws_db_subnet_group", "aws_network_acl")
_DO_TO_A_SUBNET = ("aws_fis_experiment_template",)
_OUTERMOST_FIRST = ("public", "application", "database")
_GROUPS = ("aws_security_group", "aws_default_security_group")


def zones_of(inventory: Inventory) -> tuple[str, ...]:
    """The zones that have a subnet."""
    return tuple(sorted({_zone(subnet) for subnet in inventory.of("aws_subnet")}))


def tiers_of(inventory: Inventory) -> tuple[Tier, ...]:
    """The rows, from the outermost to the innermost."""
    names = {tier_of(subnet) for subnet in inventory.of("aws_subnet")}
    known = [name for name in _OUTERMOST_FIRST if name in names]
    standing = list(_standing(inventory))
    return tuple(_tier(inventory, name, standing) for name in [*known, *sorted(names.difference(known))])


def tier_of(subnet: Resource) -> str:
    """A subnet is called by its tier and the letter of its zone."""
    return subnet.name.removesuffix(f"-{_zone(subnet)[-1:]}")


def label(resource: Resource) -> str:
    """What a person calls a resource that the picture has no words of its own for."""
    return f"{resource.type.removeprefix('aws_').replace('_', ' ')} {resource.name}"


def _zone(resource: Resource) -> str:
    return resource.text("availability_zone")


def _tier(inventory: Inventory, name: str, standing: Sequence[tuple[Box, list[Resource]]]) -> Tier:
    subnets = [subnet for subnet in inventory.of("aws_subnet") if tier_of(subnet) == name]
    boxes = []
    for box, its_subnets in standing:
        zones = {_zone(subnet) for subnet in its_subnets if subnet in subnets}
        if box.zones:  # an instance of a database stands in one of the zones that its subnet group offers
            zones &= set(box.zones)
        if zones:
            boxes.append(Box(box.name, box.title, box.parts, tuple(sorted(zones)), box.place))
    return Tier(name, {_zone(subnet): _subnet(inventory, subnet) for subnet in subnets}, tuple(boxes))


def _subnet(inventory: Inventory, subnet: Resource) -> Box:
    associations = inventory.naming(subnet, "aws_route_table_association")
    tables = [table for one in associations for table in inventory.named_by(one, "aws_route_table")]
    routes = [route for table in tables for route in inventory.naming(table, "aws_route")]
    gateways = [gateway for table in tables for gateway in inventory.naming(table, "aws_vpc_endpoint")]
    gateways += [gateway for route in routes for gateway in inventory.named_by(route) if gateway not in tables]
    ways = sorted({_way(gateway) for gateway in gateways})
    lists = inventory.naming(subnet, "aws_network_acl")
    return Box(
        subnet.address,
        Part(tier_of(subnet), (subnet,), tuple(lists)),
        (
            Part(subnet.text("cidr_block")),
            Part(f"→ {', '.join(ways)}" if ways else "no way out", (*associations, *tables, *routes)),
        ),
    )


def _way(gateway: Resource) -> str:
    if gateway.type == "aws_vpc_endpoint":
        return service_of(gateway)
    return "internet" if gateway.type == "aws_internet_gateway" else label(gateway)


def service_of(endpoint: Resource) -> str:
    """The service that an endpoint leads to, as in `com.amazonaws.us-east-1.ecr.api`."""
    return ".".join(endpoint.text("service_name").split(".")[3:])


def _standing(inventory: Inventory) -> Iterator[tuple[Box, list[Resource]]]:
    """Every box, and all subnets that what it stands for may use."""
    for balancer in inventory.of("aws_lb"):
        yield _load_balancer(inventory, balancer), inventory.named_by(balancer, "aws_subnet")
    for service in inventory.of("aws_ecs_service"):
        yield _service(inventory, service), inventory.named_by(service, "aws_subnet")
    yield from _endpoints(inventory)
    for cluster in inventory.of("aws_rds_cluster"):
        groups = inventory.named_by(cluster, "aws_db_subnet_group")
        subnets = [subnet for group in groups for subnet in inventory.named_by(group, "aws_subnet")]
        for instance in inventory.naming(cluster, "aws_rds_cluster_instance"):
            yield _instance(inventory, cluster, instance), subnets
        yield _cluster(inventory, cluster, groups), subnets
    known = {"aws_lb", "aws_ecs_service", "aws_vpc_endpoint", *_MAKE_A_SUBNET, *_DO_TO_A_SUBNET}
    for resource in inventory.of():
        subnets = inventory.named_by(resource, "aws_subnet")
        if resource.type not in known and subnets:
            yield Box(resource.address, Part(label(resource), (resource,), _groups(inventory, resource))), subnets


def _load_balancer(inventory: Inventory, balancer: Resource) -> Box:
    listeners = inventory.naming(balancer, "aws_lb_listener")
    targets = [target for one in listeners for target in inventory.named_by(one, "aws_lb_target_group")]
    said = ", ".join(sorted({f"{one.text('protocol')} {one.text('port')}" for one in listeners}, reverse=True))
    kind = balancer.text("load_balancer_type") or "application"
    return Box(
        balancer.address,
        Part(f"{kind.capitalize()} load balancer", (balancer,), _groups(inventory, balancer)),
        (
            Part(said or "no listener", tuple(listeners)),
            *(Part(f"targets by {target.text('protocol')}", (target,)) for target in dict.fromkeys(targets)),
        ),
        place=Place.ACROSS,
    )


def _service(inventory: Inventory, service: Resource) -> Box:
    tasks = inventory.named_by(service, "aws_ecs_task_definition")
    once = [
        task
        for task in inventory.of("aws_ecs_task_definition")
        if task.layer == service.layer and not inventory.naming(task, "aws_ecs_service")
    ]
    scaling = inventory.naming(service, "aws_appautoscaling_target")
    policies = [policy for one in scaling for policy in inventory.naming(one, "aws_appautoscaling_policy")]
    clusters = inventory.named_by(service, "aws_ecs_cluster")
    return Box(
        service.address,
        Part("Fargate tasks", (service,), _groups(inventory, service)),
        (
            *(Part("task definition", (task,)) for task in tasks),
            *(Part("one-off task", (task,)) for task in once),
            *(Part(f"{_range(one, '_capacity')} in all", (one,), tuple(policies)) for one in scaling),
            *(Part("ECS cluster", (cluster,)) for cluster in clusters),
        ),
        place=Place.LEFT,
    )


def _endpoints(inventory: Inventory) -> Iterator[tuple[Box, list[Resource]]]:
    """All endpoints are one box to a subnet: by an address in it, or by the routes of its table."""
    endpoints = inventory.of("aws_vpc_endpoint")
    subnets_of = {endpoint: _reached(inventory, endpoint) for endpoint in endpoints}
    for subnet in inventory.of("aws_subnet"):
        here = [endpoint for endpoint in endpoints if subnet in subnets_of[endpoint]]
        groups = tuple(dict.fromkeys(group for one in here for group in _groups(inventory, one)))
        parts = tuple(Part(service_of(endpoint), (endpoint,)) for endpoint in here)
        if here:
            yield Box(ENDPOINTS, Part("Endpoints", (), groups), parts, place=Place.RIGHT), [subnet]


def _reached(inventory: Inventory, endpoint: Resource) -> list[Resource]:
    tables = inventory.named_by(endpoint, "aws_route_table")
    associations = [one for table in tables for one in inventory.naming(table, "aws_route_table_association")]
    routed = [subnet for one in associations for subnet in inventory.named_by(one, "aws_subnet")]
    return inventory.named_by(endpoint, "aws_subnet") + routed


def _instance(inventory: Inventory, cluster: Resource, instance: Resource) -> Box:
    parameters = inventory.named_by(instance, "aws_db_parameter_group")
    # The instance of the lowest tier is made first, and writes; after a failover Aurora decides, not the plan.
    role = "writer" if instance.text("promotion_tier") == "0" else "reader"
    title = Part(f"Aurora {role}", (instance,), tuple(parameters))
    return Box(cluster.address, title, (Part(instance.name),), (_zone(instance),))


def _cluster(inventory: Inventory, cluster: Resource, groups: Sequence[Resource]) -> Box:
    parameters = inventory.named_by(cluster, "aws_rds_cluster_parameter_group")
    attached = (*_groups(inventory, cluster), *parameters, *groups)
    capacity = _range(cluster.block("serverlessv2_scaling_configuration"), "_capacity")
    engine = cluster.text("engine").replace("aurora-postgresql", "PostgreSQL")
    return Box(
        f"{cluster.address}, storage",
        Part("Aurora cluster", (cluster,), attached),
        (
            Part(f"{engine} {cluster.text('engine_version')}, {capacity} ACU each"),
            Part("one storage across three zones"),
        ),
        place=Place.ACROSS,
    )


def _groups(inventory: Inventory, resource: Resource) -> tuple[Resource, ...]:
    return tuple(inventory.named_by(resource, *_GROUPS))


def _range(settings: Any, suffix: str) -> str:  # noqa: ANN401 - a resource, or a block of one
    values = settings.values if isinstance(settings, Resource) else settings
    return f"{values.get(f'min{suffix}', '?')} to {values.get(f'max{suffix}', '?')}"
