"""Another copy takes over: what runs is let go of, never destroyed, and what was restored is adopted."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

import emulator.services  # noqa: F401 - DescribeDBClusters by name, as AWS does it
from ops.account import Environment
from ops.errors import BadInputError
from ops.plan.root import root_of
from ops.state import State
from ops.succession import with_succession
from ops.synth import Layer, Synthesized

COPY = "20261124-080000"
FIRST = (
    "aws_rds_cluster.cluster",
    "aws_rds_cluster_instance.instance-1",
    "aws_cloudwatch_log_group.log-group-postgresql",
)
RESTORED = tuple(f"{address}-{COPY}" for address in FIRST)
NAMES = {
    FIRST[0]: "aurora-local",
    FIRST[1]: "aurora-instance-1-local",
    FIRST[2]: "/aws/rds/cluster/aurora-local/postgresql",
    RESTORED[0]: f"aurora-{COPY}-local",
    RESTORED[1]: f"aurora-instance-{COPY}-1-local",
    RESTORED[2]: f"/aws/rds/cluster/aurora-{COPY}-local/postgresql",
    "aws_dynamodb_table.sessions": "dynamodb-sessions-local",
    f"aws_dynamodb_table.sessions-{COPY}": f"dynamodb-sessions-{COPY}-local",
    f"aws_rds_cluster_instance.instance-2-{COPY}": f"aurora-instance-{COPY}-2-local",
    "aws_rds_cluster_instance.instance-2": "aurora-instance-2-local",
    "aws_cloudwatch_log_group.log-group-other": "other",
}
KEYS = {"aws_rds_cluster": "cluster_identifier", "aws_rds_cluster_instance": "identifier"}


def body(address: str) -> dict[str, str]:
    return {KEYS.get(address.split(".", maxsplit=1)[0], "name"): NAMES[address]}


def synthesized(folder: Path, *addresses: str, layer: str = "database") -> Synthesized:
    resources: dict[str, Any] = {}
    for address in addresses:
        kind, _, name = address.partition(".")
        resources.setdefault(kind, {})[name] = body(address)
    configuration = {"terraform": {"required_providers": {}}, "resource": resources}
    return Synthesized({layer: Layer(name=layer, dependencies=frozenset(), folder=folder, configuration=configuration)})


def state(*addresses: str) -> State:
    resources = []
    for address in addresses:
        kind, _, name = address.partition(".")
        resources.append({"mode": "managed", "type": kind, "name": name, "instances": [{"attributes": body(address)}]})
    return State(outputs={}, resources=resources)


def with_copy(environment: Environment, copy: str | None = COPY) -> Environment:
    database = environment.settings.database.model_copy(update={"restored": copy})
    sessions = environment.settings.sessions.model_copy(update={"restored": copy})
    settings = environment.settings.model_copy(update={"database": database, "sessions": sessions})
    return replace(environment, settings=settings)


def make_cluster(name: str, instance: str) -> None:
    rds, engine = boto3.client("rds"), "aurora-postgresql"
    rds.create_db_cluster(
        DBClusterIdentifier=name, Engine=engine, MasterUsername="postgres_admin", ManageMasterUserPassword=True
    )
    rds.create_db_instance(
        DBInstanceIdentifier=instance, DBClusterIdentifier=name, Engine=engine, DBInstanceClass="db.serverless"
    )
    boto3.client("logs").create_log_group(logGroupName=f"/aws/rds/cluster/{name}/postgresql")


def written(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "cdk.tf.json").read_text())
    return document


@pytest.mark.usefixtures("aws")
def test_what_runs_is_let_go_of_and_the_copy_is_adopted(environment: Environment, tmp_path: Path) -> None:
    make_cluster(NAMES[RESTORED[0]], NAMES[RESTORED[1]])
    found = with_succession(synthesized(tmp_path, *RESTORED), {"database": state(*FIRST)}, with_copy(environment))
    configuration = found.layers["database"].configuration
    assert configuration["import"] == [{"to": address, "id": NAMES[address]} for address in RESTORED]
    assert configuration["removed"] == [{"from": address, "lifecycle": {"destroy": False}} for address in FIRST]
    assert written(tmp_path) == configuration


@pytest.mark.usefixtures("aws")
def test_the_way_back_is_the_same(environment: Environment, tmp_path: Path) -> None:
    make_cluster(NAMES[FIRST[0]], NAMES[FIRST[1]])
    found = with_succession(
        synthesized(tmp_path, *FIRST), {"database": state(*RESTORED)}, with_copy(environment, copy=None)
    )
    configuration = found.layers["database"].configuration
    assert [one["to"] for one in configuration["import"]] == list(FIRST)
    assert [one["from"] for one in configuration["removed"]] == list(RESTORED)


@pytest.mark.usefixtures("aws")
def test_what_was_interrupted_goes_on(environment: Environment, tmp_path: Path) -> None:
    """The cluster is adopted, its instance is not yet, and the old log group is still recorded."""
    make_cluster(NAMES[RESTORED[0]], NAMES[RESTORED[1]])
    existing = {"database": state(RESTORED[0], FIRST[2])}
    configuration = (
        with_succession(synthesized(tmp_path, *RESTORED), existing, with_copy(environment))
        .layers["database"]
        .configuration
    )
    assert [one["to"] for one in configuration["import"]] == list(RESTORED[1:])
    assert [one["from"] for one in configuration["removed"]] == [FIRST[2]]


@pytest.mark.usefixtures("aws")
def test_a_reader_that_the_copy_lacks_is_left_to_terraform(environment: Environment, tmp_path: Path) -> None:
    make_cluster(NAMES[RESTORED[0]], NAMES[RESTORED[1]])
    reader = f"aws_rds_cluster_instance.instance-2-{COPY}"
    layers = synthesized(tmp_path, *RESTORED, reader)
    found = with_succession(layers, {"database": state(*FIRST)}, with_copy(environment)).layers["database"]
    assert reader not in {one["to"] for one in found.configuration["import"]}


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("copy", [COPY, None])
def test_where_nothing_is_to_be_handed_over_nothing_changes(
    environment: Environment, tmp_path: Path, copy: str | None
) -> None:
    runs = RESTORED if copy else FIRST
    layers = synthesized(tmp_path, *runs)
    assert with_succession(layers, {"database": state(*runs)}, with_copy(environment, copy)) == layers
    assert not (tmp_path / "cdk.tf.json").exists()


@pytest.mark.usefixtures("aws")
def test_a_reader_that_is_no_longer_wanted_is_no_succession(environment: Environment, tmp_path: Path) -> None:
    """A smaller number of instances is Terraform's to carry out, and so is another log group."""
    existing = {
        "database": state(*FIRST, "aws_rds_cluster_instance.instance-2", "aws_cloudwatch_log_group.log-group-other")
    }
    layers = synthesized(tmp_path, *FIRST)
    assert with_succession(layers, existing, with_copy(environment, copy=None)) == layers


@pytest.mark.usefixtures("aws")
def test_a_first_deployment_does_without_the_copy_that_the_settings_name(
    environment: Environment, tmp_path: Path
) -> None:
    layers = synthesized(tmp_path, *RESTORED)
    found = with_succession(layers, {"database": state()}, with_copy(environment))
    assert found.layers["database"].configuration.keys() == layers.layers["database"].configuration.keys()


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("layer", "kind", "declared", "recorded", "missing"),
    [
        ("database", "database", RESTORED, FIRST, f"aurora-{COPY}-local"),
        (
            "storage",
            "sessions",
            (f"aws_dynamodb_table.sessions-{COPY}",),
            ("aws_dynamodb_table.sessions",),
            f"dynamodb-sessions-{COPY}-local",
        ),
    ],
)
def test_a_copy_that_is_not_there_cannot_take_over(
    environment: Environment,
    tmp_path: Path,
    layer: str,
    kind: str,
    declared: tuple[str, ...],
    recorded: tuple[str, ...],
    missing: str,
) -> None:
    layers = synthesized(tmp_path, *declared, layer=layer)
    with pytest.raises(BadInputError, match=f"no {missing}.*restored of .{kind}. is '{COPY}'"):
        with_succession(layers, {layer: state(*recorded)}, with_copy(environment))


@pytest.mark.usefixtures("aws")
def test_a_table_is_handed_over_likewise(environment: Environment, tmp_path: Path) -> None:
    restored, first = f"aws_dynamodb_table.sessions-{COPY}", "aws_dynamodb_table.sessions"
    boto3.client("dynamodb").create_table(
        TableName=NAMES[restored],
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "session_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "session_id", "AttributeType": "S"}],
    )
    layers = synthesized(tmp_path, restored, layer="storage")
    configuration = (
        with_succession(layers, {"storage": state(first)}, with_copy(environment)).layers["storage"].configuration
    )
    assert configuration["import"] == [{"to": restored, "id": NAMES[restored]}]
    assert configuration["removed"] == [{"from": first, "lifecycle": {"destroy": False}}]


@pytest.mark.usefixtures("aws")
def test_the_plan_of_all_layers_hands_over_as_well(environment: Environment, tmp_path: Path) -> None:
    """Terraform takes import blocks at the root only."""
    make_cluster(NAMES[RESTORED[0]], NAMES[RESTORED[1]])
    found = with_succession(synthesized(tmp_path, *RESTORED), {"database": state(*FIRST)}, with_copy(environment))
    root = root_of(found)
    assert root["import"][0] == {"to": f"module.database.{RESTORED[0]}", "id": NAMES[RESTORED[0]]}
    assert root["removed"][0] == {"from": f"module.database.{FIRST[0]}", "lifecycle": {"destroy": False}}
