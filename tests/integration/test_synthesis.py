"""What is deployed is what the unit tests look at, whichever way the bindings are loaded, and the same every time."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.settings_file import ENVIRONMENTS, load_settings
from tests.unit.synthesized import synthesize

ROOT = ENVIRONMENTS.parent


def synthesized(bindings: str, folder: Path) -> dict[str, bytes]:
    """Every file that main.py writes, by its name."""
    variables = {**os.environ, "AWS_BINDINGS": bindings, "ENVIRONMENT": "local", "CDKTF_OUTDIR": str(folder)}
    subprocess.run([sys.executable, "main.py"], cwd=ROOT, env=variables, check=True, capture_output=True)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.json")}


@pytest.mark.requirement("Q-1")
def test_the_plain_import_synthesizes_the_same_bytes(tmp_path: Path) -> None:
    lazy, plain = synthesized("lazy", tmp_path / "lazy"), synthesized("eager", tmp_path / "eager")
    assert len(lazy) >= 10
    assert lazy == plain


@pytest.mark.requirement("Q-1", "ENV-4")
def test_what_unit_tests_look_at_is_what_is_written_and_is_the_same_every_time(tmp_path: Path) -> None:
    written = synthesized("lazy", tmp_path)
    for layer, document in synthesize(load_settings("local")).layers.items():
        deployed = json.loads(written[f"stacks/{layer}/cdk.tf.json"])
        for part in ("resource", "data", "output", "provider"):
            assert _without_metadata(deployed.get(part)) == _without_metadata(document.get(part)), layer


def _without_metadata(document: object) -> object:
    if isinstance(document, dict):
        return {key: _without_metadata(value) for key, value in document.items() if key != "//"}
    if isinstance(document, list):
        return [_without_metadata(value) for value in document]
    return document
