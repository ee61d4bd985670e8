"""A push is done by a real process that is told no password on its command line, and ends up in the settings."""

import base64
import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from ops.account import Environment
from ops.errors import BadInputError, OpsError
from ops.images import command
from ops.images.command import push_image
from ops.images.registry import SignIn
from ops.images.tools import Tool
from tests.ops.image_tools import Tools
from tests.ops.test_image import pinned, put

pytestmark = pytest.mark.requirement("APP-5")

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/ecr-service-local:1.0.0"
REGISTRY = IMAGE.partition("/")[0]
LOCAL = '[environment]\nsuffix = "local"\n\n[service] # runs\nimage_tag = "1.0.0"\n'


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    return Tools.alone_on_the_path(tmp_path, monkeypatch)


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


@pytest.fixture
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings that a push writes to."""
    path = tmp_path / "local.toml"
    path.write_text(LOCAL, encoding="utf-8")
    monkeypatch.setattr(command, "ENVIRONMENTS", tmp_path)
    return path


@pytest.fixture
def account(environment: Environment, aws: None, monkeypatch: pytest.MonkeyPatch) -> Environment:  # noqa: ARG001
    """An account with the repository, in which an image is there once it is pushed."""
    environment.session().client("ecr").create_repository(repositoryName="ecr-service-local")
    push = Tool.push

    def push_to_account(tool: Tool, image: str) -> None:
        push(tool, image)
        repository, _, tag = image.rpartition("/")[2].partition(":")
        put(environment, tag, repository=repository)

    monkeypatch.setattr(Tool, "push", push_to_account)
    return environment


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", ["docker", "podman", "buildah"])
def test_a_push_signs_in_pushes_and_forgets_the_sign_in(
    account: Environment, console: Console, tools: Tools, settings_file: Path, name: str
) -> None:
    tools.add(name)

    push_image(account, tool=None, console=console)

    login, push, logout = tools.calls[-3:]
    assert login == f"{name} login --username AWS --password-stdin {REGISTRY}"
    assert (push, logout) == (f"{name} push {IMAGE}", f"{name} logout {REGISTRY}")
    pushed = account.session().client("ecr").describe_images(repositoryName="ecr-service-local")["imageDetails"][0]
    assert settings_file.read_text(encoding="utf-8") == f'{LOCAL}image_digest = "{pushed["imageDigest"]}"\n'
    assert pushed["imageDigest"] in said(console)


def test_the_password_goes_over_standard_input_and_nowhere_else(
    account: Environment, console: Console, tools: Tools, settings_file: Path
) -> None:
    tools.add("docker")
    token = account.session().client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    password = base64.b64decode(token).decode().partition(":")[2]

    push_image(account, tool=None, console=console)

    assert (tools.folder / "stdin").read_text() == password
    shown = [
        *tools.calls,
        said(console),
        settings_file.read_text(),
        repr(SignIn("AWS", password)),
        *os.environ.values(),
    ]
    assert not [text for text in shown if password in text]


def test_a_sign_in_that_fails_shows_no_password_and_pushes_nothing(
    account: Environment, console: Console, tools: Tools, settings_file: Path
) -> None:
    tools.add("docker", fails="login")

    with pytest.raises(OpsError, match="docker cannot sign in to") as raised:
        push_image(account, tool=None, console=console)

    assert (tools.folder / "stdin").read_text() not in str(raised.value)
    assert "it says why" in str(raised.value)
    assert not [call for call in tools.calls if " push " in call]
    assert settings_file.read_text() == LOCAL


def test_a_push_that_fails_forgets_the_sign_in_and_writes_nothing(
    account: Environment, console: Console, tools: Tools, settings_file: Path
) -> None:
    tools.add("podman", fails="push")

    with pytest.raises(OpsError, match="podman push failed with exit code 7"):
        push_image(account, tool=None, console=console)

    assert tools.calls[-1] == f"podman logout {REGISTRY}"
    assert settings_file.read_text() == LOCAL


def test_a_tag_that_is_taken_is_not_pushed_again(account: Environment, console: Console, tools: Tools) -> None:
    tools.add("docker")
    digest = put(account, "1.0.0")
    put(account, "1.0.1")

    with pytest.raises(BadInputError, match="a tag never changes its image") as raised:
        push_image(account, tool=None, console=console)

    assert 'image_tag = "1.0.2"' in str(raised.value)
    assert f'image_digest = "{digest}"' in str(raised.value)
    assert raised.value.exit_code == 2
    assert not [call for call in tools.calls if "login" in call]


def test_an_image_that_was_not_built_is_not_pushed(account: Environment, console: Console, tools: Tools) -> None:
    tools.add("docker", fails="inspect")

    with pytest.raises(BadInputError, match="image build local --tool docker"):
        push_image(account, tool=None, console=console)


@pytest.mark.usefixtures("aws")
def test_without_a_repository_it_says_what_makes_one(environment: Environment, console: Console, tools: Tools) -> None:
    tools.add("docker")

    with pytest.raises(BadInputError, match="deploy local --only registry"):
        push_image(environment, tool=None, console=console)


def test_there_is_nothing_to_push_to_on_the_embedded_aws(environment: Environment, console: Console) -> None:
    with pytest.raises(BadInputError, match="runs no containers"):
        push_image(replace(environment, embedded=True), tool=None, console=console)


def test_the_digest_of_another_environments_image_is_not_written(
    account: Environment, console: Console, tools: Tools, settings_file: Path
) -> None:
    tools.add("docker")
    of_settings = account.settings.environment.model_copy(update={"suffix": "next-to-it"})
    elsewhere = replace(account, settings=account.settings.model_copy(update={"environment": of_settings}))
    account.session().client("ecr").create_repository(repositoryName="ecr-service-next-to-it")

    push_image(elsewhere, tool=None, console=console)

    assert settings_file.read_text() == LOCAL
    assert "another environment's" in said(console)


def test_a_digest_of_the_release_before_does_not_keep_the_next_from_being_pushed(
    account: Environment, console: Console, tools: Tools, settings_file: Path
) -> None:
    tools.add("docker")
    before = put(account, "0.9.0")

    push_image(pinned(account, before), tool=None, console=console)

    assert before not in settings_file.read_text()
