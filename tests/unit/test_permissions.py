"""Least privilege: nobody may do everything, no deputy is confused, and `*` stands only where AWS leaves no choice."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.synthesized import Resource, Synthesized, service_principals, statements

POLICY_ATTRIBUTES = ("assume_role_policy", "policy", "policy_document")
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
NO_RESOURCE_LEVEL_PERMISSION = {
    "backup:PutRestoreValidationResult",
    "ec2:DescribeManagedPrefixLists",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ecr:GetAuthorizationToken",
    "logs:CreateLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:PutResourcePolicy",
    "tag:GetResources",
}
BOUND_TO_US = ("aws:SourceAccount", "aws:SourceArn", "kms:EncryptionContext:", "aws:PrincipalAccount")


def every_statement(environment: Synthesized) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """Each statement of each policy of any kind, with the resource whose policy it is."""
    for resource in environment.resources():
        for attribute in POLICY_ATTRIBUTES:
            document = resource.get(attribute)
            if isinstance(document, str) and '"Statement"' in document:
                yield from ((resource, statement) for statement in statements(document))


@pytest.mark.requirement("ENV-7", "BK-3")
def test_no_statement_allows_every_action_of_anything(environment: Synthesized) -> None:
    found = list(every_statement(environment))
    assert len(found) > 50
    wide = [
        f"{resource.address} allows {action}"
        for resource, statement in found
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
        if action.partition(":")[2] in {"*", ""}
    ]
    assert not wide


@pytest.mark.requirement("ENV-7")
def test_wildcards_in_actions_are_those_that_aws_documents(environment: Synthesized) -> None:
    families = {
        action
        for _, statement in every_statement(environment)
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
        if "*" in action
    }
    assert families == {"kms:GenerateDataKey*", "kms:ReEncrypt*"}, "each of these is one capability in several variants"


@pytest.mark.requirement("ENV-7")
def test_a_star_for_a_resource_says_that_aws_has_no_resource_level_permission(environment: Synthesized) -> None:
    for resource, statement in every_statement(environment):
        if resource.type == "aws_kms_key" or statement.get("Resource") != ["*"]:
            continue  # in a key's policy it is the key itself
        assert statement["Sid"] == "NoResourceLevelPermission", f"{resource.address}: {statement}"
        assert set(statement["Action"]) <= NO_RESOURCE_LEVEL_PERMISSION, f"{resource.address}: {statement['Action']}"


@pytest.mark.requirement("ENV-7")
def test_a_service_acts_only_for_this_account(environment: Synthesized) -> None:
    seen = 0
    for resource, statement in every_statement(environment):
        if statement["Effect"] == "Allow" and service_principals(statement):
            seen += 1
            if statement.get("Sid") == "EventBridgeSupportsNoCondition":
                assert service_principals(statement) == ["events.amazonaws.com"], resource.address
                continue
            condition = json.dumps(statement.get("Condition", {}))
            assert any(key in condition for key in BOUND_TO_US), f"{resource.address} trusts a deputy of anybody's"
            assert environment.settings.environment.account_id in condition, resource.address
    assert seen > 10


@pytest.mark.requirement("ENV-7")
def test_nobody_outside_the_account_is_let_in(environment: Synthesized) -> None:
    account_id = environment.settings.environment.account_id
    for resource, statement in every_statement(environment):
        principal = statement.get("Principal")
        if statement["Effect"] == "Deny" or principal is None or "Service" in principal:
            continue
        if principal == {"AWS": f"arn:aws:iam::{account_id}:root"}:
            continue
        assert resource.type == "aws_vpc_endpoint", f"{resource.address} lets in {principal}"
        own = statement.get("Condition", {}).get("StringEquals", {}).get("aws:PrincipalAccount") == account_id
        assert own or statement["Sid"] == "ImageLayersOfEcr", f"{resource.address}: {statement}"


@pytest.mark.requirement("ENV-7")
def test_every_role_is_one_services_and_has_permissions_of_its_own(environment: Synthesized) -> None:
    roles = environment.resources("aws_iam_role")
    assert len(roles) >= 5
    for role in roles:
        (trust,) = statements(role["assume_role_policy"])
        assert len(service_principals(trust)) == 1, role.address
        granted = [
            granted.type
            for granted in environment.resources("aws_iam_role_policy", "aws_iam_role_policy_attachment")
            if f"aws_iam_role.{role.name}" in granted.references() and granted.layer == role.layer
        ]
        assert len(granted) == 1, f"{role.address}: {granted}"


@pytest.mark.requirement("ENV-7", "APP-3")
def test_the_service_may_touch_its_own_data_and_nothing_that_would_widen_its_rights(environment: Synthesized) -> None:
    permissions = statements(environment.one("aws_iam_role_policy", "task-role-policy")["policy"])
    may = {action for statement in permissions for action in statement["Action"]}
    assert {"rds-db:connect", "dynamodb:GetItem", "s3:GetObject", "kms:Decrypt"} <= may
    assert not {action for action in may if action.startswith(("iam:", "sts:", "ec2:", "ecs:", "secretsmanager:"))}
    assert not may & {"dynamodb:Scan", "dynamodb:DeleteTable", "s3:DeleteBucket", "s3:PutBucketPolicy"}
    for statement in permissions:
        assert "*" not in statement["Resource"]
        if "kms:Decrypt" in statement["Action"]:
            assert "kms:ViaService" in json.dumps(statement["Condition"])
