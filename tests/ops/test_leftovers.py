"""What is found of an environment that should be gone."""

from pathlib import Path
from typing import Any

import pytest

from ops.account import Environment
from ops.leftovers import Leftover, find_copies, find_leftovers
from ops.synth import Layer, Synthesized

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.requirement("ENV-3")]

RESOURCES: dict[str, Any] = {
    "aws_iam_role": {"role": {"name": "role-task-local"}},
    "aws_sns_topic": {"topic": {"name": "sns-alerts-local"}},
    "aws_kms_key": {"key": {}},
    "aws_dynamodb_table": {"sessions": {"name": "sessions-local"}},
    "aws_rds_cluster": {"aurora": {"cluster_identifier": "aurora-local"}},
}


@pytest.fixture
def synthesized(tmp_path: Path) -> Synthesized:
    return Synthesized({"keys": Layer("keys", frozenset(), tmp_path, {"resource": RESOURCES})})


def test_of_an_empty_account_nothing_is_left(environment: Environment, synthesized: Synthesized) -> None:
    assert find_leftovers(environment, synthesized) == []


def test_what_has_no_tag_is_found_by_its_name(environment: Environment, synthesized: Synthesized) -> None:
    session = environment.session()
    session.client("iam").create_role(RoleName="role-task-local", AssumeRolePolicyDocument="{}")
    session.client("iam").create_role(RoleName="role-task-another-local", AssumeRolePolicyDocument="{}")
    topic = session.client("sns").create_topic(Name="sns-alerts-local")["TopicArn"]

    assert find_leftovers(environment, synthesized) == [
        Leftover("aws_iam_role", "role-task-local"),
        Leftover("aws_sns_topic", topic),
    ]


def test_what_is_tagged_is_found_unless_it_only_waits_to_be_deleted(
    environment: Environment, synthesized: Synthesized
) -> None:
    kms = environment.session().client("kms")
    tags = [{"TagKey": "Environment", "TagValue": "local"}]
    kept, going = (kms.create_key(Tags=tags)["KeyMetadata"]["Arn"] for _ in range(2))
    kms.create_key(Tags=[{"TagKey": "Environment", "TagValue": "another-local"}])
    kms.schedule_key_deletion(KeyId=going.rsplit("/", 1)[1])

    assert find_leftovers(environment, synthesized) == [Leftover("tagged", kept)]


def test_copies_of_its_data_are_told_from_what_the_layers_made(
    environment: Environment, synthesized: Synthesized
) -> None:
    session = environment.session()
    of_ours, of_others = ([{"Key": "Environment", "Value": suffix}] for suffix in ("local", "copy-local"))
    tables = {"sessions-local": of_ours, "sessions-20261124-local": of_ours, "sessions-copy-local": of_others}
    for name, tags in tables.items():
        session.client("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=tags,
        )
    for name in ("aurora-local", "aurora-20261124-local"):
        session.client("rds").create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            MasterUsername="keeper",
            MasterUserPassword="not-a-secret",
            Tags=of_ours,
        )

    assert find_copies(environment, synthesized) == ["aurora-20261124-local", "sessions-20261124-local"]
