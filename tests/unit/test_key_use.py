"""Every key serves what is stored under it: the service and the role that reads it may use it."""

from typing import Any

import pytest

from tests.unit.resolved import reference, resolved
from tests.unit.synthesized import Resource, Synthesized, service_principals, statements
from tests.unit.test_encryption import STORES, at

# Who asks KMS for each attribute's key: a service on behalf of a role (`kms:ViaService`), or in its own name.
ASKS = {
    ("aws_backup_vault", "kms_key_arn"): "backup.us-east-1.amazonaws.com",
    ("aws_cloudwatch_log_group", "kms_key_id"): "logs.us-east-1.amazonaws.com",
    ("aws_dynamodb_table", "server_side_encryption.kms_key_arn"): "dynamodb.us-east-1.amazonaws.com",
    ("aws_ecr_repository", "encryption_configuration.0.kms_key"): "ecr.us-east-1.amazonaws.com",
    ("aws_ecs_cluster", STORES["aws_ecs_cluster"]): "fargate.amazonaws.com",
    ("aws_rds_cluster", "kms_key_id"): "rds.us-east-1.amazonaws.com",
    ("aws_rds_cluster", "master_user_secret_kms_key_id"): "secretsmanager.us-east-1.amazonaws.com",
    ("aws_rds_cluster_instance", "performance_insights_kms_key_id"): "rds.us-east-1.amazonaws.com",
    (
        "aws_s3_bucket_server_side_encryption_configuration",
        "rule.0.apply_server_side_encryption_by_default.kms_master_key_id",
    ): "s3.us-east-1.amazonaws.com",
    ("aws_sns_topic", "kms_master_key_id"): "sns.us-east-1.amazonaws.com",
}
DATA_KEY = {"kms:GenerateDataKey", "kms:GenerateDataKey*", "kms:GenerateDataKeyWithoutPlaintext"}


def key_of(environment: Synthesized, resource: Resource, path: str) -> str | None:
    """The key that an attribute refers to in the end, as `reference` writes it."""
    found: str | None = resolved(environment, resource, at(resource.body, path))
    return found


def let_in(key: Resource) -> set[str]:
    """The services that may have data keys of a key, in their own name or on behalf of a role."""
    found: set[str] = set()
    for statement in statements(key["policy"]):
        if DATA_KEY & set(statement["Action"]):
            found.update(service_principals(statement))
            found.update(statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", []))
    return found


@pytest.mark.requirement("ENV-8", "DB-2", "ST-1", "ST-2", "BK-1", "OBS-1", "OBS-4")
def test_whatever_is_stored_is_under_a_key_that_lets_its_service_in(environment: Synthesized) -> None:
    keys = {reference(environment, key, "arn"): key for key in environment.resources("aws_kms_key")}
    assert STORES.items() <= {(kind, path) for kind, path in ASKS}, "say who asks for the key of what is new"
    used = set()
    for (resource_type, path), asks in ASKS.items():
        for resource in environment.resources(resource_type):
            key = key_of(environment, resource, path)
            if key is None and resource.name == "logs-encryption":
                continue  # access logs are the one exception
            assert key in keys, f"{resource.address}: {path} is {key}"
            assert asks in let_in(keys[key]), f"{resource.address} is under {key}, which does not let in {asks}"
            used.add(key)
    assert used == keys.keys(), f"{keys.keys() - used} protect nothing"


def usable(environment: Synthesized, layer: str, name: str, action: str) -> set[str]:
    """The keys that a role may use an action on."""
    policy = environment.one("aws_iam_role_policy", name, layer=layer)
    found: set[str] = set()
    for statement in statements(resolved(environment, policy, policy["policy"])):
        if statement["Effect"] == "Allow" and action in statement["Action"]:
            found.update(statement["Resource"])
    return found


@pytest.mark.requirement("ENV-7", "ENV-8", "APP-3")
def test_the_service_may_use_the_keys_of_what_it_reads_and_no_other(environment: Synthesized) -> None:
    read = {
        key_of(environment, environment.one("aws_dynamodb_table"), STORES["aws_dynamodb_table"]),
        key_of(
            environment,
            environment.one("aws_s3_bucket_server_side_encryption_configuration", "data-encryption"),
            "rule.0.apply_server_side_encryption_by_default.kms_master_key_id",
        ),
    }
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert usable(environment, "compute", "task-role-policy", action) == read, action


@pytest.mark.requirement("BK-3", "BK-4", "ENV-7")
def test_the_backup_role_may_use_the_keys_of_originals_and_recovery_points_and_no_other(
    environment: Synthesized,
) -> None:
    types = ("aws_rds_cluster", "aws_dynamodb_table", "aws_backup_vault")
    needed = {key_of(environment, environment.one(kind), STORES[kind]) for kind in types}
    for action in ("kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:CreateGrant"):
        assert usable(environment, "backup", "role-policy", action) == needed, action


def condition_keys(statement: dict[str, Any]) -> set[str]:
    """The keys that a statement's conditions ask about."""
    return {key for operator in statement.get("Condition", {}).values() for key in operator}


# AWS on both ends: "Adding the aws:SourceAccount, aws:SourceArn, and aws:SourceOrgID to a AWS KMS policy
# is not supported for EventBridge-to-encrypted topics" (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html)
# and "You can't use Condition blocks in Amazon SNS topic policies for EventBridge"
# (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions).
@pytest.mark.requirement("OBS-1", "OBS-2", "BK-3")
def test_events_reach_the_encrypted_topic_whose_policies_may_not_ask_where_they_come_from(
    environment: Synthesized,
) -> None:
    key, policy = environment.one("aws_kms_key", "alerts"), environment.one("aws_sns_topic_policy", "alerts-policy")
    for_key = [s for s in statements(key["policy"]) if "events.amazonaws.com" in service_principals(s)]
    for_topic = [s for s in statements(policy["policy"]) if "events.amazonaws.com" in service_principals(s)]
    assert for_key
    assert for_topic
    for statement in for_key:
        asked = condition_keys(statement) & {"aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID"}
        assert not asked, f"{key.address} asks EventBridge for {asked}, which AWS does not support: events get lost"
    for statement in for_topic:
        asked = condition_keys(statement)
        assert not asked, f"{policy.address} asks EventBridge for {asked}, which AWS does not support: events get lost"
