"""The session table and the data bucket, as far as requests depend on them: see stacks/storage.py."""

import boto3

TABLE, BUCKET = "sessions", "data"


def make_storage(session: boto3.Session, *, endpoint: str) -> None:
    """Make both on an embedded AWS."""
    session.client("dynamodb", endpoint_url=endpoint).create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "session_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "session_id", "AttributeType": "S"}],
    )
    session.client("s3", endpoint_url=endpoint).create_bucket(Bucket=BUCKET)
