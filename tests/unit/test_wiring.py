"""What one layer takes from another is what it is called: followed from where it is used to what is meant."""

import json

import pytest

from tests.unit.resolved import reference, resolved
from tests.unit.synthesized import Resource, Synthesized


def subnets(environment: Synthesized, tier: str) -> list[str]:
    """The subnets of a tier, in the order of the zones."""
    found = [made for made in environment.resources("aws_subnet") if made.name.startswith(f"{tier}-")]
    assert len(found) == 3, tier
    return [reference(environment, subnet, "id") for subnet in found]


def group(environment: Synthesized, name: str) -> list[str]:
    """A security group, as the only one of a list."""
    return [reference(environment, environment.one("aws_security_group", name), "id")]


def variables(environment: Synthesized) -> dict[str, str]:
    """What the task is told, with every reference followed."""
    task = environment.one("aws_ecs_task_definition", "task")
    (container,) = json.loads(task["container_definitions"])
    return {each["name"]: resolved(environment, task, each["value"]) for each in container["environment"]}


@pytest.mark.requirement("ENV-5", "APP-2", "APP-4")
def test_the_load_balancer_is_in_the_public_subnets_behind_its_own_group(environment: Synthesized) -> None:
    balancer = environment.one("aws_lb")
    assert resolved(environment, balancer, balancer["subnets"]) == subnets(environment, "public")
    assert resolved(environment, balancer, balancer["security_groups"]) == group(environment, "load-balancer")
    logs = environment.one("aws_s3_bucket", "logs")
    assert resolved(environment, balancer, balancer["access_logs"]["bucket"]) == logs["bucket"]


@pytest.mark.requirement("ENV-5", "APP-3", "APP-4")
def test_tasks_are_in_the_application_subnets_behind_their_own_group(environment: Synthesized) -> None:
    service = environment.one("aws_ecs_service")
    placed = resolved(environment, service, service["network_configuration"])
    assert placed["subnets"] == subnets(environment, "application")
    assert placed["security_groups"] == group(environment, "service")


@pytest.mark.requirement("ENV-5", "DB-3")
def test_the_database_is_in_the_isolated_subnets_behind_its_own_group(environment: Synthesized) -> None:
    around, cluster = environment.one("aws_db_subnet_group"), environment.one("aws_rds_cluster")
    assert resolved(environment, around, around["subnet_ids"]) == subnets(environment, "database")
    assert resolved(environment, cluster, cluster["db_subnet_group_name"]) == around["name"]
    assert resolved(environment, cluster, cluster["vpc_security_group_ids"]) == group(environment, "database")


@pytest.mark.requirement("ENV-5", "BK-4")
def test_a_restored_database_is_where_the_original_is(environment: Synthesized) -> None:
    test = environment.one("aws_backup_restore_testing_selection", "restore-testing-aurora")
    overrides = resolved(environment, test, test["restore_metadata_overrides"])
    assert overrides["dbSubnetGroupName"] == environment.one("aws_db_subnet_group")["name"]
    assert json.loads(overrides["vpcSecurityGroupIds"]) == group(environment, "database")


@pytest.mark.requirement("ENV-5", "APP-3", "DB-1")
def test_a_task_writes_to_the_writer_reads_from_readers_and_finds_its_own_stores(environment: Synthesized) -> None:
    cluster, told = environment.one("aws_rds_cluster"), variables(environment)
    assert told["DATABASE_WRITER_HOST"] == reference(environment, cluster, "endpoint")
    assert told["DATABASE_READER_HOST"] == reference(environment, cluster, "reader_endpoint")
    assert told["DATABASE_PORT"] == str(cluster["port"])
    assert told["DATABASE_NAME"] == cluster["database_name"]
    assert told["SESSION_TABLE"] == environment.one("aws_dynamodb_table")["name"]
    assert told["DATA_BUCKET"] == environment.one("aws_s3_bucket", "data")["bucket"]


@pytest.mark.requirement("ENV-5", "APP-5")
def test_a_task_runs_one_release_of_the_image_in_our_own_registry(environment: Synthesized) -> None:
    task = environment.one("aws_ecs_task_definition", "task")
    (container,) = json.loads(task["container_definitions"])
    repository = reference(environment, environment.one("aws_ecr_repository"), "repository_url")
    release = environment.settings.service.image_tag
    assert resolved(environment, task, container["image"]) == f"{repository}:{release}"


@pytest.mark.requirement("APP-3", "OBS-4")
def test_a_task_logs_to_our_group_and_never_waits_for_the_log(environment: Synthesized) -> None:
    task = environment.one("aws_ecs_task_definition", "task")
    (container,) = json.loads(task["container_definitions"])
    options = resolved(environment, task, container["logConfiguration"]["options"])
    assert options["awslogs-group"] == environment.one("aws_cloudwatch_log_group", "log-group-service")["name"]
    assert options["awslogs-region"] == environment.settings.environment.region
    assert options["mode"] == "non-blocking", "a log that cannot be reached would stop requests"


@pytest.mark.requirement("APP-2", "APP-3", "APP-4")
def test_one_port_leads_from_the_load_balancer_into_the_container(environment: Synthesized, other: Synthesized) -> None:
    for synthesized in (environment, other):
        task = synthesized.one("aws_ecs_task_definition", "task")
        (container,) = json.loads(task["container_definitions"])
        (attached,) = synthesized.one("aws_ecs_service")["load_balancer"]
        (mapping,) = container["portMappings"]
        assert attached["container_name"] == container["name"]
        rule = synthesized.one("aws_vpc_security_group_ingress_rule", "load-balancer-to-service-in")
        ports = {
            "task": mapping["containerPort"],
            "service": attached["container_port"],
            "target group": synthesized.one("aws_lb_target_group")["port"],
            "security group": rule["from_port"],
        }
        assert set(ports.values()) == {synthesized.settings.service.container_port}, ports


@pytest.mark.requirement("APP-3")
def test_a_task_can_write_to_its_scratch_volume_and_nowhere_else(environment: Synthesized) -> None:
    task = environment.one("aws_ecs_task_definition", "task")
    (container,) = json.loads(task["container_definitions"])
    assert {mount["sourceVolume"] for mount in container["mountPoints"]} == {
        volume["name"] for volume in task["volume"]
    }
    assert [mount["containerPath"] for mount in container["mountPoints"] if not mount["readOnly"]] == ["/tmp"]  # noqa: S108


@pytest.mark.requirement("APP-3")
def test_a_starting_task_has_time_to_pass_its_first_health_checks(environment: Synthesized) -> None:
    check = environment.one("aws_lb_target_group")["health_check"]
    grace = environment.one("aws_ecs_service")["health_check_grace_period_seconds"]
    assert grace >= 2 * check["interval"] * check["healthy_threshold"], "it would be killed before it can be healthy"


@pytest.mark.requirement("APP-3")
def test_autoscaling_counts_the_requests_of_this_load_balancer(environment: Synthesized) -> None:
    requests = environment.one("aws_appautoscaling_policy", "scaling-requests")
    tracked = requests["target_tracking_scaling_policy_configuration"]["predefined_metric_specification"]
    balancer, targets = environment.one("aws_lb"), environment.one("aws_lb_target_group")
    # The order is AWS's: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
    label = f"{reference(environment, balancer, 'arn_suffix')}/{reference(environment, targets, 'arn_suffix')}"
    assert resolved(environment, requests, tracked["resource_label"]) == label


@pytest.mark.requirement("ENV-5", "BK-1", "BK-3")
def test_the_plan_fills_our_vault_by_our_role(environment: Synthesized) -> None:
    plan, selection = environment.one("aws_backup_plan"), environment.one("aws_backup_selection")
    vault, role = environment.one("aws_backup_vault"), environment.one("aws_iam_role", "role", layer="backup")
    (rule,) = resolved(environment, plan, plan["rule"])
    assert rule["target_vault_name"] == vault["name"]
    assert resolved(environment, selection, selection["plan_id"]) == reference(environment, plan, "id")
    for user in [selection, *environment.resources("aws_backup_restore_testing_selection")]:
        assert resolved(environment, user, user["iam_role_arn"]) == reference(environment, role, "arn"), user.address


@pytest.mark.requirement("BK-4")
def test_restores_are_tested_at_least_weekly_on_points_that_still_exist(environment: Synthesized) -> None:
    plan = environment.one("aws_backup_restore_testing_plan")
    day_of_month, month, weekday = plan["schedule_expression"].removeprefix("cron(").split()[2:5]
    assert month == "*"
    assert (day_of_month == "?") != (weekday == "?")
    assert day_of_month in {"?", "*"}, "monthly is too rare for recovery points of a week"
    (selection,) = plan["recovery_point_selection"]
    (backup,) = environment.one("aws_backup_plan")["rule"]
    assert selection["selection_window_days"] <= backup["lifecycle"]["delete_after"]


@pytest.mark.requirement("OBS-1", "OBS-2")
def test_the_topic_that_layers_publish_to_is_the_one_people_listen_to(environment: Synthesized) -> None:
    topic = reference(environment, environment.one("aws_sns_topic", "alerts"), "arn")
    senders = {"aws_backup_vault_notifications": "sns_topic_arn", "aws_db_event_subscription": "sns_topic"}
    heard: list[tuple[Resource, object]] = [
        (made, made[attribute]) for kind, attribute in senders.items() for made in environment.resources(kind)
    ]
    targets = environment.resources("aws_cloudwatch_event_target")
    heard += [(target, target["arn"]) for target in targets if target.name.startswith("event-")]
    for sender, told in heard:
        assert resolved(environment, sender, told) == topic, sender.address
    assert environment.outputs("alerting")["delivery_failure_topic_arn"] == "${aws_sns_topic.delivery-failures.arn}"


@pytest.mark.requirement("OBS-2", "OBS-4")
def test_log_metrics_count_the_lines_they_are_named_after(environment: Synthesized) -> None:
    counted = {
        made.name.removeprefix("log-metric-"): resolved(environment, made, made["log_group_name"])
        for made in environment.resources("aws_cloudwatch_log_metric_filter")
    }
    sources = {"ServiceErrors": "service", "DatabaseFatals": "postgresql", "RejectedConnections": "flow-logs"}
    groups = {kind: environment.one("aws_cloudwatch_log_group", f"log-group-{kind}") for kind in sources.values()}
    assert counted == {metric: groups[kind]["name"] for metric, kind in sources.items()}


@pytest.mark.requirement("OBS-2", "BK-3")
def test_event_rules_listen_to_what_is_ours(environment: Synthesized) -> None:
    def listens(name: str, *path: str) -> object:
        rule = environment.one("aws_cloudwatch_event_rule", f"event-{name}")
        found = resolved(environment, rule, json.loads(rule["event_pattern"]))
        for key in path:
            found = found[key]
        return found

    cluster, service = environment.one("aws_ecs_cluster"), environment.one("aws_ecs_service")
    # The provider's id of a service is its ARN.
    assert listens("deployment-failed", "resources") == [reference(environment, service, "id")]
    assert listens("task-stopped", "detail", "clusterArn") == [reference(environment, cluster, "arn")]
    role = reference(environment, environment.one("aws_iam_role", "role", layer="backup"), "arn")
    assert listens("backup-job", "detail", "iamRoleArn") == listens("restore-job", "detail", "iamRoleArn") == [role]
    keys = sorted(reference(environment, key, "arn") for key in environment.resources("aws_kms_key"))
    heard = listens("key-deletion", "detail", "resources", "ARN")
    assert isinstance(heard, list)
    assert sorted(heard) == keys
