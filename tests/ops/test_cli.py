"""Commands that cannot do what they are asked: one readable block, and an exit code that means something."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from typer.testing import CliRunner, Result

from ops import cli
from ops.account import Environment
from ops.commands import application, life
from ops.errors import explain
from ops.synth import Layer, Synthesized


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, environment: Environment) -> Environment:
    """An environment `local` whose working folder is empty."""
    local = replace(environment, embedded=True)
    monkeypatch.setattr(application, "load_environment", lambda *_, **__: local)
    return local


@pytest.fixture
def real(environment: Environment) -> Environment:
    """An environment in an account that nobody here has credentials of."""
    settings = environment.settings
    elsewhere = settings.environment.model_copy(update={"account_id": "999999999999"})
    return replace(environment, name="prod", settings=settings.model_copy(update={"environment": elsewhere}))


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetCallerIdentity")


@pytest.mark.parametrize(
    "command", ["synth", "bootstrap", "deploy", "migrate", "output", "destroy", "unlock", "plan", "verify"]
)
def test_an_unknown_environment_is_bad_input(command: str) -> None:
    result = invoke(command, "nope")

    assert result.exit_code == 2
    assert "There is no environment 'nope'" in result.stderr
    assert "Known: local" in result.stderr
    assert "Traceback" not in result.output


def test_a_command_of_a_group_is_bad_input_where_it_cannot_be_done() -> None:
    result = invoke("image", "push", "local")

    assert result.exit_code == 2
    assert "nothing to push to" in result.stderr


def test_a_suffix_that_is_refused_is_bad_input() -> None:
    result = invoke("deploy", "local", "--suffix", "Not_Good")

    assert result.exit_code == 2
    assert "[environment] suffix" in result.stderr


@pytest.mark.usefixtures("nowhere")
def test_without_the_embedded_aws_it_says_what_starts_it() -> None:
    result = invoke("deploy", "local")

    assert result.exit_code == 2
    assert "make local" in result.stderr


@pytest.mark.usefixtures("aws")
def test_credentials_of_another_account_are_bad_input(monkeypatch: pytest.MonkeyPatch, real: Environment) -> None:
    monkeypatch.setattr(application, "load_environment", lambda *_, **__: real)

    result = invoke("destroy", "prod", "--yes")

    assert result.exit_code == 2
    assert "account 123456789012" in result.stderr
    assert "account_id = '999999999999'" in result.stderr


@pytest.mark.parametrize(
    ("error", "exit_code", "text"),
    [
        (NoCredentialsError(), 2, "no AWS credentials"),
        (refusal("ExpiredToken"), 2, "does not accept these credentials"),
        (refusal("AccessDenied"), 1, "AWS refused GetCallerIdentity: AccessDenied: no"),
        (EndpointConnectionError(endpoint_url="https://sts"), 1, "cannot be reached"),
    ],
)
def test_errors_of_aws_are_readable(
    monkeypatch: pytest.MonkeyPatch, error: Exception, exit_code: int, text: str
) -> None:
    def fail(_environment: Environment) -> Environment:
        raise error

    monkeypatch.setattr(application, "enter", fail)

    result = invoke("deploy", "local")

    assert result.exit_code == exit_code
    assert text in result.stderr


def test_a_ctrl_c_before_anything_runs_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_environment: Environment) -> Environment:
        raise KeyboardInterrupt

    monkeypatch.setattr(application, "enter", interrupted)

    assert invoke("deploy", "local").exit_code == 130


def test_a_defect_is_not_dressed_up_as_a_users_error() -> None:
    assert explain(ZeroDivisionError()) is None


def test_an_unknown_layer_is_bad_input_and_the_known_ones_are_listed(tmp_path: Path) -> None:
    layers = {name: Layer(name, frozenset(), tmp_path, {}) for name in ("keys", "network")}

    with pytest.raises(Exception, match=r"(?s)no layer 'netwrk'.*mean 'network'.*Known: keys, network") as raised:
        Synthesized(layers=layers).check_known(["netwrk"])

    explained = explain(raised.value)
    assert explained
    assert explained.exit_code == 2


def test_synth_speaks_to_machines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, nowhere: Environment) -> None:
    resources: dict[str, Any] = {"aws_vpc": {"vpc": {}}, "aws_subnet": {"a": {}, "b": {}}}
    layer = Layer("network", frozenset(), tmp_path, {"resource": resources})
    monkeypatch.setattr(life, "synthesize", lambda _environment: Synthesized({"network": layer}))

    result = invoke("synth", "local", "--json")

    assert json.loads(result.stdout) == {
        "folder": str(nowhere.workspace.synthesized),
        "layers": {"network": 3},
        "resources": 3,
    }
