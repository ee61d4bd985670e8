"""Checks of the keys: there is one per purpose, it rotates, and nobody has more of it than they need."""

from ops.checks.deployed import Deployed
from ops.checks.framework import check, none_of, require, same
from ops.checks.policies import Statement, services, statements, unguarded_services

PURPOSES = ("alerts", "backup", "database", "logs", "registry", "storage", "tasks")
PUBLISHERS = {
    "backup.amazonaws.com",
    "budgets.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "events.amazonaws.com",
    "events.rds.amazonaws.com",
}


def _policy(aws: Deployed, purpose: str) -> list[Statement]:
    answer = aws.ask("kms", "get_key_policy", KeyId=aws.key_arn(purpose), PolicyName="default")
    return statements(answer["Policy"])


@check("ENV-8", "ENV-2")
def every_purpose_has_a_key(aws: Deployed) -> None:
    """Every purpose has an enabled key of the account's own behind its alias."""
    for purpose in PURPOSES:
        alias = f"alias/{aws.names('kms', purpose)}"
        key = aws.ask("kms", "describe_key", KeyId=alias)["KeyMetadata"]
        same(f"{alias} is managed by", key["KeyManager"], "CUSTOMER")
        same(f"{alias} is", key["KeyState"], "Enabled")
    same("purposes that share a key", len(PURPOSES) - len({aws.key_arn(purpose) for purpose in PURPOSES}), 0)


@check("ENV-8")
def every_key_rotates(aws: Deployed) -> None:
    """Every key is rotated at least once a year."""
    for purpose in PURPOSES:
        rotation = aws.ask("kms", "get_key_rotation_status", KeyId=aws.key_arn(purpose))
        require(rotation["KeyRotationEnabled"], f"the key for {purpose} does not rotate")
        require(rotation.get("RotationPeriodInDays", 365) <= 365, f"the key for {purpose} rotates too seldom")


@check("ENV-7", "ENV-8")
def key_policies_let_in_nobody_unknown(aws: Deployed) -> None:
    """No key policy has a wildcard for a principal or an action, and services are let in for this account only."""
    for purpose in PURPOSES:
        found = _policy(aws, purpose)
        for statement in found:
            if statement.allows:
                require("*" not in statement.principals, f"the key for {purpose} allows everybody {statement.actions}")
                require(
                    not {"*", "kms:*"} & set(statement.actions), f"the key for {purpose} allows {statement.actions}"
                )
        none_of(unguarded_services(found, f"the key for {purpose}"))


@check("ENV-7")
def keys_can_still_be_administered(aws: Deployed) -> None:
    """The account can change every key's policy and delete the key: no key can lock its owner out."""
    owner = f"arn:aws:iam::{aws.account_id}:root"
    for purpose in PURPOSES:
        granted = {
            action
            for statement in _policy(aws, purpose)
            if statement.allows and owner in statement.principals and not statement.conditions
            for action in statement.actions
        }
        for action in ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"):
            require(action in granted, f"the account is not allowed {action} on the key for {purpose}")


@check("OBS-1")
def alerts_key_lets_every_publisher_in(aws: Deployed) -> None:
    """The key of the alert topics lets every publisher decrypt and make data keys: without that, alarms vanish."""
    found = [
        statement
        for statement in _policy(aws, "alerts")
        if {"kms:Decrypt", "kms:GenerateDataKey*"} <= set(statement.actions)
    ]
    missing = PUBLISHERS - services(found)
    require(not missing, f"the key for alerts lets {', '.join(sorted(missing))} not in")


@check("OBS-4", "ENV-8")
def logs_key_lets_log_groups_in(aws: Deployed) -> None:
    """The key of the log groups can be used by CloudWatch Logs, for this account's log groups only."""
    principal = f"logs.{aws.region}.amazonaws.com"
    found = [statement for statement in _policy(aws, "logs") if principal in statement.principals]
    require(found, f"the key for logs does not let {principal} in")
    for statement in found:
        require(
            statement.tests("kms:EncryptionContext:aws:logs:arn") and aws.account_id in statement.condition_text,
            f"the key for logs lets {principal} in for log groups of any account",
        )
