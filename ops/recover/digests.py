"""The digests that Terraform keeps of states in the lock table, as far as a kill has left a wrong one.

Terraform writes a state first and its digest second. Killed between the two, it refuses the state from then on: "state
data in S3 does not have the expected content". https://developer.hashicorp.com/terraform/language/backend/s3
"""

import hashlib

import boto3
from botocore.exceptions import ClientError

from ops.backend import Backend


def mend_digest(session: boto3.Session, backend: Backend, *, suffix: str, layer: str) -> bool:
    """Make the digest of a layer's state that of the state that there is. Whether it was another one."""
    dynamodb = session.client("dynamodb", region_name=backend.region)
    key = {"LockID": {"S": f"{backend.lock_id(suffix, layer)}-md5"}}
    item = dynamodb.get_item(TableName=backend.lock_table, Key=key, ConsistentRead=True).get("Item", {})
    recorded = item.get("Digest", {}).get("S")
    actual = _digest(session, backend, suffix=suffix, layer=layer)
    if recorded == actual:
        return False
    if actual is None:
        dynamodb.delete_item(TableName=backend.lock_table, Key=key)
    else:
        dynamodb.put_item(TableName=backend.lock_table, Item={**key, "Digest": {"S": actual}})
    return True


def _digest(session: boto3.Session, backend: Backend, *, suffix: str, layer: str) -> str | None:
    s3 = session.client("s3", region_name=backend.region)
    try:
        state = s3.get_object(Bucket=backend.bucket, Key=backend.state_key(suffix, layer))["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            return None
        raise
    return hashlib.md5(state, usedforsecurity=False).hexdigest()
