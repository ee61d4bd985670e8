"""Compute: a service that survives a task, a zone and a bad release, behind a load balancer that lets only HTTPS in."""

import json
from typing import Any

import pytest

from tests.unit.synthesized import Synthesized


def container(environment: Synthesized) -> dict[str, Any]:
    """The one container of the task."""
    (only,) = json.loads(environment.one("aws_ecs_task_definition", "task")["container_definitions"])
    assert isinstance(only, dict)
    return only


@pytest.mark.requirement("APP-2")
def test_who_forgets_the_s_is_redirected_and_nothing_is_served_in_the_clear(environment: Synthesized) -> None:
    listeners = {made["port"]: made for made in environment.resources("aws_lb_listener")}
    assert listeners.keys() == {80, 443}
    (action,) = listeners[80]["default_action"]
    assert action["type"] == "redirect"
    assert (action["redirect"]["protocol"], action["redirect"]["port"]) == ("HTTPS", "443")
    assert action["redirect"]["status_code"] == "HTTP_301"


@pytest.mark.requirement("APP-2")
def test_the_certificate_is_found_by_domain_or_taken_by_arn(environment: Synthesized, other: Synthesized) -> None:
    found = environment.layers["compute"]["data"]["aws_acm_certificate"]["certificate"]
    assert found["statuses"] == ["ISSUED"]
    given = other.one("aws_lb_listener", "https")["certificate_arn"]
    assert given == other.settings.service.certificate
    assert "aws_acm_certificate" not in other.layers["compute"]["data"]


@pytest.mark.requirement("APP-2")
def test_the_load_balancer_is_public_spread_over_all_zones_and_drops_invalid_headers(environment: Synthesized) -> None:
    balancer = environment.one("aws_lb")
    assert balancer["internal"] is False
    # The whole list: an element of a token list taken by index would silently be the list again.
    assert balancer["subnets"] == "${data.terraform_remote_state.network.outputs.public_subnet_ids}"
    assert balancer["drop_invalid_header_fields"] is True
    assert balancer["enable_zonal_shift"] is True


@pytest.mark.requirement("APP-2")
def test_the_health_check_is_shallow(environment: Synthesized) -> None:
    check = environment.one("aws_lb_target_group")["health_check"]
    assert check["path"] == environment.settings.service.health_check_path
    assert "ready" not in check["path"], "a check that asks the database kills every task during a failover"


@pytest.mark.requirement("APP-3")
def test_a_stopping_task_outlives_the_draining_of_its_requests(environment: Synthesized) -> None:
    drain = int(environment.one("aws_lb_target_group")["deregistration_delay"])
    assert drain < container(environment)["stopTimeout"] <= 120


@pytest.mark.requirement("APP-3", "OBS-2")
def test_a_bad_release_is_rolled_back_while_the_old_one_serves(environment: Synthesized) -> None:
    service = environment.one("aws_ecs_service")
    assert service["deployment_circuit_breaker"] == {"enable": True, "rollback": True}
    assert service["deployment_minimum_healthy_percent"] == 100
    assert service["deployment_maximum_percent"] >= 200
    assert service["wait_for_steady_state"] is True
    assert "aws_lb_listener.https" in service["depends_on"]
    patterns = {
        made.name: json.loads(made["event_pattern"])
        for made in environment.resources("aws_cloudwatch_event_rule", layer="compute")
    }
    assert patterns["event-deployment-failed"]["detail"]["eventName"] == ["SERVICE_DEPLOYMENT_FAILED"]
    assert patterns["event-task-stopped"]["detail"]["lastStatus"] == ["STOPPED"]


@pytest.mark.requirement("APP-3")
def test_losing_a_zone_or_a_task_leaves_others_running(environment: Synthesized) -> None:
    service = environment.one("aws_ecs_service")
    assert service["desired_count"] >= 2
    assert service["availability_zone_rebalancing"] == "ENABLED"
    placed = service["network_configuration"]
    assert placed["subnets"] == "${data.terraform_remote_state.network.outputs.application_subnet_ids}"
    assert placed["assign_public_ip"] is False


@pytest.mark.requirement("APP-3", "COST-1")
def test_autoscaling_owns_the_number_of_tasks_and_follows_three_measures(environment: Synthesized) -> None:
    assert environment.one("aws_ecs_service")["lifecycle"]["ignore_changes"] == ["desired_count"]
    target = environment.one("aws_appautoscaling_target")
    settings = environment.settings.service
    assert (target["min_capacity"], target["max_capacity"]) == (settings.min_tasks, settings.max_tasks)
    tracked = [
        made["target_tracking_scaling_policy_configuration"]
        for made in environment.resources("aws_appautoscaling_policy")
    ]
    assert {each["predefined_metric_specification"]["predefined_metric_type"] for each in tracked} == {
        "ECSServiceAverageCPUUtilization",
        "ECSServiceAverageMemoryUtilization",
        "ALBRequestCountPerTarget",
    }
    assert all(each["scale_out_cooldown"] < each["scale_in_cooldown"] for each in tracked)


@pytest.mark.requirement("APP-3", "ENV-7")
def test_a_task_has_no_privileges_and_cannot_change_its_image(environment: Synthesized) -> None:
    only = container(environment)
    assert only["readonlyRootFilesystem"] is True
    assert only["privileged"] is False
    assert not only["user"].startswith(("0", "root"))
    assert only["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert only["linuxParameters"]["initProcessEnabled"] is True
    assert environment.one("aws_ecs_service")["enable_execute_command"] is False


@pytest.mark.requirement("APP-3", "DB-4")
def test_a_task_is_told_everything_it_needs_and_no_secret(environment: Synthesized) -> None:
    only = container(environment)
    told = {variable["name"]: variable["value"] for variable in only["environment"]}
    assert {
        "DATABASE_WRITER_HOST",
        "DATABASE_READER_HOST",
        "SESSION_TABLE",
        "DATA_BUCKET",
        "PORT",
        "PROTOCOL",
    } <= told.keys()
    assert "secrets" not in only
    assert not [name for name in told if "PASSWORD" in name or "SECRET" in name]
    assert told["PORT"] == str(only["portMappings"][0]["containerPort"])


@pytest.mark.requirement("APP-3", "COST-1")
def test_the_processor_is_a_setting(environment: Synthesized, other: Synthesized) -> None:
    assert environment.one("aws_ecs_task_definition", "task")["runtime_platform"]["cpu_architecture"] == "ARM64"
    intel = other.one("aws_ecs_task_definition", "task")
    assert intel["runtime_platform"]["cpu_architecture"] == "X86_64"


@pytest.mark.requirement("APP-3")
def test_container_insights_are_on(environment: Synthesized) -> None:
    (setting,) = environment.one("aws_ecs_cluster")["setting"]
    assert (setting["name"], setting["value"]) == ("containerInsights", "enhanced")


@pytest.mark.requirement("APP-2", "APP-4")
def test_the_firewall_blocks_known_attacks_and_floods_unless_it_is_switched_off(
    environment: Synthesized, other: Synthesized
) -> None:
    acl = environment.one("aws_wafv2_web_acl")
    managed = {
        rule["statement"]["managed_rule_group_statement"]["name"]
        for rule in acl["rule"]
        if "managed_rule_group_statement" in rule["statement"]
    }
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"} <= managed
    (flood,) = [rule for rule in acl["rule"] if "rate_based_statement" in rule["statement"]]
    assert flood["action"] == {"block": {}}
    assert flood["statement"]["rate_based_statement"]["limit"] == environment.settings.service.waf_rate_limit
    assert len({rule["priority"] for rule in acl["rule"]}) == len(acl["rule"])
    assert "aws_lb.load-balancer" in environment.one("aws_wafv2_web_acl_association").references()
    redacted = environment.one("aws_wafv2_web_acl_logging_configuration")["redacted_fields"]
    assert {field["single_header"]["name"] for field in redacted} == {"authorization", "cookie"}
    assert not [made for made in other.resources() if made.type.startswith("aws_wafv2")]


@pytest.mark.requirement("APP-2")
def test_an_alias_points_at_the_load_balancer_where_a_zone_is_set(environment: Synthesized, other: Synthesized) -> None:
    assert not environment.resources("aws_route53_record")
    record = other.one("aws_route53_record")
    assert (record["name"], record["type"]) == ("app.example.com", "A")
    assert record["alias"]["evaluate_target_health"] is True
