"""Realistic changes get the verdict that an experienced reviewer would give, and nothing beside it."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.plan.changes import read_plan
from ops.review.model import Severity, heaviest
from tests.review.risky import LAYERS, recorded, risks, verdict

RECORDED = Path(__file__).parent / "recorded"

CLUSTER = "database: aws_rds_cluster.cluster"
INSTANCE = "database: aws_rds_cluster_instance.instance"
TARGET_GROUP = "compute: aws_lb_target_group.target-group"
SERVICE = "compute: aws_ecs_service.service"
TO_SERVICE = "network: aws_vpc_security_group_{}_rule.load-balancer-to-service-{}"

# What is changed, and every risk of it. Where there is none, there is nothing to say.
VERDICTS = {
    "engine_upgrade": [f"MEDIUM engine-changed {CLUSTER}"],
    "engine_major_upgrade": [
        f"HIGH engine-changed {CLUSTER}",
        "HIGH group-in-use-replaced database: aws_db_parameter_group.instance-parameters",
        "HIGH group-in-use-replaced database: aws_rds_cluster_parameter_group.cluster-parameters",
    ],
    "database_renamed": [
        f"HIGH data-lost {CLUSTER}",
        f"HIGH instance-gone {INSTANCE}-1",
        f"HIGH instance-gone {INSTANCE}-2",
        "MEDIUM policy-unknown compute: aws_iam_role_policy.task-role-policy",
    ],
    "database_capacity": [f"LOW capacity-changed {CLUSTER}"],
    "plain_text_database": [
        "HIGH database-tls-weaker database: aws_rds_cluster_parameter_group.cluster-parameters",
    ],
    "instance_added": [],
    "instance_removed": [f"HIGH instance-gone {INSTANCE}-2"],
    "key_replaced": [
        f"HIGH data-lost {CLUSTER}",
        f"HIGH instance-gone {INSTANCE}-1",
        f"HIGH instance-gone {INSTANCE}-2",
        "HIGH key-lost keys: aws_kms_key.database",
        "MEDIUM policy-unknown backup: aws_iam_role_policy.role-policy",
    ],
    "suffix_renamed": [
        "HIGH data-lost backup: aws_backup_vault.vault",
        f"HIGH data-lost {CLUSTER}",
        "HIGH data-lost storage: aws_dynamodb_table.sessions",
        "HIGH data-lost storage: aws_s3_bucket.data",
        f"HIGH service-gone {SERVICE}",
    ],
    "subnet_cidr": ["HIGH place-lost network: aws_subnet.database-c"],
    "network_cidr": [
        "HIGH place-lost network: aws_subnet.database-a",
        "HIGH place-lost network: aws_vpc.vpc",
        f"HIGH target-group-gone {TARGET_GROUP}",
    ],
    "database_opened": ["HIGH network-wider network: aws_vpc_security_group_ingress_rule.open"],
    "internal_load_balancer": [
        "HIGH listener-replaced compute: aws_lb_listener.https",
        "HIGH load-balancer-gone compute: aws_lb.load-balancer",
    ],
    "firewall_removed": [
        "HIGH firewall-gone compute: aws_wafv2_web_acl_association.firewall-association",
        "MEDIUM data-lost compute: aws_cloudwatch_log_group.log-group-firewall",
        "MEDIUM log-source-lost compute: aws_wafv2_web_acl_logging_configuration.firewall-logging",
    ],
    "old_tls": ["HIGH old-tls compute: aws_lb_listener.https"],
    "image_tag": [f"LOW tasks-replaced {SERVICE}"],
    "container_port": [
        f"HIGH target-group-gone {TARGET_GROUP}",
        f"MEDIUM network-narrower {TO_SERVICE.format('egress', 'out')}",
        f"MEDIUM network-narrower {TO_SERVICE.format('ingress', 'in')}",
        f"MEDIUM network-wider {TO_SERVICE.format('ingress', 'in')}",
        f"LOW network-wider {TO_SERVICE.format('egress', 'out')}",
        f"LOW tasks-replaced {SERVICE}",
    ],
    "autoscaling_limits": [],
    "fewer_tasks": ["MEDIUM fewer-tasks compute: aws_appautoscaling_target.scaling"],
    "health_check": [f"MEDIUM health-check-slower {TARGET_GROUP}"],
    "new_alarm": [],
    "alarm_moved": [
        "LOW alarm-lost storage: aws_cloudwatch_metric_alarm.alarm-sessions-slow",
        "MEDIUM name-collides storage: aws_cloudwatch_metric_alarm.alarm-sessions-laggy",
    ],
    "latency_threshold": ["MEDIUM alarm-looser compute: aws_cloudwatch_metric_alarm.alarm-latency"],
    "recipient_exchanged": [
        "MEDIUM receiver-lost alerting: aws_sns_topic_subscription.alerts-email-2",
        "MEDIUM receiver-lost alerting: aws_sns_topic_subscription.delivery-failures-email-2",
    ],
    "log_retention": ["MEDIUM log-retention-shortened compute: aws_cloudwatch_log_group.log-group-service"],
    "less_backup": [
        "HIGH restore-to-any-second-off storage: aws_dynamodb_table.sessions",
        "HIGH versions-off storage: aws_s3_bucket_versioning.data-versions",
    ],
    "wider_policy": ["HIGH permissions-wider backup: aws_iam_role_policy.role-policy"],
    "owner_tag": [],
}


@pytest.mark.parametrize("change", VERDICTS)
def test_a_change_gets_the_verdict_of_an_experienced_reviewer(change: str) -> None:
    assert sorted(verdict(recorded(change))) == sorted(VERDICTS[change])


def test_every_change_that_is_recorded_has_a_verdict() -> None:
    assert {path.stem for path in RECORDED.glob("*.json")} == set(VERDICTS)


@pytest.mark.parametrize("change", VERDICTS)
def test_a_recorded_change_is_one(change: str) -> None:
    assert read_plan(recorded(change), layers=LAYERS).changes


def backwards(change: str) -> dict[str, Any]:
    """The plan that takes a change back, as far as nothing in it has to be made by AWS."""
    document = recorded(change)
    for one in document["resource_changes"]:
        before, after = one["change"]["before"], one["change"]["after"]
        actions = {"create": ["delete"], "delete": ["create"]}
        one["change"] |= {"before": after, "after": before, "after_unknown": {}}
        one["change"]["actions"] = actions.get(one["change"]["actions"][0], one["change"]["actions"])
    return document


@pytest.mark.parametrize(
    "change",
    [
        "less_backup",
        "log_retention",
        "old_tls",
        "latency_threshold",
        "health_check",
        "plain_text_database",
        "fewer_tasks",
    ],
)
def test_what_makes_things_better_is_no_risk(change: str) -> None:
    assert verdict(backwards(change)) == []


def test_taking_an_alarm_away_again_and_taking_a_downgrade_weigh_more_than_the_way_there() -> None:
    assert verdict(backwards("new_alarm")) == [
        "MEDIUM alarm-lost storage: aws_cloudwatch_metric_alarm.alarm-sessions-idle"
    ]
    assert verdict(backwards("engine_upgrade")) == [f"HIGH engine-changed {CLUSTER}"]


def test_every_risk_gives_its_reason_as_a_sentence_for_people() -> None:
    for change in VERDICTS:
        for risk in risks(recorded(change)):
            assert len(risk.reason) > 25, risk
            assert "None" not in risk.reason, risk
            assert "{" not in risk.reason, risk


def test_the_heaviest_risk_is_told_first() -> None:
    found = risks(recorded("container_port"))
    assert [risk.severity for risk in found] == sorted((risk.severity for risk in found), reverse=True)
    assert heaviest(found) is Severity.HIGH


def test_recorded_plans_are_small() -> None:
    assert max(len(json.dumps(recorded(change))) for change in VERDICTS) < 30_000
