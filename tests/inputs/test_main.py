"""main.py as a program: what it cannot use it says, and writes nothing."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ops.workspace import ROOT
from tests.inputs.cases import tried


@pytest.mark.parametrize(
    "variables", [{"ENVIRONMENT": "../prod"}, {"ENVIRONMENT": "\udcff"}, {"ENVIRONMENT_SUFFIX": ""}]
)
def test_main_as_a_program_exits_with_2_and_writes_nothing(variables: Mapping[str, str], tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, str(ROOT / "main.py")],
        cwd=tmp_path,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.strip()
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.iterdir())
    tried("programs")
