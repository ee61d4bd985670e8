"""Keys: one per purpose, and each of use to nobody but the services of that purpose."""

import re
from typing import Any

import pytest

from tests.unit.resolved import reference
from tests.unit.synthesized import Resource, Synthesized, service_principals, statements
from tests.unit.test_key_use import ASKS, key_of

# https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html: all but administration.
USE = re.compile(
    r"kms:(\*|CreateGrant|Decrypt|DeriveSharedSecret|Encrypt|Generate.*|ReEncrypt.*|Sign|Verify.*)", re.IGNORECASE
)


def uses(key: Resource) -> list[dict[str, Any]]:
    """The statements that let somebody use the key, not just administer it."""
    return [s for s in statements(key["policy"]) if any(USE.fullmatch(action) for action in s["Action"])]


def through(statement: dict[str, Any]) -> list[str]:
    """The services through which a statement wants the key to be used."""
    found: list[str] = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", [])
    return found


def publishers_of(environment: Synthesized) -> set[str]:
    """Every service that the policy of some topic names."""
    return {
        service
        for policy in environment.resources("aws_sns_topic_policy")
        for statement in statements(policy["policy"])
        for service in service_principals(statement)
    }


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
                assert through(statement), f"{key.address}: a role may {statement['Action']} by hand"
                assert all(name.endswith(".us-east-1.amazonaws.com") for name in through(statement)), key.address
            else:
                assert service_principals(statement), f"{key.address} lets in {statement['Principal']}"


@pytest.mark.requirement("ENV-7", "ENV-8")
def test_no_key_is_of_use_to_a_service_that_keeps_nothing_under_it(environment: Synthesized) -> None:
    keeps: dict[str | None, set[str]] = {}
    for (resource_type, path), asks in ASKS.items():
        for resource in environment.resources(resource_type):
            keeps.setdefault(key_of(environment, resource, path), set()).add(asks)
    for key in environment.resources("aws_kms_key"):
        needed = keeps.get(reference(environment, key, "arn"), set())
        if key.name == "alerts":
            needed = needed | publishers_of(environment)
        for statement in uses(key):
            extra = {*through(statement), *service_principals(statement)} - needed
            assert not extra, f"{key.address} lets in {extra}, which keep nothing under it"


@pytest.mark.requirement("OBS-1", "OBS-2")
def test_every_publisher_of_a_topic_may_use_the_topics_key(environment: Synthesized) -> None:
    publishers = publishers_of(environment)
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
    ours = {
        "kms:EncryptionContext:aws:ecs:clusterName": [environment.one("aws_ecs_cluster")["name"]],
        "kms:EncryptionContext:aws:ecs:clusterAccount": [environment.settings.environment.account_id],
    }
    key = environment.one("aws_kms_key", "tasks")
    assert {action for s in uses(key) for action in s["Action"]} >= {"kms:GenerateDataKeyWithoutPlaintext"}, key.address
    for statement in uses(key):
        bound = statement.get("Condition", {}).get("StringEquals")
        assert bound == ours, f"{key.address}: Fargate names cluster and account when it asks for a disk's key"
