"""The table that holds Terraform's locks."""

from typing import Any

import boto3
from botocore.exceptions import ClientError

from ops.backend import Backend
from ops.bootstrap.outcome import Outcome
from ops.errors import OpsError

_HASH_KEY = "LockID"


def find_lock_table(session: boto3.Session, backend: Backend) -> dict[str, Any] | None:
    """What AWS says of the table, or None when there is none."""
    dynamodb = session.client("dynamodb", region_name=backend.region)
    try:
        table: dict[str, Any] = dynamodb.describe_table(TableName=backend.lock_table)["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return table


def ensure_lock_table(session: boto3.Session, backend: Backend, *, key_arn: str, tags: dict[str, str]) -> Outcome:
    """Make or mend the table."""
    dynamodb = session.client("dynamodb", region_name=backend.region)
    table = find_lock_table(session, backend)
    made = table is None
    if table is None:
        dynamodb.create_table(
            TableName=backend.lock_table,
            KeySchema=[{"AttributeName": _HASH_KEY, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": _HASH_KEY, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            SSESpecification=_encryption(key_arn),
            Tags=[{"Key": name, "Value": value} for name, value in tags.items()],
        )
        table = _settled(session, backend)
    keys = [key["AttributeName"] for key in table["KeySchema"]]
    if keys != [_HASH_KEY]:
        raise OpsError(
            f"The table {backend.lock_table} is no lock table: its key is {', '.join(keys)}, not {_HASH_KEY}.\n"
            "  Name another one in backend.tf.json."
        )
    mended = _mend(session, backend, table, key_arn=key_arn)
    return Outcome(what=f"table {backend.lock_table}", made=made, mended=() if made else tuple(mended))


def _mend(session: boto3.Session, backend: Backend, table: dict[str, Any], *, key_arn: str) -> list[str]:
    dynamodb = session.client("dynamodb", region_name=backend.region)
    mended = []
    if table.get("BillingModeSummary", {}).get("BillingMode") != "PAY_PER_REQUEST":
        dynamodb.update_table(TableName=backend.lock_table, BillingMode="PAY_PER_REQUEST")
        _settled(session, backend)
        mended.append("on-demand capacity")
    if table.get("SSEDescription", {}).get("KMSMasterKeyArn") != key_arn:
        dynamodb.update_table(TableName=backend.lock_table, SSESpecification=_encryption(key_arn))
        _settled(session, backend)
        mended.append("encryption")
    backups = dynamodb.describe_continuous_backups(TableName=backend.lock_table)["ContinuousBackupsDescription"]
    if backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
        dynamodb.update_continuous_backups(
            TableName=backend.lock_table,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        mended.append("point-in-time recovery")
    return mended


def _settled(session: boto3.Session, backend: Backend) -> dict[str, Any]:
    """The table, once AWS is done with the last change to it."""
    dynamodb = session.client("dynamodb", region_name=backend.region)
    dynamodb.get_waiter("table_exists").wait(TableName=backend.lock_table, WaiterConfig={"Delay": 2})
    table: dict[str, Any] = dynamodb.describe_table(TableName=backend.lock_table)["Table"]
    return table


def _encryption(key_arn: str) -> dict[str, Any]:
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn}
