"""Every key serves what is stored under it and nobody else, by a policy simulator."""

import json

import pytest

from ops.audit.configuration import Configuration, Resource
from ops.audit.privileges.estate import Estate
from ops.audit.privileges.judge import Judged, judge_rows
from ops.audit.privileges.policies import policies_of
from ops.audit.privileges.tables import keys
from tests.audit.changed import with_resource
from tests.unit.test_encryption import at
from tests.unit.test_key_use import ASKS


def decided(configuration: Configuration, *, on: str | None = None) -> list[Judged]:
    """The rows about keys, or about one."""
    estate = Estate(configuration)
    rows = [row for row in keys.rows(estate) if on in {None, row.on}]
    return judge_rows(rows, policies_of(estate))


@pytest.fixture(scope="module")
def judged(configuration: Configuration) -> list[Judged]:
    """The rows about all keys."""
    return decided(configuration)


def asks(each: Judged) -> str:
    """Which service asks KMS in a row."""
    return str(each.row.context.get("kms:ViaService", each.row.who.arn))


@pytest.mark.requirement("ENV-8", "DB-2", "ST-1", "ST-2", "BK-1", "OBS-1", "OBS-4")
def test_whatever_is_stored_can_be_read_and_written_by_its_service(
    configuration: Configuration, judged: list[Judged]
) -> None:
    able = {(each.row.on, asks(each)) for each in judged if each.row.allowed and each.decided == "allowed"}
    for (resource_type, path), service in ASKS.items():
        for resource in configuration.resources(resource_type):
            key = at(configuration.resolved(resource), path)
            if key is None and resource.name == "logs-encryption":
                continue  # access logs are the one exception
            assert (key, service) in able, f"{resource.address}: no row proves that {service} can use {key}"


@pytest.mark.requirement("ENV-7", "ENV-8")
def test_no_key_can_be_used_by_hand_by_another_service_or_by_another_account(
    configuration: Configuration, judged: list[Judged]
) -> None:
    refused = {(each.row.on, each.row.because) for each in judged if each.decided == "denied"}
    for key in configuration.resources("aws_kms_key"):
        arn = configuration.attribute(key, "arn")
        for reason in ("a key used by hand", "a service that keeps nothing here", "another account"):
            assert (arn, reason) in refused, f"{key.address}: {reason}"
    wrong = [str(each) for each in judged if not each.agrees]
    assert not wrong, "\n".join(wrong)


def statements(configuration: Configuration, key: Resource) -> list[str]:
    """The statements of a key's policy."""
    return [statement["Sid"] for statement in json.loads(configuration.attribute(key, "policy"))["Statement"]]


@pytest.mark.requirement("ENV-7", "ENV-8")
@pytest.mark.parametrize("purpose", ["alerts", "logs", "storage", "tasks"])
def test_a_key_policy_without_one_of_its_statements_is_named_by_a_row(
    configuration: Configuration, purpose: str
) -> None:
    key = configuration.one("aws_kms_key", purpose)
    arn = configuration.attribute(key, "arn")
    for sid in statements(configuration, key):
        document = json.loads(key["policy"])
        document["Statement"] = [statement for statement in document["Statement"] if statement["Sid"] != sid]
        changed = with_resource(configuration, "keys", "aws_kms_key", purpose, policy=json.dumps(document))
        assert [each for each in decided(changed, on=arn) if not each.agrees], f"{key.address}: nobody misses {sid}"
