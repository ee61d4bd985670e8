"""Who reaches whom: exactly what a request takes, in every environment, and each way to break that is named."""

import pytest

from ops.audit.configuration import Configuration
from ops.audit.flows import disagreements, intended, reachable
from stacks.settings_file import load_settings
from tests.audit.changed import with_resource, without_resource
from tests.unit.conftest import OTHER, with_changes
from tests.unit.synthesized import synthesize

INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
ANYTHING = {"ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"}


@pytest.fixture(scope="module")
def other() -> Configuration:
    """An environment with another range, another container port, and three database instances."""
    settings = with_changes(load_settings("local"), OTHER)
    return Configuration(layers=synthesize(settings).layers, account_id=settings.environment.account_id)


def group(name: str) -> str:
    return f"${{aws_security_group.{name}.id}}"


def sentences(configuration: Configuration) -> set[str]:
    return {flow.sentence for flow in reachable(configuration)}


@pytest.mark.requirement("APP-1", "APP-4", "DB-3")
def test_what_is_possible_is_what_is_intended(configuration: Configuration, other: Configuration) -> None:
    for environment in (configuration, other):
        assert reachable(environment) == intended(environment)
        assert disagreements(environment) == []


@pytest.mark.requirement("APP-1", "APP-4", "DB-3")
def test_a_request_takes_these_ways_and_there_are_no_others(configuration: Configuration, other: Configuration) -> None:
    for environment, container_port in ((configuration, 8443), (other, 9000)):
        assert sentences(environment) == {
            "internet calls load balancer on tcp 443",
            "internet calls load balancer on tcp 80",
            f"load balancer calls task on tcp {container_port}",
            "task calls database on tcp 5432",
            "task calls restored database on tcp 5432",
            "task calls endpoint of ecr.api on tcp 443",
            "task calls endpoint of ecr.dkr on tcp 443",
            "task calls endpoint of logs on tcp 443",
            "task calls s3 on tcp 443",
            "task calls dynamodb on tcp 443",
        }


@pytest.mark.requirement("APP-1")
def test_every_way_is_open_between_all_three_zones(configuration: Configuration) -> None:
    to_database = {
        (flow.caller.subnet, flow.called.subnet) for flow in reachable(configuration) if flow.called.name == "database"
    }
    assert len(to_database) == 9


def test_a_task_that_the_internet_may_call_is_named_though_no_route_leads_there(configuration: Configuration) -> None:
    opened = with_resource(
        configuration, "network", INGRESS, "careless", security_group_id=group("service"), **ANYTHING
    )
    assert disagreements(opened) == [
        f"network: {INGRESS}.careless alone would allow: internet calls task on any port of any protocol"
    ]


def test_a_database_that_may_call_anything_is_named_though_no_route_leads_out(configuration: Configuration) -> None:
    opened = with_resource(
        configuration, "network", EGRESS, "careless", security_group_id=group("database"), **ANYTHING
    )
    found = disagreements(opened)
    assert any(f"{EGRESS}.careless alone would allow: database calls internet on any port" in line for line in found)
    assert any(line.startswith("unintended: database calls load balancer on tcp 443") for line in found)
    assert "database calls internet on any port of any protocol" not in sentences(opened)


def test_a_database_with_a_way_out_is_named_with_its_route_and_its_rule(configuration: Configuration) -> None:
    opened = with_resource(
        with_resource(configuration, "network", EGRESS, "careless", security_group_id=group("database"), **ANYTHING),
        "network",
        "aws_route",
        "way-out",
        route_table_id="${aws_route_table.database-routes.id}",
        destination_cidr_block="0.0.0.0/0",
        nat_gateway_id="nat-1",
    )
    found = disagreements(opened)
    assert (
        "unintended: database calls internet on any port of any protocol "
        "(database in database-a, database in database-b, database in database-c)"
    ) in found
    let_in = with_resource(opened, "network", INGRESS, "careless", security_group_id=group("database"), **ANYTHING)
    assert not [flow for flow in sentences(let_in) if flow.startswith("internet calls database")], "NAT is a way out"
    for subnet in ("database-a", "database-b", "database-c"):
        assert (
            f"network: aws_route.way-out is a way from the subnet {subnet} to internet, which nothing intends" in found
        )


def test_an_isolated_route_table_with_the_internet_gateway_is_named_by_itself(configuration: Configuration) -> None:
    opened = with_resource(
        configuration,
        "network",
        "aws_route_table",
        "application-routes",
        route=[{"cidr_block": "0.0.0.0/0", "gateway_id": "${aws_internet_gateway.internet-gateway.id}"}],
    )
    let_in = with_resource(opened, "network", INGRESS, "careless", security_group_id=group("service"), **ANYTHING)
    assert reachable(let_in) == reachable(configuration), "tasks have no public address"
    assert len(disagreements(opened)) == 3
    assert all("aws_route_table.application-routes is a way from" in found for found in disagreements(opened))


def test_a_public_task_is_named(configuration: Configuration) -> None:
    service = configuration.one("aws_ecs_service", "service")["network_configuration"]
    placed = service | {
        "assign_public_ip": True,
        "subnets": "${data.terraform_remote_state.network.outputs.public_subnet_ids}",
    }
    moved = with_resource(configuration, "compute", "aws_ecs_service", "service", network_configuration=placed)
    assert "task in public-a has an address that the internet can reach, which nothing intends" in disagreements(moved)
    careless = {"security_group_id": group("service"), **ANYTHING}
    opened = with_resource(moved, "network", INGRESS, "careless", **careless)
    assert "internet calls task on any port of any protocol" in sentences(opened)
    called_out = with_resource(moved, "network", EGRESS, "careless", **careless)
    assert "task calls internet on any port of any protocol" in sentences(called_out)


def test_an_open_default_group_is_named_though_nothing_is_in_it(configuration: Configuration) -> None:
    everything = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}
    default = ("network", "aws_default_security_group", "default-closed")
    (found,) = disagreements(with_resource(configuration, *default, ingress=[everything]))
    assert found == (
        "network: aws_default_security_group.default-closed (ingress) allows ingress on any port of any protocol "
        "where nothing intended stands"
    )
    assert len(disagreements(without_resource(configuration, *default))) == 2, "AWS opens it both ways"


def test_what_names_no_group_is_in_the_default_group(configuration: Configuration) -> None:
    ungrouped = with_resource(configuration, "database", "aws_rds_cluster", "cluster", vpc_security_group_ids=None)
    found = disagreements(ungrouped)
    assert any(line.startswith("impossible, though intended: task calls database on tcp 5432") for line in found)


def test_members_of_an_open_default_group_are_reached_by_its_rules(configuration: Configuration) -> None:
    ungrouped = with_resource(configuration, "compute", "aws_lb", "load-balancer", security_groups=None)
    among_themselves = [{"protocol": "udp", "from_port": 53, "to_port": 53, "self": True}]
    default = ("network", "aws_default_security_group", "default-closed")
    opened = with_resource(ungrouped, *default, ingress=among_themselves, egress=among_themselves)
    assert "load balancer calls load balancer on udp 53" in sentences(opened)


def test_a_task_that_may_call_any_address_calls_all_of_s3_and_dynamodb(configuration: Configuration) -> None:
    opened = with_resource(configuration, "network", EGRESS, "careless", security_group_id=group("service"), **ANYTHING)
    assert {"task calls s3 on any port of any protocol", "task calls dynamodb on any port of any protocol"} <= (
        sentences(opened)
    )


def test_an_internal_load_balancer_is_not_reached_from_the_internet(configuration: Configuration) -> None:
    internal = with_resource(configuration, "compute", "aws_lb", "load-balancer", internal=True)
    assert not [flow for flow in sentences(internal) if flow.startswith("internet")]


@pytest.mark.requirement("DB-3")
def test_a_database_instance_with_a_public_address_is_named(configuration: Configuration) -> None:
    instance = ("database", "aws_rds_cluster_instance", "instance-2")
    found = disagreements(with_resource(configuration, *instance, publicly_accessible=True))
    assert "database in database-b has an address that the internet can reach, which nothing intends" in found


@pytest.mark.parametrize(
    ("resource_type", "name", "flow"),
    [
        (INGRESS, "internet-to-load-balancer-443", "internet calls load balancer on tcp 443"),
        (INGRESS, "load-balancer-to-service-in", "load balancer calls task on tcp 8443"),
        (EGRESS, "load-balancer-to-service-out", "load balancer calls task on tcp 8443"),
        (INGRESS, "service-to-database-in", "task calls database on tcp 5432"),
        (EGRESS, "service-to-endpoints-out", "task calls endpoint of logs on tcp 443"),
        (EGRESS, "service-to-dynamodb", "task calls dynamodb on tcp 443"),
        ("aws_route", "public-default", "internet calls load balancer on tcp 80"),
        ("aws_vpc_endpoint", "endpoint-s3", None),
    ],
)
def test_a_missing_permission_is_named(
    configuration: Configuration, resource_type: str, name: str, flow: str | None
) -> None:
    if flow is None:
        without = with_resource(configuration, "network", resource_type, name, route_table_ids=[])
        flow = "task calls s3 on tcp 443"
    else:
        without = without_resource(configuration, "network", resource_type, name)
    found = disagreements(without)
    assert any(line.startswith(f"impossible, though intended: {flow}") for line in found), found


def test_one_zone_without_the_way_to_s3_is_named(configuration: Configuration) -> None:
    without = without_resource(configuration, "network", "aws_route_table_association", "application-b-routes")
    assert disagreements(without) == [
        "impossible, though intended: task calls dynamodb on tcp 443 (task in application-b)",
        "impossible, though intended: task calls s3 on tcp 443 (task in application-b)",
    ]


def test_a_wider_range_of_ports_is_not_the_intended_port(configuration: Configuration) -> None:
    opened = configuration
    for resource_type, name in ((EGRESS, "service-to-database-out"), (INGRESS, "service-to-database-in")):
        opened = with_resource(opened, "network", resource_type, name, from_port=5000, to_port=6000)
    found = disagreements(opened)
    assert any(line.startswith("unintended: task calls database on tcp 5000 to 6000") for line in found)
    assert not any(line.startswith("impossible") for line in found)


def test_a_member_of_two_groups_has_the_flows_of_both(configuration: Configuration) -> None:
    published = "${data.terraform_remote_state.network.outputs.%s_security_group_id}"
    both = [published % "load_balancer", published % "service"]
    joined = with_resource(configuration, "compute", "aws_lb", "load-balancer", security_groups=both)
    assert "load balancer calls database on tcp 5432" in sentences(joined)


def test_what_the_audit_does_not_understand_is_not_passed_over(configuration: Configuration) -> None:
    peered = with_resource(
        configuration, "network", "aws_vpc_peering_connection", "peer", vpc_id="${aws_vpc.vpc.id}", peer_vpc_id="vpc-1"
    )
    assert disagreements(peered) == [
        "network: aws_vpc_peering_connection.peer touches the network in a way that this audit does not understand"
    ]


def test_a_second_service_was_never_intended(configuration: Configuration) -> None:
    first = configuration.one("aws_ecs_service", "service")
    second = with_resource(configuration, "compute", "aws_ecs_service", "second", **first.body)
    assert "task second calls database on tcp 5432" in sentences(second)
    assert any(line.startswith("unintended: task second calls database") for line in disagreements(second))
