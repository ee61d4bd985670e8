"""The ends of flows: what stands in which subnet with which groups, and what is outside the network."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network

from ops.audit.configuration import Configuration, Resource
from ops.audit.permissions import default_group

INTERNET = "0.0.0.0/0"

# Only the first resource of a type has the role that the intended flows speak of: a second one was never intended.
_ROLES = {"aws_lb": "load balancer", "aws_ecs_service": "task", "aws_rds_cluster": "database"}


@dataclass(frozen=True, order=True)
class Place:
    """Something in one subnet, or, without a subnet, addresses outside the network."""

    role: str
    name: str
    subnet: str = ""
    addresses: IPv4Network | IPv6Network | None = field(default=None, compare=False)
    prefix_list: str = field(default="", compare=False)
    groups: frozenset[str] = field(default=frozenset(), compare=False)
    subnet_id: str = field(default="", compare=False)
    public: bool = field(default=False, compare=False)

    @property
    def outside(self) -> bool:
        """Whether it is outside the network, where no group of ours stands before it."""
        return not self.subnet

    def __str__(self) -> str:
        return f"{self.name} in {self.subnet}" if self.subnet else self.name


@dataclass(frozen=True)
class _Standing:
    """Where a resource stands, and whether it has an address that the internet can route to."""

    subnets: Sequence[str]
    groups: Sequence[str]
    public: bool = False


def places_inside(configuration: Configuration) -> list[Place]:
    """Everything that stands in a subnet, once for each of its subnets."""
    found: list[Place] = []
    for resource_type, role in _ROLES.items():
        for position, resource in enumerate(configuration.resources(resource_type)):
            name = role if position == 0 else f"{role} {resource.name}"
            found += _in_subnets(configuration, resource, role=name, name=name)
    for endpoint in configuration.resources("aws_vpc_endpoint"):
        if not is_gateway(endpoint):
            name = f"endpoint of {service_of(endpoint)}"
            found += _in_subnets(configuration, endpoint, role="endpoint", name=name)
    for restored in configuration.resources("aws_backup_restore_testing_selection"):
        if "dbSubnetGroupName" in restored.get("restore_metadata_overrides", {}):
            found += _in_subnets(configuration, restored, role="database", name="restored database")
    return found


def places_outside(configuration: Configuration, *, named: Iterable[str]) -> list[Place]:
    """The internet, the services behind gateway endpoints, and whatever else outside rules and routes name."""
    network = addresses_of(configuration)
    services = {
        configuration.attribute(endpoint, "prefix_list_id"): service_of(endpoint)
        for endpoint in configuration.resources("aws_vpc_endpoint")
        if is_gateway(endpoint)
    }
    return [
        _outside(peer, services.get(peer, f"prefix list {peer}"))
        for peer in sorted({*named, *services, INTERNET})
        if "/" not in peer or not within(ip_network(peer), network)
    ]


def addresses_of(configuration: Configuration) -> IPv4Network | IPv6Network:
    """The range of the one network that an environment has."""
    (vpc,) = configuration.resources("aws_vpc")
    return ip_network(vpc["cidr_block"])


def within(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    """Whether a range is part of another."""
    return inner.network_address in outer and inner.prefixlen >= outer.prefixlen


def is_gateway(endpoint: Resource) -> bool:
    """Whether an endpoint works by routes, and not by addresses in subnets."""
    return bool(endpoint.get("vpc_endpoint_type", "Gateway") == "Gateway")


def service_of(endpoint: Resource) -> str:
    """The AWS service behind an endpoint: `ecr.api` of com.amazonaws.us-east-1.ecr.api."""
    return str(endpoint["service_name"]).split(".", 3)[-1]


def _in_subnets(configuration: Configuration, resource: Resource, *, role: str, name: str) -> Iterator[Place]:
    subnets = {configuration.attribute(subnet, "id"): subnet for subnet in configuration.resources("aws_subnet")}
    standing = _standing(configuration, resource)
    for subnet_id in standing.subnets:
        yield Place(
            role=role,
            name=name,
            subnet=subnets[subnet_id].name,
            addresses=ip_network(subnets[subnet_id]["cidr_block"]),
            groups=frozenset(standing.groups or [default_group(configuration)]),
            subnet_id=subnet_id,
            public=standing.public,
        )


def _standing(configuration: Configuration, resource: Resource) -> _Standing:
    body = configuration.resolved(resource)
    if resource.type == "aws_lb":
        return _Standing(body["subnets"], body.get("security_groups", []), public=not body.get("internal", False))
    if resource.type == "aws_ecs_service":
        placed = body["network_configuration"]
        public = placed.get("assign_public_ip", False)
        return _Standing(placed["subnets"], placed.get("security_groups", []), public=public)
    if resource.type == "aws_rds_cluster":
        instances = configuration.resources("aws_rds_cluster_instance")
        public = any(instance.get("publicly_accessible") for instance in instances)
        subnets = _subnet_group(configuration, body["db_subnet_group_name"])
        return _Standing(subnets, body.get("vpc_security_group_ids", []), public=public)
    if resource.type == "aws_backup_restore_testing_selection":
        restored = body["restore_metadata_overrides"]
        subnets = _subnet_group(configuration, restored["dbSubnetGroupName"])
        return _Standing(subnets, json.loads(restored.get("vpcSecurityGroupIds", "[]")))
    return _Standing(body["subnet_ids"], body.get("security_group_ids", []))


def _subnet_group(configuration: Configuration, name: str) -> list[str]:
    groups = map(configuration.resolved, configuration.resources("aws_db_subnet_group"))
    return [subnet for group in groups if group["name"] == name for subnet in group["subnet_ids"]]


def _outside(peer: str, prefix_list_name: str) -> Place:
    if "/" not in peer:
        return Place(role=prefix_list_name, name=prefix_list_name, prefix_list=peer)
    name = "internet" if peer == INTERNET else peer
    return Place(role=name, name=name, addresses=ip_network(peer))
