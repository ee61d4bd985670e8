"""What the lazy bindings synthesize is what the plain import synthesizes, to the byte."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.settings_file import ENVIRONMENTS

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
