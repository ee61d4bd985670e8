"""What is read from a plan of all layers, how people read it, and what is kept of it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ops.account import Environment
from ops.errors import OpsError
from ops.plan import command as module
from ops.plan.changes import Action, Plan, read_plan
from ops.plan.command import plan
from ops.plan.report import as_document, print_plan
from ops.state import State, States
from tests.ops.test_plan_root import SYNTHESIZED


def change(address: str, *actions: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    layer_name, resource_type = address.split(".")[1:3]
    return {
        "address": address,
        "module_address": f"module.{layer_name}",
        "type": resource_type,
        "change": {"actions": list(actions), **more},
    }


DOCUMENT = {
    "resource_changes": [
        change("module.keys.aws_kms_key.key", "no-op"),
        change("module.keys.aws_kms_alias.alias", "create", after={"name": "alias/key"}),
        change(
            "module.storage.aws_dynamodb_table.sessions",
            "delete",
            "create",
            before={"hash_key": "id", "name": "t"},
            after={"hash_key": "session_id", "name": "t"},
            after_unknown={"arn": True},
            replace_paths=[["hash_key"]],
        ),
        change(
            "module.storage.aws_s3_bucket.data",
            "update",
            before={"tags": {"a": "b"}, "secret": "old", "empty": None},
            after={"tags": {"a": "c"}, "secret": "new", "empty": []},
            before_sensitive={"secret": True},
            after_sensitive={"secret": True},
        ),
        change("module.storage.aws_cloudwatch_log_group.logs", "delete", before={"name": "logs"}),
        change("module.storage.aws_s3_object.read", "read"),
    ],
    "output_changes": {"keys": {"actions": ["no-op"]}, "storage": {"actions": ["update"]}},
}


@pytest.fixture
def planned() -> Plan:
    return read_plan(DOCUMENT, layers=("keys", "storage"))


def test_changes_are_counted_by_layer_and_kind(planned: Plan) -> None:
    assert as_document(planned)["layers"] == {
        "keys": {"create": 1, "change": 0, "replace": 0, "destroy": 0, "outputs_change": False},
        "storage": {"create": 0, "change": 1, "replace": 1, "destroy": 1, "outputs_change": True},
    }
    assert not planned.is_empty


def test_addresses_are_those_of_the_layer(planned: Plan) -> None:
    assert [one.address for one in planned.of("keys")] == ["aws_kms_alias.alias"]


@pytest.mark.requirement("ENV-3")
def test_what_would_lose_data_is_known(planned: Plan) -> None:
    assert [(str(one.action), one.address) for one in planned.changes if one.loses_data] == [
        ("replace", "aws_dynamodb_table.sessions"),
        ("destroy", "aws_cloudwatch_log_group.logs"),
    ]


def test_attributes_say_what_changes_and_why_something_is_replaced(planned: Plan) -> None:
    (replaced,) = planned.of("storage", Action.REPLACE)
    assert [(one.name, one.before, one.after, one.replaces) for one in replaced.attributes] == [
        ("arn", "none", "not known yet", False),
        ("hash_key", "id", "session_id", True),
    ]


def test_secrets_stay_hidden_and_empty_values_are_no_change(planned: Plan) -> None:
    (changed,) = planned.of("storage", Action.CHANGE)
    assert {one.name: (one.before, one.after) for one in changed.attributes} == {
        "secret": ("(hidden)", "(hidden)"),
        "tags": ("{'a': 'b'}", "{'a': 'c'}"),
    }


def test_of_documents_the_lines_that_differ_are_shown() -> None:
    before, after = (json.dumps({"Statement": [{"Action": actions}]}) for actions in (["a", "b"], ["a", "c"]))
    policy = change("module.keys.aws_kms_key.key", "update", before={"policy": before}, after={"policy": after})
    found = read_plan({"resource_changes": [policy]}, layers=("keys",))
    assert found.changes[0].attributes[0].lines == ('- "b"', '+ "c"')
    assert 'policy\n              - "b"\n              + "c"\n' in printed(found)


def test_drift_is_what_the_plan_undoes_and_not_what_terraform_did_itself() -> None:
    renamed = {"before": {"tags": {"a": "b"}}, "after": {"tags": {"a": "x"}}}
    noticed = {"before": {"policy": ""}, "after": {"policy": "{}"}}
    found = read_plan(
        {
            "resource_drift": [
                change("module.keys.aws_kms_key.key", "update", **renamed),
                change("module.keys.aws_s3_bucket.data", "update", **noticed),
                change("module.keys.aws_kms_alias.gone", "delete", before={"name": "x"}),
            ],
            "resource_changes": [
                change("module.keys.aws_kms_key.key", "update", before=renamed["after"], after=renamed["before"]),
                change("module.keys.aws_s3_bucket.data", "no-op"),
                change("module.keys.aws_kms_alias.gone", "create", after={"name": "x"}),
            ],
        },
        layers=("keys",),
    )
    assert [one.address for one in found.drift] == ["aws_kms_key.key", "aws_kms_alias.gone"]


def printed(planned: Plan) -> str:
    output = io.StringIO()
    print_plan(Console(file=output, width=120), planned)
    return output.getvalue()


def test_people_see_numbers_then_details_then_what_would_be_lost(planned: Plan) -> None:
    text = printed(planned)
    assert text.index("in all") < text.index("aws_s3_bucket.data") < text.index("Data would be lost")
    assert "hash_key: id -> session_id (which replaces it)" in text
    assert "destroy storage: aws_cloudwatch_log_group.logs" in text


def test_an_empty_plan_is_one_line() -> None:
    planned = read_plan({"resource_changes": [change("module.keys.aws_kms_key.key", "no-op")]}, layers=("keys",))
    assert planned.is_empty
    assert printed(planned) == "No changes: everything is as the code says.\n"


@pytest.fixture
def environment_without_aws(monkeypatch: pytest.MonkeyPatch, environment: Environment) -> Environment:
    monkeypatch.setattr(module, "synthesize", lambda _environment: SYNTHESIZED)
    monkeypatch.setattr(States, "read", lambda _self, _layer: State(outputs={}, resources=[]))
    return environment


def test_a_plan_is_kept_for_later(
    environment_without_aws: Environment, fake_terraform: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(fake_terraform))
    (fake_terraform / "output").write_text(f"Warning: something\n{json.dumps(DOCUMENT)}\n")
    planned = plan(environment_without_aws, console=Console(file=io.StringIO()))
    kept = environment_without_aws.workspace.folder / "plan" / "plan.json"
    assert json.loads(kept.read_text()) == DOCUMENT
    assert kept.stat().st_mode & 0o077 == 0
    assert not planned.is_empty
    assert "-lock=false" in (fake_terraform / "calls").read_text()


def test_a_plan_that_fails_says_what_terraform_said(
    environment_without_aws: Environment, fake_terraform: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(fake_terraform))
    problem = {"severity": "error", "summary": "No certificate", "detail": "Request one.", "address": "data.x.y"}
    (fake_terraform / "output").write_text(json.dumps({"type": "diagnostic", "diagnostic": problem}) + "\n")
    (fake_terraform / "code").write_text("1")
    with pytest.raises(OpsError, match=r"data.x.y: No certificate\n    Request one."):
        plan(environment_without_aws, console=Console(file=io.StringIO()))


HANDED_OVER: list[dict[str, Any]] = [
    {
        "address": "module.database.aws_rds_cluster.cluster",
        "module_address": "module.database",
        "type": "aws_rds_cluster",
        "change": {"actions": ["forget"], "before": {"id": "aurora-prod"}, "after": None},
    },
    {
        "address": "module.database.aws_rds_cluster.cluster-20261124-080000",
        "module_address": "module.database",
        "type": "aws_rds_cluster",
        "change": {
            "actions": ["no-op"],
            "before": {"id": "aurora-20261124-080000-prod"},
            "after": {"id": "aurora-20261124-080000-prod"},
            "importing": {"id": "aurora-20261124-080000-prod"},
        },
    },
]


def test_what_is_handed_over_is_neither_nothing_nor_a_loss() -> None:
    found = read_plan({"resource_changes": HANDED_OVER}, layers=("database", "compute"))
    assert found.changes == ()
    assert not found.is_empty
    assert found.touches("database")
    assert not found.touches("compute")
    assert not found.restricted_to(["compute"]).handovers
    assert [one.sentence for one in found.handovers] == [
        "lets go of aurora-prod, which was aws_rds_cluster.cluster and stays as it is",
        "adopts aurora-20261124-080000-prod as aws_rds_cluster.cluster-20261124-080000",
    ]


def test_what_is_handed_over_is_shown() -> None:
    file = io.StringIO()
    print_plan(Console(file=file, width=200), read_plan({"resource_changes": HANDED_OVER}, layers=("database",)))
    assert "database lets go of aurora-prod" in file.getvalue()
    assert "Data would be lost" not in file.getvalue()
