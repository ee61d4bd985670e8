"""How a plan of modules becomes one that the scanners can follow, and that nothing is lost on the way."""

from typing import Any

import pytest

from ops.audit.judges.one_module import as_one_module, readable, resources_of
from ops.errors import OpsError


def plan(*, after: dict[str, Any] | None = None) -> dict[str, Any]:
    """Two layers, of which one encrypts a table with the other's key."""

    def resource(layer: str, kind: str, name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        return {"address": f"module.{layer}.{kind}.{name}", "mode": "managed", "type": kind, "name": name, **more}

    def configured(kind: str, name: str, **expressions: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        return {
            "address": f"{kind}.{name}",
            "mode": "managed",
            "type": kind,
            "name": name,
            "expressions": expressions,
        }

    table = resource("storage", "aws_dynamodb_table", "sessions")
    key = resource("keys", "aws_kms_key", "storage")
    reference = {
        "constant_value": "${var.keys.storage_key_arn}",
        "references": ["var.keys.storage_key_arn", "var.keys"],
    }
    output = {"expression": {"references": ["aws_kms_key.storage.arn", "aws_kms_key.storage"]}}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {
            "root_module": {
                "child_modules": [
                    {"address": "module.keys", "resources": [key]},
                    {"address": "module.storage", "resources": [{**table, "values": after or {}}]},
                ]
            }
        },
        "resource_changes": [
            {**key, "module_address": "module.keys", "change": {"actions": ["create"], "after": {}}},
            {**table, "module_address": "module.storage", "change": {"actions": ["create"], "after": after or {}}},
            {"mode": "data", "type": "aws_acm_certificate", "name": "certificate"},
        ],
        "configuration": {
            "root_module": {
                "module_calls": {
                    "keys": {
                        "module": {
                            "outputs": {"storage_key_arn": output},
                            "resources": [configured("aws_kms_key", "storage")],
                        }
                    },
                    "storage": {
                        "module": {
                            "resources": [
                                configured(
                                    "aws_dynamodb_table",
                                    "sessions",
                                    server_side_encryption=[{"kms_key_arn": reference}],
                                )
                            ]
                        }
                    },
                }
            }
        },
    }


def test_a_reference_to_another_layer_leads_to_the_resource_itself() -> None:
    document = as_one_module(plan())
    (table,) = [
        resource
        for resource in document["configuration"]["root_module"]["resources"]
        if resource["address"] == "aws_dynamodb_table.storage_sessions"
    ]
    (encryption,) = table["expressions"]["server_side_encryption"]
    assert encryption["kms_key_arn"] == {"references": ["aws_kms_key.keys_storage.arn", "aws_kms_key.keys_storage"]}


def test_all_resources_of_a_plan_and_no_data_sources_become_one_module() -> None:
    document = as_one_module(plan())
    expected = ["aws_kms_key.keys_storage", "aws_dynamodb_table.storage_sessions"]
    assert [made["address"] for made in document["planned_values"]["root_module"]["resources"]] == expected
    assert [made["address"] for made in document["resource_changes"]] == expected
    assert resources_of(document) == 2
    assert readable(expected[1]) == "storage: aws_dynamodb_table.sessions"


def test_no_part_of_a_list_is_null_because_trivy_would_read_nothing() -> None:
    document = as_one_module(plan(after={"name": "sessions", "replica": [None, {"region_name": None}]}))
    (_, change) = document["resource_changes"]
    assert change["change"]["after"] == {"name": "sessions", "replica": ["known-after-apply", {"region_name": None}]}
    assert document["planned_values"]["root_module"]["resources"][1]["values"] == change["change"]["after"]


def test_what_is_no_plan_of_all_layers_is_an_error() -> None:
    with pytest.raises(OpsError, match="no plan of all layers"):
        as_one_module({"resource_changes": [], "output_changes": {}})
