import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.secretsmanager.models import secretsmanager_backends

import emulator.services.secretsmanager  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

LOGIN = {"username": "master", "password": "before"}


@pytest.fixture
def secrets() -> Iterator[Client]:
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="us-east-1")


@pytest.fixture
def managed(secrets: Client) -> str:  # noqa: ARG001 - made within the mock of `secrets`
    backend = secretsmanager_backends["123456789012"]["us-east-1"]
    return backend.create_managed_secret("rds", "rds!cluster-1", secret_string=json.dumps(LOGIN)).arn


def login(secrets: Client, arn: str) -> dict[str, str]:
    content: dict[str, str] = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
    return content


def test_a_managed_secret_rotates_weekly_without_a_function(secrets: Client, managed: str) -> None:
    described = secrets.describe_secret(SecretId=managed)
    assert (described["OwningService"], described["RotationEnabled"]) == ("rds", True)
    assert described["RotationRules"] == {"AutomaticallyAfterDays": 7}
    assert "RotationLambdaARN" not in described


def test_rotation_changes_the_password_alone(secrets: Client, managed: str) -> None:
    secrets.rotate_secret(SecretId=managed, RotationRules={"AutomaticallyAfterDays": 30})
    after = login(secrets, managed)
    assert after["username"] == "master"
    assert after["password"] != "before"
    rules = secrets.describe_secret(SecretId=managed)["RotationRules"]
    assert rules == {"AutomaticallyAfterDays": 30}


def test_a_new_schedule_alone_changes_no_password(secrets: Client, managed: str) -> None:
    rules = {"ScheduleExpression": "cron(0 4 1 * ? *)", "Duration": "2h"}
    secrets.rotate_secret(SecretId=managed, RotationRules=rules, RotateImmediately=False)
    assert login(secrets, managed) == LOGIN
    described = secrets.describe_secret(SecretId=managed)
    assert (described["RotationRules"], described["RotationEnabled"]) == (rules, True)


def test_the_rotation_of_a_managed_secret_stops_and_starts_again(secrets: Client, managed: str) -> None:
    secrets.cancel_rotate_secret(SecretId=managed)
    assert secrets.describe_secret(SecretId=managed)["RotationEnabled"] is False
    assert login(secrets, managed) == LOGIN
    secrets.rotate_secret(SecretId=managed, RotateImmediately=False)
    assert secrets.describe_secret(SecretId=managed)["RotationEnabled"] is True


def test_the_rotation_of_an_own_secret_needs_a_function(secrets: Client) -> None:
    arn = secrets.create_secret(Name="own", SecretString="x")["ARN"]
    assert "RotationEnabled" not in secrets.describe_secret(SecretId=arn)
    with pytest.raises(ClientError) as refused:
        secrets.cancel_rotate_secret(SecretId=arn)
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"


@pytest.mark.parametrize("call", ["rotate_secret", "cancel_rotate_secret"])
def test_a_missing_secret(secrets: Client, call: str) -> None:
    with pytest.raises(ClientError) as missing:
        getattr(secrets, call)(SecretId="nothing")
    assert missing.value.response["Error"]["Code"] == "ResourceNotFoundException"
