"""Tries tens of thousands of inputs, valid and broken, by running the tests that generate them at length."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ops.errors import OpsError
from ops.reliability import measured_on, table
from ops.workspace import ROOT

_TESTS = ("-m", "pytest", "-q", "tests/inputs")


def try_inputs() -> dict[str, int]:
    """How many inputs of each kind were tried. Raises OpsError with what pytest says if any was met badly."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "inputs.json"
        environment = {**os.environ, "HYPOTHESIS_PROFILE": "long", "INPUTS_REPORT": str(report)}
        finished = subprocess.run(
            [sys.executable, *_TESTS], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if finished.returncode != 0:
            raise OpsError(f"An input was met badly:\n{finished.stdout[-3000:]}")
        tried: dict[str, int] = json.loads(report.read_text(encoding="utf-8"))
        return tried


def part(tried: dict[str, int]) -> str:
    """The figures, in Markdown."""
    in_all = f"{sum(tried.values()):,} in all, none met badly."
    return "\n\n".join([measured_on(), table(("Input", "Tried"), list(tried.items())), in_all])
