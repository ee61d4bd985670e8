"""Network: three zones, no way out but through endpoints, and exactly the flows that a request takes."""

from ipaddress import IPv4Network

import pytest

from tests.unit.synthesized import Synthesized, statements

TIERS = ("public", "application", "database")


def letters(environment: Synthesized) -> list[str]:
    """The letters of the zones, `a` of us-east-1a."""
    return [zone[-1] for zone in environment.settings.network.zones]


@pytest.mark.requirement("APP-1")
def test_every_tier_has_a_subnet_in_each_of_three_zones(environment: Synthesized, other: Synthesized) -> None:
    for synthesized in (environment, other):
        subnets = {made.name: made for made in synthesized.resources("aws_subnet")}
        assert subnets.keys() == {f"{tier}-{letter}" for tier in TIERS for letter in letters(synthesized)}
        for name, subnet in subnets.items():
            assert subnet["availability_zone"][-1] == name[-1], subnet.address
            assert subnet["map_public_ip_on_launch"] is False, subnet.address


@pytest.mark.requirement("APP-1")
def test_subnets_lie_in_the_vpcs_range_and_not_over_each_other(environment: Synthesized, other: Synthesized) -> None:
    for synthesized in (environment, other):
        whole = IPv4Network(synthesized.one("aws_vpc")["cidr_block"])
        assert str(whole) == synthesized.settings.network.cidr
        ranges = [IPv4Network(subnet["cidr_block"]) for subnet in synthesized.resources("aws_subnet")]
        assert all(part.subnet_of(whole) for part in ranges)
        assert not [(a, b) for a in ranges for b in ranges if a != b and a.overlaps(b)]
        assert len(set(ranges)) == len(ranges)


@pytest.mark.requirement("APP-1", "COST-1", "DB-3")
def test_only_public_subnets_know_a_way_out_and_nothing_pays_for_one(environment: Synthesized) -> None:
    costly = ("aws_nat_gateway", "aws_eip", "aws_nat_instance", "aws_ec2_transit_gateway", "aws_vpn_gateway")
    assert not environment.resources(*costly)
    (way_out,) = environment.resources("aws_route")
    assert way_out["route_table_id"] == "${aws_route_table.public-routes.id}"
    assert way_out["destination_cidr_block"] == "0.0.0.0/0", way_out.address
    assert way_out["gateway_id"] == "${aws_internet_gateway.internet-gateway.id}", way_out.address
    for table in environment.resources("aws_route_table", "aws_default_route_table"):
        assert not table.get("route"), f"{table.address} has routes that are no resources of their own"
    for association in environment.resources("aws_route_table_association"):
        tier = association.name.partition("-")[0]
        assert association["route_table_id"] == f"${{aws_route_table.{tier}-routes.id}}", association.address
        assert association["subnet_id"] == f"${{aws_subnet.{association.name.removesuffix('-routes')}.id}}"
    assert len(environment.resources("aws_route_table_association")) == len(environment.resources("aws_subnet"))


@pytest.mark.requirement("APP-1", "DB-3")
def test_gateways_serve_the_tasks_and_the_database_stays_isolated(environment: Synthesized) -> None:
    gateways = [made for made in environment.resources("aws_vpc_endpoint") if made["vpc_endpoint_type"] == "Gateway"]
    assert {made["service_name"].rpartition(".")[2] for made in gateways} == {"s3", "dynamodb"}
    for gateway in gateways:
        assert gateway["route_table_ids"] == ["${aws_route_table.application-routes.id}"], gateway.address


@pytest.mark.requirement("APP-1", "COST-1")
def test_there_is_an_endpoint_in_every_zone_for_just_what_tasks_call(environment: Synthesized) -> None:
    interfaces = [
        made for made in environment.resources("aws_vpc_endpoint") if made["vpc_endpoint_type"] == "Interface"
    ]
    called = {made["service_name"].removeprefix("com.amazonaws.us-east-1.") for made in interfaces}
    assert called == {"ecr.api", "ecr.dkr", "logs"}, "a task pulls its image and writes its log; each costs money"
    vpc = environment.one("aws_vpc")
    assert vpc["enable_dns_support"] is vpc["enable_dns_hostnames"] is True, f"{vpc.address}: private DNS needs both"
    tier = [f"${{aws_subnet.application-{letter}.id}}" for letter in letters(environment)]
    for endpoint in interfaces:
        assert endpoint["private_dns_enabled"] is True, endpoint.address
        assert endpoint["subnet_ids"] == tier, endpoint.address
        assert endpoint["security_group_ids"] == ["${aws_security_group.endpoints.id}"]


@pytest.mark.requirement("APP-1", "ENV-7")
def test_endpoints_let_only_this_accounts_principals_through_and_ecrs_image_layers(environment: Synthesized) -> None:
    account = environment.settings.environment.account_id
    for endpoint in environment.resources("aws_vpc_endpoint"):
        for statement in statements(endpoint["policy"]):
            if statement.get("Sid") == "ImageLayersOfEcr":
                assert statement["Resource"] == ["arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"]
                assert statement["Action"] == ["s3:GetObject"]
            else:
                assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": account}}, endpoint.address
    s3 = statements(environment.one("aws_vpc_endpoint", "endpoint-s3")["policy"])
    assert "ImageLayersOfEcr" in {statement.get("Sid") for statement in s3}, "without it no image can be pulled"


def flows(environment: Synthesized, direction: str) -> set[tuple[str, str, int]]:
    """(from, to, port) of every rule of a direction."""
    found = set()
    for rule in environment.resources(f"aws_vpc_security_group_{direction}_rule"):
        assert rule["ip_protocol"] == "tcp", rule.address
        assert rule["from_port"] == rule["to_port"], rule.address
        owner = rule["security_group_id"].split(".")[1]
        peer = next(
            str(rule[key])
            for key in ("referenced_security_group_id", "prefix_list_id", "cidr_ipv4")
            if key in rule.body
        )
        peer = peer.split(".")[1] if peer.startswith("${") else peer
        found.add((owner, peer, rule["from_port"]) if direction == "egress" else (peer, owner, rule["from_port"]))
    return found


@pytest.mark.requirement("APP-4", "DB-3")
def test_who_can_reach_whom_is_exactly_what_a_request_needs(environment: Synthesized, other: Synthesized) -> None:
    for synthesized in (environment, other):
        port = synthesized.settings.service.container_port
        inside = {
            ("load-balancer", "service", port),
            ("service", "database", 5432),
            ("service", "endpoints", 443),
        }
        internet = {("0.0.0.0/0", "load-balancer", 443), ("0.0.0.0/0", "load-balancer", 80)}
        gateways = {("service", "endpoint-s3", 443), ("service", "endpoint-dynamodb", 443)}
        assert flows(synthesized, "ingress") == internet | inside
        assert flows(synthesized, "egress") == inside | gateways


@pytest.mark.requirement("APP-4")
def test_every_rule_is_a_resource_of_its_own_and_the_default_group_has_none(environment: Synthesized) -> None:
    for group in environment.resources("aws_security_group", "aws_default_security_group"):
        assert not {"ingress", "egress"} & group.body.keys(), group.address
    assert environment.one("aws_default_security_group")["vpc_id"] == "${aws_vpc.vpc.id}"
    assert not environment.resources("aws_security_group_rule")


@pytest.mark.requirement("APP-1", "OBS-4")
def test_all_traffic_is_logged_by_a_role_that_cannot_bring_a_deleted_group_back(environment: Synthesized) -> None:
    log = environment.one("aws_flow_log")
    assert log["traffic_type"] == "ALL"
    assert log["vpc_id"] == "${aws_vpc.vpc.id}"
    assert log["iam_role_arn"] == "${aws_iam_role.flow-log-role.arn}"
    assert log["log_destination"] == "${aws_cloudwatch_log_group.log-group-flow-logs.arn}"
    permissions = statements(environment.one("aws_iam_role_policy", "flow-log-role-policy")["policy"])
    may = {action for statement in permissions for action in statement["Action"]}
    assert {"logs:CreateLogStream", "logs:PutLogEvents"} <= may
    assert "logs:CreateLogGroup" not in may


@pytest.mark.requirement("APP-1", "APP-2", "APP-3", "DB-1")
def test_losing_any_zone_leaves_every_tier_running(environment: Synthesized) -> None:
    for lost in letters(environment):
        subnets = [made.name for made in environment.resources("aws_subnet") if made.name[-1] != lost]
        for tier in TIERS:
            assert len([name for name in subnets if name.startswith(tier)]) >= 2, f"{tier} without zone {lost}"
        instances = environment.resources("aws_rds_cluster_instance")
        assert [made for made in instances if made["availability_zone"][-1] != lost], f"no database without zone {lost}"
        for endpoint in environment.resources("aws_vpc_endpoint"):
            if endpoint["vpc_endpoint_type"] == "Interface":
                standing = [subnet for subnet in endpoint["subnet_ids"] if f"-{lost}." not in subnet]
                assert len(standing) >= 2, f"{endpoint.address} without zone {lost}"
