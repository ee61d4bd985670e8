"""The picture shows what is there, where it is, and what a plan changes of it."""

import re
from copy import deepcopy
from dataclasses import replace

import pytest

from ops.configuration import Configuration
from ops.plan.changes import Action
from ops.review.picture import Architecture, architecture_of, architecture_of_plan, draw
from ops.review.picture.model import INTERNET, Part
from tests.review.pictured import Document, act, add, busy, configured, destroy, opened, planned, remember

pytestmark = pytest.mark.requirement("Q-2")

DATABASE = "database: aws_rds_cluster.cluster"


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return configured()


@pytest.fixture
def document(configuration: Configuration) -> Document:
    """The plan of an environment that is as it should be, as Terraform prints it."""
    return planned(configuration)


def standing(architecture: Architecture, tier: str, zone: str) -> list[str]:
    (row,) = [one for one in architecture.tiers if one.name == tier]
    return [box.title.text for box in row.boxes if zone in box.zones]


def part(architecture: Architecture, text: str) -> Part:
    return next(one for one in architecture.parts if one.text == text)


def test_every_resource_of_the_environment_has_its_place_in_the_picture(configuration: Configuration) -> None:
    architecture = architecture_of(configuration)
    there = {resource.address for resource in architecture.resources}
    assert {resource.address for resource in configuration.resources()} == there
    assert not [box.title.text for box in architecture.cards if box.name == "others"]


def test_a_plan_and_the_configuration_that_it_is_of_make_the_same_picture(
    configuration: Configuration, document: Document
) -> None:
    assert draw(architecture_of_plan(document)) == draw(architecture_of(configuration))


def test_each_zone_shows_what_stands_in_it(configuration: Configuration) -> None:
    architecture = architecture_of(configuration)
    for zone in architecture.zones:
        assert standing(architecture, "public", zone) == ["Application load balancer"]
        assert standing(architecture, "application", zone) == ["Fargate tasks", "Endpoints"]
    seen = [standing(architecture, "database", zone) for zone in architecture.zones]
    assert seen == [["Aurora writer", "Aurora cluster"], ["Aurora reader", "Aurora cluster"], ["Aurora cluster"]]


def test_an_instance_that_is_not_configured_is_not_in_its_zone(configuration: Configuration) -> None:
    layers = deepcopy(dict(configuration.layers))
    del layers["database"]["resource"]["aws_rds_cluster_instance"]["instance-2"]
    architecture = architecture_of(replace(configuration, layers=layers))
    assert standing(architecture, "database", "us-east-1b") == ["Aurora cluster"]
    assert "instance-2" not in draw(architecture)


def test_a_third_instance_stands_in_the_third_zone() -> None:
    architecture = architecture_of(configured(database={"instances": 3}))
    assert standing(architecture, "database", "us-east-1c") == ["Aurora reader", "Aurora cluster"]


def test_without_a_firewall_visitors_meet_the_network_at_once() -> None:
    architecture = architecture_of(configured(service={"waf": False}))
    assert [box.title.text for box in architecture.entry] == ["Visitors"]


def test_whatever_uses_a_subnet_stands_in_it_even_if_the_picture_knows_nothing_of_its_kind(document: Document) -> None:
    add(document, "network", "aws_instance", "bastion", subnet_id="${aws_subnet.public-a.id}")
    architecture = architecture_of_plan(document)
    assert "instance bastion" in standing(architecture, "public", "us-east-1a")
    assert "instance bastion" not in standing(architecture, "public", "us-east-1b")


def test_what_has_no_other_place_is_listed(document: Document) -> None:
    add(document, "network", "aws_lightsail_disk", "scratch")
    architecture = architecture_of_plan(document)
    assert [line.text for line in architecture.cards[-1].lines] == ["Also", "1 lightsail disk", "scratch"]


def test_the_flows_are_what_the_rules_permit(configuration: Configuration) -> None:
    flows = {
        (flow.source, flow.target): [one.text for one in flow.parts] for flow in architecture_of(configuration).flows
    }
    balancer, service = "compute: aws_lb.load-balancer", "compute: aws_ecs_service.service"
    assert flows == {
        ("Internet", balancer): ["443", "80"],
        (balancer, service): ["8443"],
        (service, DATABASE): ["5432"],
        (service, "endpoints"): ["443"],
    }


@pytest.mark.parametrize(
    ("address", "actions", "text", "action"),
    [
        ("aws_ecs_task_definition.task", ["create", "delete"], "task definition", Action.REPLACE),
        ("aws_ecs_service.service", ["update"], "Fargate tasks", Action.CHANGE),
        ("aws_vpc_endpoint.endpoint-ecr-api", ["create"], "ecr.api", Action.CREATE),
        ("aws_s3_bucket_policy.data-policy", ["create"], "S3: data", Action.CHANGE),
        ("aws_security_group.service", ["update"], "Fargate tasks", Action.CHANGE),
        ("aws_vpc.vpc", ["delete", "create"], "VPC 10.20.0.0/16", Action.REPLACE),
        ("aws_cloudwatch_metric_alarm.alarm-latency", ["delete", "create"], "alarm-latency", Action.REPLACE),
        ("aws_vpc_security_group_egress_rule.service-to-database-out", ["update"], "5432", Action.CHANGE),
    ],
)
def test_what_a_plan_does_is_shown_where_it_does_it(
    document: Document, address: str, actions: list[str], text: str, action: Action
) -> None:
    assert part(architecture_of_plan(act(document, address, *actions)), text).action is action


def test_a_way_is_changed_as_a_whole_only_if_all_its_ports_are(document: Document) -> None:
    act(document, "aws_vpc_security_group_ingress_rule.internet-to-load-balancer-443", "create")
    (some,) = [flow.action for flow in architecture_of_plan(document).flows if flow.source == INTERNET]
    act(document, "aws_vpc_security_group_ingress_rule.internet-to-load-balancer-80", "create")
    (every,) = [flow.action for flow in architecture_of_plan(document).flows if flow.source == INTERNET]
    assert (some, every) == (Action.CHANGE, Action.CREATE)


def test_an_instance_to_be_destroyed_is_still_shown_where_it_was(document: Document) -> None:
    architecture = architecture_of_plan(busy(document))
    assert standing(architecture, "database", "us-east-1b") == ["Aurora reader", "Aurora cluster"]
    assert part(architecture, "Aurora reader").action is Action.DESTROY


def test_scaling_to_be_destroyed_is_shown_at_its_service_which_it_only_knows_by_name(document: Document) -> None:
    remember(document, "compute", "aws_ecs_service.service", id="arn:aws:ecs:us-east-1:111122223333:service/c/s")
    destroy(document, "aws_appautoscaling_target.scaling", resource_id="service/c/s")
    assert part(architecture_of_plan(document), "3 to 12 in all").action is Action.DESTROY


def test_a_group_opened_to_everybody_is_written_down_with_its_port(document: Document) -> None:
    drawn = draw(architecture_of_plan(opened(document)))
    assert re.search(r'class="is-new">.*\n.*Internet → Aurora cluster: 5432', drawn)


def test_nothing_of_a_new_environment_is_highlighted(document: Document) -> None:
    for one in document["resource_changes"]:
        one["change"] = {"actions": ["create"], "before": None, "after": one["change"]["after"]}
    drawn = draw(architecture_of_plan(document))
    assert 'class="sign"' not in drawn
    assert "All of it is new." in drawn
