"""What each kind of resource costs, and what is said where that cannot be told."""

from decimal import Decimal

import pytest

from ops.review.cost.estimate import estimate
from ops.review.cost.rules.backup import runs_a_day
from tests.review.plans import Values, dollars, made, plan, units

pytestmark = pytest.mark.requirement("COST-1")

SERVICE: dict[str, Values] = {
    "compute.aws_ecs_service.service": {"name": "service", "launch_type": "FARGATE", "desired_count": 2},
    "compute.aws_ecs_task_definition.task": {
        "family": "task",
        "cpu": "1024",
        "memory": "2048",
        "runtime_platform": [{"cpu_architecture": "ARM64", "operating_system_family": "LINUX"}],
    },
}
CLUSTER = "database.aws_rds_cluster.cluster"
DATABASE: dict[str, Values] = {
    CLUSTER: {
        "cluster_identifier": "aurora",
        "engine": "aurora-postgresql",
        "serverlessv2_scaling_configuration": [{"min_capacity": 0.5, "max_capacity": 8}],
    },
    "database.aws_rds_cluster_instance.one": {"cluster_identifier": "aurora", "instance_class": "db.serverless"},
}


def test_tasks_on_another_processor_have_another_price() -> None:
    arm = made(SERVICE).total.after.expected
    x86 = made(SERVICE | {"compute.aws_ecs_task_definition.task": {"family": "task", "cpu": 1024, "memory": 2048}})
    metrics = 30 * Decimal("0.30")
    assert arm - metrics == 2 * 730 * (Decimal("0.03238") + 2 * Decimal("0.00356"))
    assert x86.total.after.expected - metrics == 2 * 730 * (Decimal("0.04048") + 2 * Decimal("0.004445"))


def test_a_second_task_definition_of_the_same_size_leaves_the_price_of_a_service_known() -> None:
    task = SERVICE["compute.aws_ecs_task_definition.task"]
    both = SERVICE | {"compute.aws_ecs_task_definition.migration": {**task, "family": "migrate"}}
    revision: dict[str, Values] = {"compute.aws_ecs_service.service": {"task_definition": True}}
    assert made(both, unknown=revision).total == made(SERVICE).total


def test_a_nat_gateway_costs_its_hours_its_data_and_its_address() -> None:
    found = estimate(
        plan(
            {"network.aws_vpc.vpc": {}},
            {"network.aws_vpc.vpc": {}, "network.aws_nat_gateway.nat": {}, "network.aws_eip.nat": {}},
        )
    )
    assert found.total.difference == dollars("36.725", "37.85", "50")


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        (DATABASE | {"database.aws_rds_cluster_instance.two": {"instance_class": "db.r6g.large"}}, "db.r6g.large"),
        (DATABASE | {CLUSTER: {**DATABASE[CLUSTER], "storage_type": "aurora-iopt1"}}, "aurora-iopt1"),
        (DATABASE | {CLUSTER: {**DATABASE[CLUSTER], "database_insights_mode": "advanced"}}, "Database Insights"),
        (DATABASE | {CLUSTER: {"engine": "aurora-postgresql"}}, "capacity of its cluster"),
        (SERVICE | {"compute.aws_ecs_task_definition.other": {"family": "other"}}, "size or the number"),
        ({"compute.aws_ecs_service.service": {"launch_type": "EC2"}}, "EC2"),
        (
            SERVICE
            | {
                "compute.aws_ecs_service.service": {
                    "capacity_provider_strategy": [{"capacity_provider": "FARGATE_SPOT"}]
                }
            },
            "FARGATE_SPOT",
        ),
        ({"compute.aws_lb.one": {"load_balancer_type": "network"}}, "network load balancer"),
        ({"compute.aws_ecs_cluster.one": {"setting": [{"name": "containerInsights", "value": "enabled"}]}}, "Insights"),
        ({"storage.aws_dynamodb_table.one": {"billing_mode": "PROVISIONED"}}, "provisioned"),
        ({"network.aws_cloudwatch_log_group.one": {"log_group_class": "INFREQUENT_ACCESS"}}, "INFREQUENT_ACCESS"),
        ({"alerting.aws_sns_topic_subscription.one": {"protocol": "sms"}}, "text messages"),
        ({"keys.aws_kms_key.one": {"customer_master_key_spec": "RSA_2048"}}, "RSA_2048"),
        ({"backup.aws_backup_plan.one": {"rule": [{"rule_name": "odd", "schedule": "rate(1 day)"}]}}, "rule odd"),
        (
            {
                "compute.aws_wafv2_web_acl.one": {
                    "rule": [
                        {
                            "statement": [
                                {
                                    "managed_rule_group_statement": [
                                        {"vendor_name": "AWS", "name": "AWSManagedRulesBotControlRuleSet"}
                                    ]
                                }
                            ]
                        }
                    ]
                }
            },
            "AWSManagedRulesBotControlRuleSet",
        ),
    ],
)
def test_what_has_no_price_here_is_said_and_never_guessed(resources: dict[str, Values], reason: str) -> None:
    assert any(reason in remark.text for remark in made(resources).unpriced)


def test_subnets_that_are_not_known_yet_count_as_all_zones_and_that_is_said() -> None:
    endpoint = "network.aws_vpc_endpoint.one"
    known: dict[str, Values] = {endpoint: {"vpc_endpoint_type": "Interface", "subnet_ids": ["subnet-1", "subnet-2"]}}
    unknown: dict[str, Values] = {endpoint: {"vpc_endpoint_type": "Interface", "subnet_ids": None}}
    certain, assumed = made(known), made(unknown, unknown={endpoint: {"subnet_ids": True}})
    assert units(certain, "interface_endpoint") == 2 * 730
    assert not certain.assumed
    assert units(assumed, "interface_endpoint") == 3 * 730
    assert [(one.address, one.text) for one in assumed.assumed] == [
        ("aws_vpc_endpoint.one", "subnet_ids are not known yet: 3 zones")
    ]


def test_an_internal_load_balancer_has_no_public_addresses() -> None:
    assert units(made({"compute.aws_lb.one": {"subnets": ["subnet-1"]}}), "public_ipv4") == 730
    assert units(made({"compute.aws_lb.one": {"internal": True}}), "public_ipv4") == 0


def test_log_lines_cost_by_how_long_they_are_kept() -> None:
    group = "network.aws_cloudwatch_log_group.one"
    assert units(made({group: {"retention_in_days": 90}}), "logs_kept") == 18
    for_ever = made({group: {"retention_in_days": 0}})
    assert units(for_ever, "logs_kept") == 73
    assert "for ever" in for_ever.assumed[0].text


def test_an_alarm_costs_every_metric_that_it_watches() -> None:
    queries = [{"metric": [{"period": 60}]}, {"metric": [{"period": 60}]}, {"expression": "m1 / m2", "metric": []}]
    found = made(
        {
            "monitoring.aws_cloudwatch_metric_alarm.two": {"metric_query": queries},
            "monitoring.aws_cloudwatch_metric_alarm.one": {"metric_query": [], "period": 300},
            "monitoring.aws_cloudwatch_metric_alarm.quick": {"period": 10},
        }
    )
    assert units(found, "alarm_metric") == 3
    assert units(found, "alarm_metric_high_resolution") == 1


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [
        ("cron(0 5 * * ? *)", Decimal(1)),
        ("cron(0 5,17 ? * * *)", Decimal(2)),
        ("cron(30 * * * ? *)", Decimal(24)),
        ("cron(0 */5 * * ? *)", Decimal(5)),
        ("cron(0 9 ? * MON *)", Decimal(1) / 7),
        ("cron(0 9 1 * ? *)", None),
        ("rate(1 day)", None),
    ],
)
def test_a_schedule_runs_so_often_a_day(schedule: str, runs: Decimal | None) -> None:
    assert runs_a_day(schedule) == runs
