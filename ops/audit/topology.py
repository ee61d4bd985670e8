"""All of a configuration that decides who reaches whom: places, the rules of their groups, and the routes.

Whatever touches the network and is not understood here is named, so that nothing new passes for judged.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from typing import Any

from ops.audit.configuration import Configuration
from ops.audit.permissions import EGRESS, Rule, rules_of
from ops.audit.places import Place, addresses_of, is_gateway, places_inside, places_outside, within

_UNDERSTOOD = {
    "aws_backup_restore_testing_selection",
    "aws_db_subnet_group",
    "aws_default_security_group",
    "aws_ecs_service",
    "aws_internet_gateway",
    "aws_lb",
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_route",
    "aws_route_table",
    "aws_route_table_association",
    "aws_security_group",
    "aws_subnet",
    "aws_vpc",
    "aws_vpc_endpoint",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
    # These name the network, but open no way.
    "aws_cloudwatch_metric_alarm",
    "aws_fis_experiment_template",
    "aws_flow_log",
    "aws_lb_target_group",
    "aws_sfn_state_machine",
    # What a role may do to the network stands in the tables of privileges.
    "aws_iam_role_policy",
}
_PART_OF_A_NETWORK = re.compile(r"\b(igw|pl|rtb|sg|subnet|vpc|vpce)-[0-9a-f]{17}\b")
_DESTINATIONS = (
    "destination_cidr_block",
    "destination_ipv6_cidr_block",
    "destination_prefix_list_id",
    "cidr_block",
    "ipv6_cidr_block",
)


@dataclass(frozen=True)
class Route:
    """Where a route table sends packets for a range or a prefix list, and whether that is the internet gateway."""

    address: str
    table: str
    destination: str
    to_internet_gateway: bool


@dataclass(frozen=True)
class Topology:
    """The network of a configuration."""

    configuration: Configuration

    @cached_property
    def rules(self) -> Sequence[Rule]:
        """Every rule of every security group."""
        return rules_of(self.configuration)

    @cached_property
    def routes(self) -> Sequence[Route]:
        """Every route but the local one, which each table has."""
        return list(self._routes())

    @cached_property
    def inside(self) -> Sequence[Place]:
        """Everything that stands in a subnet."""
        return places_inside(self.configuration)

    @cached_property
    def outside(self) -> Sequence[Place]:
        """Everything outside that a rule or a route names."""
        peers = {rule.peer for rule in self.rules} - {rule.group for rule in self.rules} - self._groups
        return places_outside(self.configuration, named=peers | {route.destination for route in self.routes})

    def members(self, rule: Rule) -> list[Place]:
        """The places that a rule is a rule of."""
        return [place for place in self.inside if rule.group in place.groups]

    def names(self, rule: Rule, place: Place) -> bool:
        """Whether a rule's peer is this very place, or a group or a part of the network that it is in."""
        if place.outside:
            return rule.peer == (place.prefix_list or str(place.addresses))
        is_inside = "/" in rule.peer and within(ip_network(rule.peer), addresses_of(self.configuration))
        return rule.peer in place.groups or (is_inside and _overlap(rule.peer, place))

    def covers(self, rule: Rule, place: Place) -> bool:
        """Whether a rule lets through the packets of a place, though it may be meant for more than that place."""
        if self.names(rule, place):
            return True
        if place.prefix_list:  # whose addresses are public, and known to AWS alone
            return "/" in rule.peer and rule.direction == EGRESS
        return not place.outside and _overlap(rule.peer, place)

    def connected(self, caller: Place, called: Place) -> bool:
        """Whether routes lead from the caller to the called, and the answers back."""
        if caller.outside == called.outside:
            return not caller.outside  # by the local route, which nothing can remove
        if called.outside:
            return any(_leads(route, caller, called) for route in self.routes_from(caller))
        return any(_leads(route, called, caller) for route in self.routes_from(called) if route.to_internet_gateway)

    def routes_from(self, place: Place) -> list[Route]:
        """The routes of a place's subnet; one without a table has the main table of the network: the local route."""
        return [route for route in self.routes if route.table == self._tables.get(place.subnet_id)]

    def ways_out(self) -> Iterator[tuple[Route, str, Place]]:
        """Every route, the name of each subnet that it is for, and what outside it leads to."""
        outside = {place.prefix_list or str(place.addresses): place for place in self.outside}
        for subnet in self.configuration.resources("aws_subnet"):
            table = self._tables.get(self.configuration.attribute(subnet, "id"))
            for route in self.routes:
                if route.table == table and route.destination in outside:
                    yield route, subnet.name, outside[route.destination]

    def not_understood(self) -> list[str]:
        """What touches the network in a way that is not judged here."""
        return [
            f"{resource.address} touches the network in a way that this audit does not understand"
            for resource in self.configuration.resources()
            if resource.type not in _UNDERSTOOD
            and _PART_OF_A_NETWORK.search(json.dumps(self.configuration.resolved(resource)))
        ]

    @cached_property
    def _groups(self) -> set[str]:
        found = self.configuration.resources("aws_security_group", "aws_default_security_group")
        return {self.configuration.attribute(group, "id") for group in found}

    @cached_property
    def _tables(self) -> dict[str, str]:
        associations = map(self.configuration.resolved, self.configuration.resources("aws_route_table_association"))
        return {made["subnet_id"]: made["route_table_id"] for made in associations if "subnet_id" in made}

    def _routes(self) -> Iterator[Route]:
        for route in self.configuration.resources("aws_route"):
            body = self.configuration.resolved(route)
            yield _route(body, address=route.address, table=body["route_table_id"])
        for table in self.configuration.resources("aws_route_table"):
            for block in self.configuration.resolved(table).get("route", []):
                yield _route(block, address=table.address, table=self.configuration.attribute(table, "id"))
        for endpoint in filter(is_gateway, self.configuration.resources("aws_vpc_endpoint")):
            prefix_list = self.configuration.attribute(endpoint, "prefix_list_id")
            for table_id in self.configuration.resolved(endpoint).get("route_table_ids", []):
                yield Route(endpoint.address, table_id, prefix_list, to_internet_gateway=False)


def _route(block: Mapping[str, Any], *, address: str, table: str) -> Route:
    (destination,) = (str(block[kind]) for kind in _DESTINATIONS if block.get(kind))
    gateway = str(block.get("gateway_id", ""))
    return Route(address, table, destination, to_internet_gateway=gateway.startswith("igw-"))


def _leads(route: Route, place: Place, outside: Place) -> bool:
    """Whether a route of a place's subnet is a way to something outside. An IPv6 address is always a public one."""
    if route.destination == outside.prefix_list:
        return True
    is_for_it = "/" in route.destination and (bool(outside.prefix_list) or _overlap(route.destination, outside))
    return is_for_it and (place.public or not route.to_internet_gateway or ":" in route.destination)


def _overlap(addresses: str, place: Place) -> bool:
    return "/" in addresses and place.addresses is not None and place.addresses.overlaps(ip_network(addresses))
