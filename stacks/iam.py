"""IAM policies that read as sentences: `policy(allow("dynamodb:GetItem", on=[table.arn]), ...)`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

Statement = dict[str, Any]
Condition = Mapping[str, Mapping[str, str | Sequence[str]]]

# In a key policy "*" is the key itself; in an identity policy it needs a reason beside it.
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
EVERYTHING = ["*"]
ANYONE = {"AWS": "*"}
INSECURE: Condition = {"Bool": {"aws:SecureTransport": "false"}}


def service(*principals: str) -> dict[str, list[str]]:
    """AWS services as principals."""
    return {"Service": list(principals)}


def account(account_id: str) -> dict[str, str]:
    """An account as principal: its own IAM policies then decide who may."""
    return {"AWS": f"arn:aws:iam::{account_id}:root"}


def allow(
    *actions: str,
    on: Sequence[str],
    to: Mapping[str, Any] | None = None,
    when: Condition | None = None,
    sid: str | None = None,
) -> Statement:
    """A statement that allows. `to` names principals, in policies of resources only; `sid` says why where it helps."""
    return _statement("Allow", actions, on=on, to=to, when=when, sid=sid)


def deny(
    *actions: str,
    on: Sequence[str],
    to: Mapping[str, Any] | None = None,
    when: Condition | None = None,
    sid: str | None = None,
) -> Statement:
    """A statement that denies."""
    return _statement("Deny", actions, on=on, to=to, when=when, sid=sid)


def policy(*statements: Statement) -> str:
    """The policy document, as JSON that a reviewer can read in the plan."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal: str, *, account_id: str, when: Condition | None = None) -> str:
    """A role's trust in one AWS service, acting for this account only.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    conditions: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": account_id}, **(when or {})}
    statement = {
        "Effect": "Allow",
        "Principal": service(principal),
        "Action": "sts:AssumeRole",
        "Condition": conditions,
    }
    return policy(statement)


def role(
    scope: Construct, role_id: str, *, name: str, description: str, trusts: str, may: Sequence[Statement]
) -> IamRole:
    """A role with its one inline policy, so that what it may do stands beside what it is for."""
    made = IamRole(scope, role_id, name=name, description=description, assume_role_policy=trusts)
    IamRolePolicy(scope, f"{role_id}-policy", name="permissions", role=made.name, policy=policy(*may))
    return made


def _statement(
    effect: str,
    actions: Sequence[str],
    *,
    on: Sequence[str],
    to: Mapping[str, Any] | None,
    when: Condition | None,
    sid: str | None,
) -> Statement:
    statement: Statement = {"Sid": sid} if sid else {}
    statement |= {"Effect": effect}
    if to is not None:
        statement["Principal"] = dict(to)
    statement |= {"Action": list(actions), "Resource": list(on)}
    if when is not None:
        statement["Condition"] = {operator: dict(keys) for operator, keys in when.items()}
    return statement
