"""Losing any zone leaves every tier running, and so does losing any one task, instance or endpoint interface."""

from copy import deepcopy
from typing import Any

import pytest

from ops.audit.configuration import Configuration
from ops.detection.estate import Estate
from ops.detection.zones import claims_broken, losses
from tests.audit.changed import with_resource, without_resource

ONE, TWO = "database: aws_rds_cluster_instance.instance-1", "database: aws_rds_cluster_instance.instance-2"


@pytest.mark.requirement("APP-1", "APP-2", "APP-3", "DB-1")
def test_losing_any_zone_leaves_every_tier_running(configuration: Configuration, other: Configuration) -> None:
    for environment in (configuration, other):
        assert claims_broken(environment) == []


def test_every_zone_task_instance_and_endpoint_interface_is_lost_once(configuration: Configuration) -> None:
    lost = [loss.what for loss in losses(Estate(configuration))]
    assert lost[:4] == ["us-east-1a", "us-east-1b", "us-east-1c", "a task"]
    assert lost[4:6] == [ONE, TWO]
    assert lost[6:] == [
        f"the endpoint of {service} in application-{zone}"
        for service in ("ecr.api", "ecr.dkr", "logs")
        for zone in "abc"
    ]


def with_first_subnet_only(configuration: Configuration, tier: str) -> Configuration:
    """With a tier that is told of one subnet instead of three."""
    layers: dict[str, Any] = deepcopy(dict(configuration.layers))
    output = layers["network"]["output"][f"{tier}_subnet_ids"]
    output["value"] = output["value"][:1]
    return Configuration(layers=layers, account_id=configuration.account_id)


def application(zone: str) -> list[str]:
    return [f"${{aws_subnet.application-{zone}.id}}"]


# What is changed, and everything that is said of it.
WRONG: dict[str, tuple[str, str, str, dict[str, Any], list[str]]] = {
    "both instances in one zone": (
        "database",
        "aws_rds_cluster_instance",
        "instance-2",
        {"availability_zone": "us-east-1a"},
        [f"losing us-east-1a: no database instance is left of {ONE} in us-east-1a and {TWO} in us-east-1a"],
    ),
    "an instance in a zone without a subnet": (
        "database",
        "aws_rds_cluster_instance",
        "instance-2",
        {"availability_zone": "us-east-1f"},
        [f"losing nothing: {TWO} is in us-east-1f, where the database has no subnet"],
    ),
    "a reader that does not grow with the writer": (
        "database",
        "aws_rds_cluster_instance",
        "instance-2",
        {"promotion_tier": 15},
        [
            f"losing {lost}: {TWO} would take over without the writer's capacity (promotion_tier)"
            for lost in ("us-east-1a", ONE)
        ],
    ),
    "too few tasks to carry the load of one": (
        "compute",
        "aws_appautoscaling_target",
        "scaling",
        {"min_capacity": 2},
        [
            f"losing {lost}: 2 tasks at 60 % of their CPU become 1 at 120 %"
            for lost in ("us-east-1a", "us-east-1b", "a task")
        ],
    ),
    "a single task": (
        "compute",
        "aws_appautoscaling_target",
        "scaling",
        {"min_capacity": 1},
        [
            f"losing {lost}: no task is left; the service is in application-a (us-east-1a) and application-b "
            "(us-east-1b) and application-c (us-east-1c)"
            for lost in ("us-east-1a", "a task")
        ],
    ),
    "an endpoint in one zone": (
        "network",
        "aws_vpc_endpoint",
        "endpoint-logs",
        {"subnet_ids": application("a")},
        [
            f"losing {lost}: the endpoint of logs has no interface left; it is in application-a (us-east-1a)"
            for lost in ("us-east-1a", "the endpoint of logs in application-a")
        ],
    ),
}


@pytest.mark.requirement("APP-1", "APP-2", "APP-3", "DB-1")
@pytest.mark.parametrize("mistake", WRONG)
def test_what_breaks_the_claim_is_named(configuration: Configuration, mistake: str) -> None:
    layer, kind, name, attributes, said = WRONG[mistake]
    assert claims_broken(with_resource(configuration, layer, kind, name, **attributes)) == said


@pytest.mark.requirement("APP-2", "APP-3", "DB-1")
@pytest.mark.parametrize(
    ("tier", "said"),
    [
        ("public", "losing us-east-1a: no node of the load balancer is left; it is in public-a (us-east-1a)"),
        ("application", "losing us-east-1a: no task is left; the service is in application-a (us-east-1a)"),
        ("database", f"losing nothing: {TWO} is in us-east-1b, where the database has no subnet"),
    ],
)
def test_a_tier_in_one_subnet_is_named(configuration: Configuration, tier: str, said: str) -> None:
    assert said in claims_broken(with_first_subnet_only(configuration, tier))


@pytest.mark.requirement("APP-1")
def test_three_subnets_in_one_zone_are_no_three_zones(configuration: Configuration) -> None:
    together = configuration
    for letter in "bc":
        together = with_resource(together, "network", "aws_subnet", f"public-{letter}", availability_zone="us-east-1a")
    (found,) = claims_broken(together)
    assert found.startswith("losing us-east-1a: no node of the load balancer is left; it is in public-a")


@pytest.mark.requirement("APP-1")
def test_a_subnet_without_its_routes_is_named_as_what_nobody_reaches(configuration: Configuration) -> None:
    association = "aws_route_table_association"
    shut = claims_broken(without_resource(configuration, "network", association, "public-b-routes"))
    assert "losing nothing: no client reaches the load balancer in public-b" in shut
    astray = claims_broken(without_resource(configuration, "network", association, "application-b-routes"))
    for service in ("s3", "dynamodb"):
        assert f"losing nothing: tasks in application-b do not reach {service}" in astray


@pytest.mark.requirement("APP-4")
def test_tasks_that_the_database_turns_away_are_named(configuration: Configuration) -> None:
    (rule,) = [
        rule for rule in configuration.resources("aws_vpc_security_group_ingress_rule") if rule["from_port"] == 5432
    ]
    closed = claims_broken(without_resource(configuration, "network", rule.type, rule.name))
    assert f"losing nothing: tasks in application-b do not reach {TWO}" in closed


@pytest.mark.requirement("APP-3")
def test_a_service_that_ecs_does_not_spread_again_is_named(configuration: Configuration) -> None:
    drifting = with_resource(
        configuration, "compute", "aws_ecs_service", "service", availability_zone_rebalancing="DISABLED"
    )
    assert "losing nothing: ECS does not keep tasks spread over zones (availability_zone_rebalancing)" in (
        claims_broken(drifting)
    )


@pytest.mark.requirement("APP-3")
@pytest.mark.parametrize("tasks", [3, 5, 6, 8, 9, 12])
def test_most_numbers_of_tasks_leave_enough_of_them(configuration: Configuration, tasks: int) -> None:
    changed = with_resource(
        configuration, "compute", "aws_appautoscaling_target", "scaling", min_capacity=tasks, max_capacity=12
    )
    assert claims_broken(changed) == []


@pytest.mark.requirement("APP-3")
@pytest.mark.parametrize(("tasks", "left", "percent"), [(2, 1, 120), (4, 2, 120), (7, 4, 105)])
def test_a_number_of_tasks_that_leaves_too_few_is_named(
    configuration: Configuration, tasks: int, left: int, percent: int
) -> None:
    changed = with_resource(configuration, "compute", "aws_appautoscaling_target", "scaling", min_capacity=tasks)
    said = f"losing us-east-1a: {tasks} tasks at 60 % of their CPU become {left} at {percent} %"
    assert said in claims_broken(changed)
