from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.kms  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

# One session for all tests: loading the service's model takes longer than any of them.
SESSION = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")

MISSING = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def kms() -> Iterator[Client]:
    with mock_aws():
        yield SESSION.client("kms", region_name="us-east-1")


@pytest.fixture
def key(kms: Client) -> dict[str, Any]:
    created: dict[str, Any] = kms.create_key()["KeyMetadata"]
    return created


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def about(date: datetime, days: int) -> bool:
    return abs(date - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=5)


def test_a_key_does_not_rotate_at_first(kms: Client, key: dict[str, Any]) -> None:
    status = kms.get_key_rotation_status(KeyId=key["KeyId"])

    assert status["KeyRotationEnabled"] is False
    assert "RotationPeriodInDays" not in status


def test_a_key_rotates_every_year_by_default(kms: Client, key: dict[str, Any]) -> None:
    kms.enable_key_rotation(KeyId=key["KeyId"])

    status = kms.get_key_rotation_status(KeyId=key["KeyId"])

    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    assert about(status["NextRotationDate"], 365)


@pytest.mark.parametrize("identifier", ["KeyId", "Arn"])
def test_a_key_rotates_in_the_period_asked_for(kms: Client, key: dict[str, Any], identifier: str) -> None:
    kms.enable_key_rotation(KeyId=key[identifier], RotationPeriodInDays=180)

    status = kms.get_key_rotation_status(KeyId=key[identifier])

    assert status["RotationPeriodInDays"] == 180
    assert status["KeyId"] == key["Arn"]
    assert about(status["NextRotationDate"], 180)


def test_the_period_is_changed_and_kept(kms: Client, key: dict[str, Any]) -> None:
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=180)
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
    kms.disable_key_rotation(KeyId=key["KeyId"])
    disabled = kms.get_key_rotation_status(KeyId=key["KeyId"])
    kms.enable_key_rotation(KeyId=key["KeyId"])

    assert disabled["KeyRotationEnabled"] is False
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["RotationPeriodInDays"] == 90


@pytest.mark.parametrize("days", [89, 2561])
def test_a_period_out_of_bounds_is_refused(kms: Client, key: dict[str, Any], days: int) -> None:
    unchecked = SESSION.client("kms", region_name="us-east-1", config=Config(parameter_validation=False))

    with pytest.raises(ClientError) as error:
        unchecked.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=days)

    assert code(error) == "ValidationException"
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is False


@pytest.mark.parametrize(
    "call", ["enable_key_rotation", "get_key_rotation_status", "schedule_key_deletion", "cancel_key_deletion"]
)
def test_a_key_that_does_not_exist_is_not_found(kms: Client, call: str) -> None:
    with pytest.raises(ClientError) as error:
        getattr(kms, call)(KeyId=MISSING)

    assert code(error) == "NotFoundException"


def test_keys_belong_to_a_region_and_an_account(
    kms: Client, key: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = SESSION.client("kms", region_name="eu-west-1")

    with pytest.raises(elsewhere.exceptions.NotFoundException):
        elsewhere.get_key_rotation_status(KeyId=key["KeyId"])
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "111111111111")
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.get_key_rotation_status(KeyId=key["KeyId"])


@pytest.mark.parametrize("identifier", ["KeyId", "Arn"])
@pytest.mark.parametrize(("window", "days"), [({}, 30), ({"PendingWindowInDays": 7}, 7)])
def test_a_key_is_deleted_when_its_window_has_passed(
    kms: Client, key: dict[str, Any], identifier: str, window: dict[str, int], days: int
) -> None:
    answer = kms.schedule_key_deletion(KeyId=key[identifier], **window)

    described = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (answer["KeyId"], answer["KeyState"], answer["PendingWindowInDays"]) == (key["Arn"], "PendingDeletion", days)
    assert about(answer["DeletionDate"], days)
    assert described["KeyState"] == "PendingDeletion"
    assert described["DeletionDate"] == answer["DeletionDate"]


@pytest.mark.parametrize("days", [6, 31])
def test_a_window_out_of_bounds_is_refused(kms: Client, key: dict[str, Any], days: int) -> None:
    with pytest.raises(ClientError) as error:
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=days)

    assert code(error) == "ValidationException"
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Enabled"


def test_the_deletion_of_a_key_named_by_its_arn_is_cancelled(kms: Client, key: dict[str, Any]) -> None:
    kms.schedule_key_deletion(KeyId=key["Arn"])

    assert kms.cancel_key_deletion(KeyId=key["Arn"])["KeyId"] == key["Arn"]
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Disabled"
