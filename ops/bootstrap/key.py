"""The customer-managed key that Terraform's state and its locks are encrypted with."""

import boto3

from ops.backend import Backend
from ops.bootstrap.outcome import Outcome
from ops.errors import OpsError


def ensure_state_key(session: boto3.Session, backend: Backend, *, tags: dict[str, str]) -> tuple[Outcome, str]:
    """Make or mend the key behind the alias. Its ARN comes with the outcome."""
    kms = session.client("kms", region_name=backend.region)
    what = f"key {backend.key_alias}"
    key_id = _find(session, backend)
    if key_id is None:
        # Without a policy of its own a key gets AWS's default, which leaves access to IAM.
        key = kms.create_key(
            Description="Terraform state and its locks",
            Tags=[{"TagKey": name, "TagValue": value} for name, value in tags.items()],
        )["KeyMetadata"]
        kms.enable_key_rotation(KeyId=key["KeyId"])
        kms.create_alias(AliasName=backend.key_alias, TargetKeyId=key["KeyId"])
        return Outcome(what=what, made=True), key["Arn"]
    key = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    if key["KeyState"] == "PendingDeletion":
        raise OpsError(
            f"The key {backend.key_alias} ({key['Arn']}) is going to be deleted, and all state with it.\n"
            f"  Stop that: aws kms cancel-key-deletion --key-id {key_id}\n  Then run this again."
        )
    mended = []
    if key["KeyState"] == "Disabled":
        kms.enable_key(KeyId=key_id)
        mended.append("enabled")
    if not kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"]:
        kms.enable_key_rotation(KeyId=key_id)
        mended.append("rotation")
    return Outcome(what=what, mended=tuple(mended)), key["Arn"]


def _find(session: boto3.Session, backend: Backend) -> str | None:
    kms = session.client("kms", region_name=backend.region)
    for page in kms.get_paginator("list_aliases").paginate():
        for alias in page["Aliases"]:
            if alias["AliasName"] == backend.key_alias:
                found: str | None = alias.get("TargetKeyId")
                return found
    return None
