"""How layers become one root module, with their states put together."""

import json
from pathlib import Path
from typing import Any

from ops.plan.root import merged_state, module_of, root_of, write_root
from ops.state import State
from ops.synth import Layer, Synthesized

AWS = {"aws": {"source": "aws", "version": "5.100.0"}}
PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'


def layer(name: str, *reads: str, **configuration: Any) -> Layer:  # noqa: ANN401
    states = {producer: {"backend": "s3", "config": {"key": f"local/{producer}.tfstate"}} for producer in reads}
    return Layer(
        name=name,
        dependencies=frozenset(reads),
        folder=Path(name),
        configuration={
            "//": {"metadata": {}},
            "terraform": {"backend": {"s3": {"key": f"local/{name}.tfstate"}}, "required_providers": AWS},
            "provider": {"aws": [{"default_tags": [{"tags": {"Layer": name}}]}]},
            **({"data": {"terraform_remote_state": states}} if states else {}),
            **configuration,
        },
    )


KEYS = layer("keys", output={"key_arn": {"value": "${aws_kms_key.key.arn}"}})
STORAGE = layer(
    "storage",
    "keys",
    resource={"aws_s3_bucket": {"data": {"key": "${data.terraform_remote_state.keys.outputs.key_arn}"}}},
)
SYNTHESIZED = Synthesized({"keys": KEYS, "storage": STORAGE})

STATE = State(
    outputs={"key_arn": {"value": "arn:key", "type": "string"}},
    resources=[
        {
            "mode": "managed",
            "type": "aws_kms_alias",
            "name": "alias",
            "provider": PROVIDER,
            "instances": [{"attributes": {"id": "alias/key"}, "dependencies": ["aws_kms_key.key"]}],
        },
        {"mode": "data", "type": "aws_acm_certificate", "name": "found", "provider": PROVIDER, "instances": [{}]},
    ],
)


def test_a_layer_becomes_a_module_that_takes_what_it_reads() -> None:
    made = module_of(STORAGE)
    assert made["resource"]["aws_s3_bucket"]["data"]["key"] == "${var.keys.key_arn}"
    assert made["variable"] == {"keys": {"type": "any"}}
    assert "data" not in made
    assert "backend" not in made["terraform"]


def test_a_module_keeps_its_provider_and_what_else_it_looks_up() -> None:
    made = module_of(layer("compute", data={"aws_acm_certificate": {"certificate": {"domain": "example.com"}}}))
    assert made["provider"]["aws"][0]["default_tags"] == [{"tags": {"Layer": "compute"}}]
    assert made["data"] == {"aws_acm_certificate": {"certificate": {"domain": "example.com"}}}


def test_a_layer_itself_is_left_as_it_was() -> None:
    before = json.dumps(STORAGE.configuration)
    module_of(STORAGE)
    assert json.dumps(STORAGE.configuration) == before


def test_the_root_hands_each_layer_what_it_reads() -> None:
    root = root_of(SYNTHESIZED)
    assert root["module"] == {
        "keys": {"source": "./keys"},
        "storage": {"source": "./storage", "keys": "${module.keys}"},
    }
    assert root["terraform"]["required_providers"] == AWS


def test_states_are_put_together_as_modules() -> None:
    merged = merged_state({"keys": STATE})
    assert merged
    (resource,) = merged["resources"]
    assert resource["module"] == "module.keys"
    assert resource["provider"] == f"module.keys.{PROVIDER}"
    assert resource["instances"][0]["dependencies"] == ["module.keys.aws_kms_key.key"]
    assert merged["outputs"]["keys"]["value"] == {"key_arn": "arn:key"}
    assert merged["outputs"]["keys"]["type"] == ["object", {"key_arn": "string"}]


def test_of_nothing_there_is_no_state(tmp_path: Path) -> None:
    nothing = State(outputs={}, resources=[])
    assert merged_state({"keys": nothing, "storage": nothing}) is None
    write_root(SYNTHESIZED, {"keys": nothing}, tmp_path / "plan")
    assert not (tmp_path / "plan" / "terraform.tfstate").exists()


def test_what_is_written_replaces_the_last_plan_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    folder.mkdir()
    (folder / "plan.json").write_text("old")
    root = write_root(SYNTHESIZED, {"keys": STATE}, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["keys", "main.tf.json", "storage", "terraform.tfstate"]
    assert (folder / "terraform.tfstate").stat().st_mode & 0o077 == 0
    assert root.providers == {"registry.terraform.io/hashicorp/aws": "5.100.0"}
