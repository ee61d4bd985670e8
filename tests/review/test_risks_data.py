"""Data, downtime, encryption and naming: what each rule says, and what it leaves alone, one by one."""

from typing import Any

import pytest

from tests.review.risky import TAGGED, judged, made, risks

Case = tuple[str, dict[str, Any] | None, dict[str, Any] | None, str]

# A type, its values before and after, and what is said of it: a rule with its weight, or nothing.
CHANGED: list[Case] = [
    ("aws_s3_bucket", {"bucket": "data"}, None, "data-lost HIGH"),
    ("aws_cloudwatch_log_group", {"name": "log"}, None, "data-lost MEDIUM"),
    ("aws_kms_key", {"id": "1"}, None, "key-lost HIGH"),
    ("aws_kms_key", {"is_enabled": True}, {"is_enabled": False}, "key-disabled HIGH"),
    ("aws_kms_key", {"description": "a"}, {"description": "b"}, ""),
    (
        "aws_rds_cluster",
        {"deletion_protection": True},
        {"deletion_protection": False},
        "deletion-protection-off MEDIUM",
    ),
    ("aws_rds_cluster", {"deletion_protection": False}, {"deletion_protection": True}, ""),
    ("aws_rds_cluster", {"skip_final_snapshot": False}, {"skip_final_snapshot": True}, "final-snapshot-skipped MEDIUM"),
    ("aws_rds_cluster", {"skip_final_snapshot": True}, {"skip_final_snapshot": False}, ""),
    ("aws_s3_bucket", {"force_destroy": False}, {"force_destroy": True}, "emptied-when-destroyed MEDIUM"),
    ("aws_s3_bucket", {"force_destroy": True}, {"force_destroy": False}, ""),
    ("aws_backup_vault_lock_configuration", {"backup_vault_name": "vault"}, None, "objects-changeable HIGH"),
    ("aws_backup_vault_lock_configuration", None, {"backup_vault_name": "vault"}, ""),
    ("aws_rds_cluster", {"engine_version": "15.6"}, {"engine_version": "15.10"}, "engine-changed MEDIUM"),
    ("aws_rds_cluster", {"engine_version": "15.6"}, {"engine_version": "16.1"}, "engine-changed HIGH"),
    ("aws_rds_cluster", {"engine_version": "15.10"}, {"engine_version": "15.6"}, "engine-changed HIGH"),
    ("aws_rds_cluster", {"engine_version": "15.6", "port": 1}, {"engine_version": "15.6", "port": 1, "tags": {}}, ""),
    ("aws_rds_cluster_instance", {"instance_class": "a"}, {"instance_class": "b"}, "instance-restarted MEDIUM"),
    ("aws_rds_cluster_instance", {"promotion_tier": 0}, {"promotion_tier": 1}, ""),
    ("aws_rds_cluster", {"port": 5432}, {"port": 5433}, "port-changed HIGH"),
    (
        "aws_rds_cluster",
        {"iam_database_authentication_enabled": True},
        {"iam_database_authentication_enabled": False},
        "sign-in-removed HIGH",
    ),
    (
        "aws_rds_cluster",
        {"serverlessv2_scaling_configuration": [{"max_capacity": 8}]},
        {"serverlessv2_scaling_configuration": [{"max_capacity": 4}]},
        "capacity-changed MEDIUM",
    ),
    (
        "aws_rds_cluster",
        {"serverlessv2_scaling_configuration": [{"max_capacity": 8, "min_capacity": 1}]},
        {"serverlessv2_scaling_configuration": [{"max_capacity": 8, "min_capacity": 2}]},
        "",
    ),
    (
        "aws_db_parameter_group",
        {"parameter": []},
        {"parameter": [{"name": "max_connections", "value": "9", "apply_method": "pending-reboot"}]},
        "parameters-wait MEDIUM",
    ),
    (
        "aws_db_parameter_group",
        {"parameter": []},
        {"parameter": [{"name": "log_statement", "value": "ddl", "apply_method": "immediate"}]},
        "",
    ),
    (
        "aws_rds_cluster_instance",
        {"db_parameter_group_name": "a"},
        {"db_parameter_group_name": "b"},
        "parameter-group-changed LOW",
    ),
    (
        "aws_rds_cluster_instance",
        {"ca_cert_identifier": "a"},
        {"ca_cert_identifier": "b"},
        "certificate-changed MEDIUM",
    ),
    (
        "aws_ecs_service",
        {"task_definition": "t:1", "deployment_minimum_healthy_percent": 50},
        {"task_definition": "t:2", "deployment_minimum_healthy_percent": 50},
        "tasks-replaced MEDIUM",
    ),
    ("aws_ecs_service", {"name": "a"}, None, "service-gone HIGH"),
    ("aws_ecs_service", {"desired_count": 3}, {"desired_count": 4}, ""),
    (
        "aws_ecs_service",
        {"deployment_circuit_breaker": [{"rollback": True}]},
        {"deployment_circuit_breaker": [{"rollback": False}]},
        "rollback-off MEDIUM",
    ),
    (
        "aws_ecs_service",
        {"deployment_minimum_healthy_percent": 100},
        {"deployment_minimum_healthy_percent": 50},
        "fewer-healthy-tasks MEDIUM",
    ),
    ("aws_appautoscaling_target", {"min_capacity": 3}, {"min_capacity": 1}, "fewer-tasks HIGH"),
    ("aws_appautoscaling_target", {"min_capacity": 3}, {"min_capacity": 2}, "fewer-tasks MEDIUM"),
    ("aws_appautoscaling_target", {"max_capacity": 12}, {"max_capacity": 6}, "lower-ceiling MEDIUM"),
    ("aws_appautoscaling_target", {"max_capacity": 12}, {"max_capacity": 24}, ""),
    ("aws_appautoscaling_policy", {"resource_id": "service"}, None, "scaling-gone MEDIUM"),
    ("aws_ecs_task_definition", {"memory": "1024"}, {"memory": "512"}, "lighter-tasks MEDIUM"),
    (
        "aws_ecs_task_definition",
        {"runtime_platform": [{"cpu_architecture": "ARM64"}]},
        {"runtime_platform": [{"cpu_architecture": "X86_64"}]},
        "lighter-tasks MEDIUM",
    ),
    ("aws_ecs_task_definition", {"memory": "512"}, {"memory": "1024"}, ""),
    ("aws_lb", {"name": "alb"}, None, "load-balancer-gone HIGH"),
    ("aws_lb", {"subnets": ["a", "b"]}, {"subnets": ["a"]}, "fewer-zones HIGH"),
    ("aws_lb", {"idle_timeout": 60}, {"idle_timeout": 30}, ""),
    ("aws_lb_listener", {"port": 443}, None, "listener-gone HIGH"),
    ("aws_lb_target_group", {"name": "tg"}, None, "target-group-gone HIGH"),
    ("aws_route53_record", {"name": "app"}, None, "address-gone HIGH"),
    ("aws_rds_cluster", None, {"storage_encrypted": False}, "unencrypted HIGH"),
    ("aws_rds_cluster", None, {"storage_encrypted": True}, ""),
    ("aws_sns_topic", None, {"kms_master_key_id": None}, "topic-unencrypted MEDIUM"),
    ("aws_sns_topic", None, {"kms_master_key_id": "key"}, ""),
    ("aws_cloudwatch_log_group", {"kms_key_id": "key"}, {"kms_key_id": ""}, "key-dropped MEDIUM"),
    ("aws_cloudwatch_log_group", {"kms_key_id": "old"}, {"kms_key_id": "new"}, "key-changed LOW"),
    ("aws_cloudwatch_log_group", {"kms_key_id": ""}, {"kms_key_id": "key"}, ""),
    (
        "aws_dynamodb_table",
        {"server_side_encryption": [{"enabled": True}]},
        {"server_side_encryption": []},
        "table-key-dropped MEDIUM",
    ),
    ("aws_s3_bucket_server_side_encryption_configuration", {"bucket": "data"}, None, "bucket-key-dropped MEDIUM"),
    (
        "aws_s3_bucket_server_side_encryption_configuration",
        {"rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}]}]},
        {"rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]},
        "bucket-key-dropped MEDIUM",
    ),
    (
        "aws_s3_bucket_server_side_encryption_configuration",
        {"rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]},
        {"rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}]}]},
        "",
    ),
    ("aws_kms_key", {"enable_key_rotation": True}, {"enable_key_rotation": False}, "rotation-off MEDIUM"),
    ("aws_lb_listener", None, {"protocol": "HTTP", "default_action": [{"type": "forward"}]}, "plain-listener HIGH"),
    ("aws_lb_listener", None, {"protocol": "HTTP", "default_action": [{"type": "redirect"}]}, ""),
    (
        "aws_lb_listener",
        {"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        {"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-2016-08"},
        "old-tls HIGH",
    ),
    (
        "aws_lb_listener",
        {"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06"},
        {"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        "old-tls MEDIUM",
    ),
    (
        "aws_lb_listener",
        {"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-2016-08"},
        {"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        "",
    ),
    ("aws_lb_listener", {"certificate_arn": "a"}, {"certificate_arn": "b"}, "certificate-replaced LOW"),
    ("aws_lb_target_group", {"protocol": "HTTPS"}, {"protocol": "HTTP"}, "plain-targets MEDIUM"),
    (
        "aws_rds_cluster_parameter_group",
        {"parameter": [{"name": "rds.force_ssl", "value": "1"}]},
        {"parameter": []},
        "database-tls-weaker HIGH",
    ),
    (
        "aws_rds_cluster_parameter_group",
        {"parameter": [{"name": "ssl_min_protocol_version", "value": "TLSv1.2"}]},
        {"parameter": [{"name": "ssl_min_protocol_version", "value": "TLSv1.3"}]},
        "",
    ),
    ("aws_ecs_cluster", None, {"tags_all": {**TAGGED["tags_all"], "Owner": ""}}, "tag-missing LOW"),
    ("aws_ecs_cluster", TAGGED, {"tags_all": {}}, "tag-missing MEDIUM"),
    ("aws_ecs_cluster", {"tags_all": {}}, {"tags_all": {}, "name": "a"}, ""),
    ("aws_ecs_cluster", None, TAGGED, ""),
]


@pytest.mark.parametrize(("kind", "before", "after", "said"), CHANGED)
def test_each_rule_speaks_of_what_it_is_for_and_of_nothing_else(
    kind: str, before: dict[str, Any] | None, after: dict[str, Any] | None, said: str
) -> None:
    address = f"compute.{kind}.one"
    document = made({address: before} if before else {}, {address: after} if after else {})
    assert judged(document) == ({said} if said else set())


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("aws_rds_cluster", "data-lost HIGH"),
        ("aws_kms_key", "key-lost HIGH"),
        ("aws_lb", "load-balancer-gone HIGH"),
        ("aws_lb_listener", "listener-replaced HIGH"),
        ("aws_lb_target_group", "target-group-gone HIGH"),
        ("aws_ecs_service", "service-gone HIGH"),
    ],
)
def test_what_is_replaced_is_gone_for_a_time_or_for_good(kind: str, said: str) -> None:
    address = f"compute.{kind}.one"
    assert judged(made({address: {"a": 1}}, {address: {"a": 2}}, replaced="a")) == {said}


def instances(*names: str, writer: str = "1") -> dict[str, dict[str, Any]]:
    return {
        f"database.aws_rds_cluster_instance.{name}": {"cluster_identifier": "aurora", "writer": name == writer}
        for name in names
    }


def test_an_instance_that_goes_weighs_by_how_many_are_left() -> None:
    assert judged(made(instances("1", "2"), instances("1"))) == {"instance-gone HIGH"}
    assert judged(made(instances("1", "2", "3"), instances("1", "2"))) == {"instance-gone LOW"}
    assert judged(made(instances("1", "2", "3"), instances("2", "3"))) == {"instance-gone MEDIUM"}


def test_replacing_every_instance_at_once_is_an_outage_and_replacing_one_is_none() -> None:
    renamed = {address: {**values, "identifier": address} for address, values in instances("1", "2").items()}
    one = {**instances("1", "2"), "database.aws_rds_cluster_instance.2": {"identifier": "new"}}
    assert judged(made(instances("1", "2"), renamed, replaced="identifier")) == {"instance-gone HIGH"}
    assert judged(made(instances("1", "2"), one, replaced="identifier")) == {"instance-gone MEDIUM"}


def test_a_group_is_replaced_only_where_no_database_has_it() -> None:
    group = "database.aws_db_subnet_group.group"
    cluster = {"database.aws_rds_cluster.cluster": {"cluster_identifier": "aurora"}}
    before, after = {group: {"name": "a"}}, {group: {"name": "b"}}
    used = made({**cluster, **before}, {**cluster, **after}, replaced="name")
    assert judged(used) == {"group-in-use-replaced HIGH"}
    assert judged(made(before, after, replaced="name")) == set()


def test_a_name_may_not_be_taken_twice() -> None:
    one, two = "compute.aws_sns_topic.one", "storage.aws_sns_topic.two"
    topic = {"name": "alerts", "kms_master_key_id": "key"}
    assert judged(made({one: topic}, {one: topic, two: topic})) == {"name-collides HIGH"}
    assert judged(made({one: topic}, {one: topic, two: {**topic, "name": "other"}})) == set()


def test_a_name_that_another_has_until_it_goes_may_collide() -> None:
    role, moved = "compute.aws_iam_role.one", "compute.aws_iam_role.two"
    assert judged(made({role: {"name": "r"}}, {moved: {"name": "r"}})) == {"name-collides MEDIUM"}


def test_what_is_made_before_the_old_one_goes_needs_another_name() -> None:
    address = "compute.aws_iam_role.one"
    document = made({address: {"name": "r", "path": "/a"}}, {address: {"name": "r", "path": "/b"}}, replaced="path")
    document["resource_changes"][0]["change"]["actions"] = ["create", "delete"]
    assert judged(document) == {"name-collides HIGH"}


def test_an_upgrade_says_when_it_happens() -> None:
    address = "database.aws_rds_cluster.cluster"
    window = {"preferred_maintenance_window": "sun:06:00-sun:07:00"}
    old, new = {"engine_version": "15.6", **window}, {"engine_version": "15.7", **window}
    (later,) = risks(made({address: old}, {address: new}))
    (at_once,) = risks(made({address: old}, {address: {**new, "apply_immediately": True}}))
    assert "sun:06:00-sun:07:00" in later.reason
    assert "during the apply" in at_once.reason


@pytest.mark.parametrize(
    ("kind", "said"), [("aws_rds_cluster", {"data-let-go MEDIUM"}), ("aws_cloudwatch_log_group", set())]
)
def test_what_is_let_go_of_is_told_where_it_holds_what_somebody_misses(kind: str, said: set[str]) -> None:
    document = made({f"database.{kind}.one": {"id": "one"}}, {})
    document["resource_changes"][0]["change"]["actions"] = ["forget"]
    assert judged(document) == said
