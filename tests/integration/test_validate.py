"""Terraform accepts every layer: all of them at once, as modules of one root, which costs one start of the provider."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from ops.provider_mirror import provider_variables
from ops.terraform import find_binary
from stacks.settings_file import load_settings
from tests.unit.conftest import OTHER, with_changes
from tests.unit.synthesized import Synthesized, synthesize

PROVIDER = {"registry.terraform.io/hashicorp/aws": "5.100.0"}


def terraform(folder: Path, *arguments: str) -> str:
    """What Terraform answers, which has to be that all is well."""
    inherited = {name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
    mirror = provider_variables(required=PROVIDER, environ=os.environ, work=folder)
    command = [find_binary().path, *arguments]
    ended = subprocess.run(
        command, cwd=folder, env={**inherited, **mirror}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def write_root(environment: Synthesized, folder: Path) -> None:
    """One root module that calls each layer."""
    modules = {}
    for layer, document in environment.layers.items():
        without_backend = {**document["terraform"]}
        del without_backend["backend"]
        (folder / layer).mkdir()
        text = json.dumps({**document, "terraform": without_backend})
        (folder / layer / "main.tf.json").write_text(text, encoding="utf-8")
        modules[layer] = {"source": f"./{layer}"}
    (folder / "main.tf.json").write_text(json.dumps({"module": modules}), encoding="utf-8")


@pytest.mark.requirement("Q-1")
@pytest.mark.parametrize("changes", [{}, OTHER], ids=["local", "other"])
def test_terraform_accepts_every_layer(changes: dict[str, dict[str, object]], tmp_path: Path) -> None:
    write_root(synthesize(with_changes(load_settings("local"), changes)), tmp_path)
    terraform(tmp_path, "init", "-input=false", "-no-color")
    verdict = json.loads(terraform(tmp_path, "validate", "-json"))
    assert verdict["valid"], verdict["diagnostics"]
    assert verdict["warning_count"] == 0, verdict["diagnostics"]
