"""Keys: one per purpose, and each of use to nobody but the services of that purpose."""

from typing import Any

import pytest

from tests.unit.synthesized import Resource, Synthesized, service_principals, statements

USE = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:GenerateDataKey", "kms:CreateGrant"}


def uses(key: Resource) -> list[dict[str, Any]]:
    """The statements that let somebody use the key, not just administer it."""
    return [statement for statement in statements(key["policy"]) if USE & set(statement["Action"])]


@pytest.mark.requirement("ENV-8", "ENV-3")
def test_every_key_rotates_has_an_alias_and_is_gone_a_week_after_it_is_destroyed(environment: Synthesized) -> None:
    keys = environment.resources("aws_kms_key")
    assert len(keys) >= 6
    aliased = {made["target_key_id"] for made in environment.resources("aws_kms_alias")}
    for key in keys:
        assert key["enable_key_rotation"] is True, key.address
        assert key["deletion_window_in_days"] == 7, key.address
        assert f"${{aws_kms_key.{key.name}.key_id}}" in aliased, key.address


@pytest.mark.requirement("ENV-7", "ENV-8")
def test_the_account_administers_keys_but_uses_them_only_through_their_services(environment: Synthesized) -> None:
    root = {"AWS": f"arn:aws:iam::{environment.settings.environment.account_id}:root"}
    for key in environment.resources("aws_kms_key"):
        policy = statements(key["policy"])
        assert any(s["Principal"] == root and "kms:PutKeyPolicy" in s["Action"] for s in policy), (
            f"{key.address}: locked out"
        )
        for statement in uses(key):
            if statement["Principal"] == root:
                through = statement["Condition"]["StringEquals"]["kms:ViaService"]
                assert all(name.endswith(".us-east-1.amazonaws.com") for name in through), key.address
            else:
                assert service_principals(statement), f"{key.address} lets in {statement['Principal']}"


@pytest.mark.requirement("OBS-1", "OBS-2")
def test_every_publisher_of_a_topic_may_use_the_topics_key(environment: Synthesized) -> None:
    publishers = {
        service
        for policy in environment.resources("aws_sns_topic_policy")
        for statement in statements(policy["policy"])
        for service in service_principals(statement)
    }
    assert publishers
    account = environment.settings.environment.account_id
    able = {
        service
        for statement in statements(environment.one("aws_kms_key", "alerts")["policy"])
        if {"kms:Decrypt", "kms:GenerateDataKey*"} <= set(statement["Action"])
        and (
            statement.get("Condition", {}).get("StringEquals", {}).get("aws:SourceAccount") == account
            or statement["Sid"] == "EventBridgeSupportsNoCondition"
        )
        for service in service_principals(statement)
    }
    assert publishers <= able, f"alarms of {publishers - able} would vanish without a trace"


@pytest.mark.requirement("OBS-4")
def test_log_groups_of_this_account_and_no_other_use_the_logs_key(environment: Synthesized) -> None:
    (statement,) = uses(environment.one("aws_kms_key", "logs"))
    assert service_principals(statement) == ["logs.us-east-1.amazonaws.com"]
    account = environment.settings.environment.account_id
    context = statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    assert context == f"arn:aws:logs:us-east-1:{account}:log-group:*"


@pytest.mark.requirement("ENV-8", "APP-3")
def test_the_disks_of_tasks_are_bound_to_this_cluster(environment: Synthesized) -> None:
    cluster = environment.one("aws_ecs_cluster")["name"]
    for statement in uses(environment.one("aws_kms_key", "tasks")):
        names = statement["Condition"]["StringEquals"]["kms:EncryptionContext:aws:ecs:clusterName"]
        assert names == [cluster], "Fargate names the cluster when it asks for a disk's key"
