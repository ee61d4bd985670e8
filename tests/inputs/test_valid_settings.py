"""Whatever settings are right, synthesizing them gives JSON that Terraform accepts."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import example, given

from stacks.settings import Settings
from tests.inputs.broken_settings import LEAST
from tests.inputs.cases import cases, tried
from tests.inputs.valid_settings import Document, documents
from tests.integration.test_validate import terraform, write_root
from tests.unit.synthesized import synthesize

# The longest that everything may be: names and descriptions of what is made are limited too.
_LONGEST: Document = {
    **LEAST,
    "environment": {
        **LEAST["environment"],
        "suffix": "s" * 28,
        "project": "p" * 256,
        "runbooks": f"https://{'r' * 248}",
    },
    "alerting": {"emails": [f"{letter * 60}@{'e' * 60}.museum" for letter in "ab"]},
    "service": {
        "certificate": "c" * 63 + ".museum",
        "health_check_path": f"/{'h' * 1023}",
        "image_tag": "i" * 128,
        "hosted_zone": f"{'z' * 63}.museum",
        "domain": f"{'d' * 63}.{'z' * 63}.museum",
        "max_tasks": 1000,
        "waf_rate_limit": 2_000_000_000,
    },
    "database": {"name": "n" * 63, "master_username": "m" * 63, "service_username": "s" * 63, "max_capacity": 256},
    "monitoring": {"monthly_budget_usd": 1_000_000_000, "latency_p99_seconds": 5e-324},
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Terraform finds every layer. It is initialised once: which layers there are is not a matter of settings."""
    folder = tmp_path_factory.mktemp("root")
    write_root(synthesize(Settings.model_validate(LEAST)), folder)
    terraform(folder, "init", "-input=false", "-no-color")
    return folder


@cases(quick=1, long=60)
@example(document=_LONGEST)
@given(document=documents())
def test_settings_that_are_right_become_what_terraform_accepts(document: Document, root: Path) -> None:
    synthesized = synthesize(Settings.model_validate(document))
    tried("synthesized")
    for layer in synthesized.layers:
        shutil.rmtree(root / layer)
    write_root(synthesized, root)
    verdict = json.loads(terraform(root, "validate", "-json"))
    assert verdict["valid"], verdict["diagnostics"]
    assert not verdict["diagnostics"]
    tried("validated")
