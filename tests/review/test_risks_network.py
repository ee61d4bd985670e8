"""A wider network and public things: what each rule says, and what it leaves alone, one by one."""

from typing import Any

import pytest

from tests.review.plans import Placed
from tests.review.risky import judged, made

Values = dict[str, Any]
BLOCKED = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)
BLOCKING = {"rule": [{"name": "known", "action": [], "override_action": [{"none": [{}]}]}]}
COUNTING = {"rule": [{"name": "known", "action": [], "override_action": [{"count": [{}]}]}]}

# A type, its values before and after, and what is said of it: a rule with its weight, or nothing.
CHANGED: list[tuple[str, Values | None, Values | None, str]] = [
    ("aws_subnet", {"cidr_block": "10.0.0.0/20"}, None, "place-lost HIGH"),
    ("aws_subnet", {"tags": {}}, {"tags": {"a": "b"}}, ""),
    ("aws_vpc_endpoint", {"service_name": "s3"}, None, "way-lost HIGH"),
    ("aws_route", {"destination_cidr_block": "10.0.0.0/8"}, None, "way-lost HIGH"),
    ("aws_lb", None, {"internal": False}, "public-load-balancer MEDIUM"),
    ("aws_lb", {"internal": True}, {"internal": False}, "public-load-balancer HIGH"),
    ("aws_lb", None, {"internal": True}, ""),
    ("aws_subnet", None, {"map_public_ip_on_launch": True}, "public-address HIGH"),
    ("aws_rds_cluster_instance", {"publicly_accessible": False}, {"publicly_accessible": True}, "public-address HIGH"),
    ("aws_rds_cluster_instance", None, {"publicly_accessible": False}, ""),
    (
        "aws_ecs_service",
        {"network_configuration": [{"assign_public_ip": False}]},
        {"network_configuration": [{"assign_public_ip": True}]},
        "public-address HIGH",
    ),
    ("aws_s3_bucket_public_access_block", BLOCKED, {**BLOCKED, "block_public_policy": False}, "public-bucket HIGH"),
    ("aws_s3_bucket_public_access_block", {**BLOCKED, "bucket": "data"}, None, "public-bucket HIGH"),
    ("aws_s3_bucket_public_access_block", None, BLOCKED, ""),
    ("aws_s3_bucket_acl", None, {"acl": "public-read"}, "public-list HIGH"),
    ("aws_s3_bucket_acl", None, {"acl": "private"}, ""),
    ("aws_vpc_peering_connection", None, {"peer_vpc_id": "vpc-2"}, "joined-network MEDIUM"),
    ("aws_vpc_peering_connection", {"tags": {}}, {"tags": {"a": "b"}}, ""),
    ("aws_wafv2_web_acl_association", {"resource_arn": "alb"}, None, "firewall-gone HIGH"),
    ("aws_wafv2_web_acl", BLOCKING, {"rule": []}, "firewall-weaker HIGH"),
    ("aws_wafv2_web_acl", BLOCKING, COUNTING, "firewall-weaker HIGH"),
    ("aws_wafv2_web_acl", COUNTING, BLOCKING, ""),
    ("aws_lb", {"security_groups": ["a"]}, {"security_groups": ["a", "b"]}, "other-groups MEDIUM"),
    ("aws_lb", {"security_groups": ["a", "b"]}, {"security_groups": ["a"]}, ""),
    ("aws_ecs_service", {"enable_execute_command": False}, {"enable_execute_command": True}, "shell-into-tasks MEDIUM"),
    ("aws_ecs_service", {"enable_execute_command": True}, {"enable_execute_command": False}, ""),
    (
        "aws_lb",
        {"drop_invalid_header_fields": True},
        {"drop_invalid_header_fields": False},
        "headers-let-through MEDIUM",
    ),
]


@pytest.mark.parametrize(("kind", "before", "after", "said"), CHANGED)
def test_each_rule_speaks_of_what_it_is_for_and_of_nothing_else(
    kind: str, before: Values | None, after: Values | None, said: str
) -> None:
    address = f"network.{kind}.one"
    document = made({address: before} if before else {}, {address: after} if after else {})
    assert judged(document) == ({said} if said else set())


def ingress(peer: str, first: int = 5432, last: int = 5432, group: str = "sg-1") -> Values:
    kind = "cidr_ipv6" if ":" in peer else "cidr_ipv4" if "/" in peer else "referenced_security_group_id"
    ports = {"from_port": first, "to_port": last, "ip_protocol": "tcp"}
    return {kind: peer, **ports, "security_group_id": group}


def rules(**named: Values) -> Placed:
    return {f"network.aws_vpc_security_group_ingress_rule.{name}": values for name, values in named.items()}


WORLD = "0.0.0.0/0"
OPENED = [
    (ingress(WORLD), "network-wider HIGH"),
    (ingress("::/0"), "network-wider HIGH"),
    (ingress("0.0.0.0/1"), "network-wider HIGH"),
    (ingress(WORLD, 0, 65535), "network-wider HIGH"),
    (ingress(WORLD, 443, 443), "network-wider MEDIUM"),
    (ingress("10.0.0.0/8"), "network-wider MEDIUM"),
    (ingress("sg-2"), "network-wider MEDIUM"),
    (ingress("10.20.1.0/24"), ""),  # within what is open already
]


@pytest.mark.parametrize(("rule", "said"), OPENED)
def test_a_new_rule_weighs_by_whom_it_lets_in(rule: Values, said: str) -> None:
    old = rules(old=ingress("10.20.0.0/16"))
    assert judged(made(old, {**old, **rules(new=rule)})) == ({said} if said else set())


def test_a_rule_that_becomes_wider_is_told_and_one_that_becomes_narrower_cuts_somebody_off() -> None:
    narrow, wide = rules(one=ingress("10.20.0.0/16")), rules(one=ingress("10.0.0.0/8"))
    assert judged(made(narrow, wide)) == {"network-wider MEDIUM"}
    assert judged(made(wide, narrow)) == {"network-narrower MEDIUM"}


def test_more_ports_are_wider_and_the_same_in_two_rules_is_not() -> None:
    both = rules(one=ingress("sg-2", 80, 81))
    assert judged(made(rules(one=ingress("sg-2", 80, 80)), both)) == {"network-wider MEDIUM"}
    assert judged(made(both, {**both, **rules(two=ingress("sg-2", 81, 81))})) == set()


def test_a_new_group_may_be_called_by_its_own_but_not_by_everybody() -> None:
    group = {"network.aws_security_group.one": {"name": "one"}}
    known = {"network.aws_vpc_security_group_ingress_rule.one": {"security_group_id": True}}
    assert judged(made({}, {**group, **rules(one=ingress("10.0.0.0/8"))}, unknown=known)) == set()
    assert judged(made({}, {**group, **rules(one=ingress(WORLD))}, unknown=known)) == {"network-wider HIGH"}


def test_rules_within_a_group_count_as_well() -> None:
    block = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": [WORLD]}
    address = "network.aws_default_security_group.group"
    opened = made({address: {"id": "sg-1", "ingress": []}}, {address: {"id": "sg-1", "ingress": [block]}})
    assert judged(opened) == {"network-wider HIGH"}


def test_calling_out_weighs_less_than_being_called() -> None:
    address = "network.aws_vpc_security_group_egress_rule.one"
    old = {"network.aws_security_group.one": {"id": "sg-1"}}
    assert judged(made(old, {**old, address: ingress("10.0.0.0/8")})) == {"network-wider LOW"}
    assert judged(made(old, {**old, address: ingress(WORLD)})) == {"network-wider MEDIUM"}


def test_a_way_to_the_internet_is_told_of_a_route_table_that_exists() -> None:
    tables = {
        "network.aws_route_table.database": {"id": "rtb-1"},
        "network.aws_route_table_association.database-a": {"route_table_id": "rtb-1", "subnet_id": "subnet-1"},
    }
    route = {"route_table_id": "rtb-1", "destination_cidr_block": WORLD, "gateway_id": "igw-1"}
    out = {"network.aws_route.out": route}
    assert judged(made(tables, {**tables, **out})) == {"way-to-internet HIGH"}
    assert judged(made({}, {**tables, **out})) == set()
    assert judged(made(tables, {**tables, "network.aws_route.out": {**route, "gateway_id": "vgw-1"}})) == set()


def test_a_subnet_that_is_rerouted_to_the_internet_is_told() -> None:
    address = "network.aws_route_table_association.database-a"
    out = {"network.aws_route.out": {"route_table_id": "rtb-2", "destination_cidr_block": WORLD, "gateway_id": "igw-1"}}
    before, after = {**out, address: {"route_table_id": "rtb-1"}}, {**out, address: {"route_table_id": "rtb-2"}}
    assert judged(made(before, after)) == {"rerouted HIGH"}
    other = {**out, address: {"route_table_id": "rtb-3"}}
    assert judged(made(before, other)) == {"rerouted MEDIUM"}


def test_a_part_that_goes_with_its_whole_is_not_told_twice() -> None:
    block = {"storage.aws_s3_bucket_public_access_block.data": {**BLOCKED, "bucket": "data", "id": "data"}}
    bucket = {"storage.aws_s3_bucket.data": {"bucket": "data"}}
    assert judged(made({**block, **bucket}, {})) == {"data-lost HIGH"}
    assert judged(made({**block, **bucket}, bucket)) == {"public-bucket HIGH"}
