"""An environment without an AWS behind it, and one with AWS played in this process."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from ops.account import Environment
from ops.backend import Backend
from ops.workspace import Workspace
from stacks.settings_file import load_settings


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's own AWS configuration, or of this run's, reaches a test or outlives it."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "ENVIRONMENT", "TF_", "TERRAFORM_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The environment `local`, treated as if it were on a real account. Its session is dear, so all tests share it."""
    workspace = Workspace(suffix="local", root=tmp_path_factory.mktemp("project"))
    return Environment(name="local", settings=load_settings("local"), embedded=False, workspace=workspace)


@pytest.fixture
def backend() -> Backend:
    return Backend(bucket="states", lock_table="locks", region="us-east-1", key_alias="alias/states")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account, in this process."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.fixture
def fake_terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `terraform` on the PATH that says what the files beside it say, and notes what it was asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    binary = folder / "terraform"
    binary.write_text(
        "#!/bin/sh\n"
        f'here="$PWD"\ncd {folder}\necho "$@" >> calls\n'
        'case "$1" in\n'
        """  version) echo '{"terraform_version": "1.11.4"}' ;;\n"""
        '  init) touch "$here/.terraform.lock.hcl"; exit "$(cat init-code 2>/dev/null || echo 0)" ;;\n'
        '  *) cat output 2>/dev/null; exit "$(cat code 2>/dev/null || echo 0)" ;;\n'
        "esac\n"
    )
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder
