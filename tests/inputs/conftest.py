"""Counts the cases, tells of them, and keeps the machine's own AWS configuration away from them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore import handlers
from hypothesis.configuration import set_hypothesis_home_dir
from moto import mock_aws

from ops.emulator import start_emulator
from ops.errors import OpsError
from ops.synth import synthesize
from ops.traceability import traceability
from ops.workspace import ROOT, Workspace
from stacks.settings_file import ENVIRONMENTS, load_settings
from tests.inputs.account import everywhere, synthesized_layers
from tests.inputs.aws import PlayedAws
from tests.inputs.cases import TRIED
from tests.inputs.tools import put_on_path

# What Hypothesis remembers of Python goes where git and `make clean` know of it.
set_hypothesis_home_dir(ROOT / ".pytest_cache" / "hypothesis")


def pytest_sessionfinish() -> None:
    """Write the counts where INPUTS_REPORT says."""
    if (report := os.environ.get("INPUTS_REPORT")) and TRIED:
        Path(report).write_text(json.dumps(dict(sorted(TRIED.items())), indent=2) + "\n", encoding="utf-8")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was tried."""
    if TRIED:
        counted = ", ".join(f"{kind} {number}" for kind, number in sorted(TRIED.items()))
        terminalreporter.write_line(f"Inputs tried: {counted}")


@pytest.fixture(autouse=True, scope="package")
def _nothing_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Neither credentials nor settings of whoever runs the tests, and no way to a real account."""
    nowhere = tmp_path_factory.mktemp("nowhere")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "ENVIRONMENT"))]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", str(nowhere / "config"))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere / "credentials"))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with an environment, and one whose settings are wrong, on a machine without credentials."""
    folder = tmp_path_factory.mktemp("project")
    environments = folder / "environments"
    environments.mkdir()
    text = (ENVIRONMENTS / "local.toml").read_text(encoding="utf-8")
    for name, settings in (("prod", text), ("local", text), ("broken", text.replace('"local"', '"LOCAL"'))):
        (environments / f"{name}.toml").write_text(settings, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        put_on_path(patch, folder / "bin")
        patch.setitem(load_settings.__kwdefaults__, "folder", environments)  # type: ignore[arg-type]
        everywhere(patch, Workspace, lambda *, suffix: Workspace(suffix=suffix, root=folder))
        layers = synthesized_layers(load_settings("prod"), folder / ".work" / "layers")
        everywhere(patch, synthesize, lambda _environment: layers)
        everywhere(patch, start_emulator, _start_no_emulator)
        everywhere(patch, traceability, lambda *, console: console.print("traced"))
        yield folder


def _start_no_emulator(*_arguments: object, **_options: object) -> None:
    raise OpsError("The embedded AWS is not started here.")


@pytest.fixture(scope="module")
def played() -> Iterator[PlayedAws]:
    """An AWS in this process, instead of the real one."""
    aws = PlayedAws()
    with mock_aws():
        pass  # which makes moto forget what other tests have made
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_ACM_VALIDATION_WAIT", "0")
        patch.setattr(handlers, "BUILTIN_HANDLERS", [("before-send", aws), *handlers.BUILTIN_HANDLERS])
        yield aws
