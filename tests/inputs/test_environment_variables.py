"""Whatever is set in the process environment, commands and main.py say what they cannot use, and half-make nothing."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import main as program
from ops.account import load_environment
from ops.backend import load_backend
from tests.inputs.account import BACKEND, Ended, everywhere, furnish, run
from tests.inputs.aws import PlayedAws
from tests.inputs.cases import cases, tried

_RIGHT = 0
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
_NAMES = (
    "ENVIRONMENT", "ENVIRONMENT_SUFFIX", "TERRAFORM_BINARY_NAME", "TF_CLI_CONFIG_FILE", "TF_PLUGIN_DIR", "TF_DATA_DIR",
    "TF_PLUGIN_CACHE_DIR", "TF_WORKSPACE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3",
    "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE", "AWS_CA_BUNDLE",
    "AWS_DEFAULTS_MODE", "AWS_STS_REGIONAL_ENDPOINTS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SDK_UA_APP_ID", "AWS_REQUEST_CHECKSUM_CALCULATION",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE", "AWS_BINDINGS", "CI", "NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LINES", "HOME",
    "XDG_DATA_HOME", "XDG_DATA_DIRS", "EMBEDDED_AWS_RECORD", "NO_PROXY",
)  # fmt: skip
_VALUES = st.one_of(
    st.sampled_from(
        ["", " ", "0", "-1", "1", "true", "prod", "local", "broken", "../prod", "/", "/dev/null", "/etc/passwd",
         "http://", "http://[::1", "nonsense", "https://example.com:99999", "a\nb", "\udcff", "é", "x" * 5_000]
    ),
    st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20),
)  # fmt: skip
_COMMANDS = (["output"], ["output", "prod"], ["plan", "prod"], ["preflight", "prod"], ["synth", "prod"], ["local-down"])

# A variable that can only be a mistake, and a command that meets it.
_MISTAKES = [
    ("output", {"ENVIRONMENT": "../prod"}, "'../prod'"),
    ("output", {"ENVIRONMENT": "prod", "ENVIRONMENT_SUFFIX": "No Good"}, "ENVIRONMENT_SUFFIX"),
    ("plan", {"ENVIRONMENT": "prod", "TERRAFORM_BINARY_NAME": "no-such-program"}, "TERRAFORM_BINARY_NAME"),
    ("output", {"ENVIRONMENT": "prod", "AWS_ENDPOINT_URL": "nonsense"}, "AWS_ENDPOINT_URL"),
    ("output", {"ENVIRONMENT": "prod", "AWS_MAX_ATTEMPTS": "many"}, "AWS_MAX_ATTEMPTS"),
    ("output", {"ENVIRONMENT": "prod", "AWS_RETRY_MODE": "nonsense"}, "AWS_RETRY_MODE"),
    ("output", {"ENVIRONMENT": "prod", "AWS_DEFAULTS_MODE": "nonsense"}, "AWS_DEFAULTS_MODE"),
    ("output", {"ENVIRONMENT": "prod", "AWS_PROFILE": "nonsense"}, "AWS_PROFILE"),
]


@pytest.fixture(scope="module")
def aws(project: Path, played: PlayedAws) -> Iterator[PlayedAws]:
    """An account that has the state of one layer."""
    assert project.is_dir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _CREDENTIALS.items():
            patch.setenv(name, value)
        everywhere(patch, load_backend, lambda: BACKEND)
        furnish(load_environment("prod", suffix=None, embedded=False), played, layers=["keys"])
        yield played


@cases(quick=30, long=1_500)
@example(variables={"AWS_ENDPOINT_URL": "nonsense"}, arguments=["output", "prod"])
@example(variables={"AWS_MAX_ATTEMPTS": "many"}, arguments=["output", "prod"])
@example(variables={"TF_PLUGIN_DIR": "x" * 5_000}, arguments=["plan", "prod"])
@example(variables={"TERRAFORM_BINARY_NAME": "./no-program"}, arguments=["plan", "prod"])
@example(variables={"TERRAFORM_BINARY_NAME": "\udcff"}, arguments=["preflight", "prod"])
@given(
    variables=st.dictionaries(st.sampled_from(_NAMES), _VALUES, min_size=1, max_size=4),
    arguments=st.sampled_from(_COMMANDS),
)
def test_whatever_is_set_a_command_explains_itself(
    variables: dict[str, str], arguments: list[str], aws: PlayedAws
) -> None:
    aws.asked.clear()
    ended = _run_with({**_CREDENTIALS, **variables}, arguments)
    if ended.error:
        raise ended.error
    assert ended.code in {0, 1, 2}
    assert ended.said.strip()
    assert "Traceback" not in ended.said
    assert not aws.written
    tried("environment variables")


@pytest.mark.parametrize(("command", "variables", "named"), _MISTAKES, ids=[named for _, _, named in _MISTAKES])
@pytest.mark.usefixtures("aws")
def test_a_variable_that_cannot_be_used_is_named(command: str, variables: dict[str, str], named: str) -> None:
    ended = _run_with({**_CREDENTIALS, **variables}, [command])
    assert ended.error is None
    assert ended.code == 2
    assert named in ended.said


@cases(quick=100, long=3_000)
@given(name=_VALUES, suffix=st.none() | _VALUES)
def test_main_ends_with_a_message_and_writes_nothing(
    name: str, suffix: str | None, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = project / "cdktf.out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "build", _stop)
        patch.setenv("CDKTF_OUTDIR", str(out))
        patch.setenv("ENVIRONMENT", name)
        if suffix is not None:
            patch.setenv("ENVIRONMENT_SUFFIX", suffix)
        with pytest.raises(SystemExit) as ended:
            program.main()
    said = capsys.readouterr()
    assert ended.value.code in {2, _RIGHT}
    assert bool(said.err) == (ended.value.code == 2)
    assert not said.out
    assert not out.exists()
    tried("environment variables")


def _stop(*_arguments: object) -> None:
    """Stands for the building of what is right."""
    sys.exit(_RIGHT)


def _run_with(variables: Mapping[str, str], arguments: list[str]) -> Ended:
    """Run a command in an environment that lasts as long as it does: commands change it themselves."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        return run(*arguments)
    finally:
        os.environ.clear()
        os.environ.update(before)
