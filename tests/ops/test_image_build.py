"""Images are built by a real process, whichever tool there is, for the architecture of the settings."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from ops.account import Environment
from ops.errors import BadInputError, OpsError
from ops.images.command import SOURCE, build_image
from ops.images.tags import next_tag
from ops.images.tools import ToolName, find_tool
from tests.ops.image_tools import Tools

pytestmark = pytest.mark.requirement("APP-5")

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/ecr-service-local:1.0.0"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    return Tools.alone_on_the_path(tmp_path, monkeypatch)


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("docker", "docker buildx build --provenance=false --load --platform linux/arm64"),
        ("podman", "podman build --platform linux/arm64"),
        ("buildah", "buildah build --platform linux/arm64"),
    ],
)
def test_any_of_the_tools_builds_for_the_architecture_of_the_settings(
    environment: Environment, console: Console, tools: Tools, name: str, expected: str
) -> None:
    tools.add(name)

    build_image(environment, tool=None, console=console)

    assert tools.calls[-1] == f"{expected} --tag {IMAGE} {SOURCE}"
    assert IMAGE in said(console)
    assert "it says why" not in said(console)


def test_the_embedded_aws_needs_no_registry_to_build(environment: Environment, console: Console, tools: Tools) -> None:
    tools.add("podman")

    build_image(replace(environment, embedded=True), tool=None, console=console)

    assert "push" not in said(console)


def test_a_build_that_fails_says_why(environment: Environment, console: Console, tools: Tools) -> None:
    tools.add("podman", fails="build")

    with pytest.raises(OpsError, match=r"(?s)podman build failed with exit code 7:\n  it says why"):
        build_image(environment, tool=None, console=console)


def test_on_a_terminal_what_the_tool_says_is_shown_as_it_comes(
    environment: Environment, tools: Tools, capfd: pytest.CaptureFixture[str]
) -> None:
    tools.add("podman", fails="build")

    with pytest.raises(OpsError, match="podman build failed with exit code 7; see above"):
        build_image(environment, tool=None, console=Console(file=io.StringIO(), force_terminal=True))

    assert capfd.readouterr().out == "it says why\n"


def test_without_any_tool_it_says_what_to_install(console: Console, tools: Tools) -> None:  # noqa: ARG001 - an empty PATH
    with pytest.raises(BadInputError, match=r"(?s)docker: is not on the PATH.*buildah.*Install one") as raised:
        find_tool(None, console=console)

    assert raised.value.exit_code == 2


@pytest.mark.parametrize("version", ["", "buildah 1.33.2"])
def test_a_docker_that_has_no_buildx_or_is_podman_is_passed_over(console: Console, tools: Tools, version: str) -> None:
    tools.add("docker", version=version)
    with pytest.raises(BadInputError, match="docker: has no buildx"):
        find_tool(None, console=console)
    tools.add("buildah")

    assert find_tool(None, console=console).name is ToolName.BUILDAH


def test_the_tool_that_is_asked_for_is_used_or_missed(console: Console, tools: Tools) -> None:
    tools.add("docker")
    tools.add("podman")

    assert find_tool(None, console=console).name is ToolName.DOCKER
    assert find_tool(ToolName.PODMAN, console=console).name is ToolName.PODMAN
    with pytest.raises(BadInputError, match="buildah: is not on the PATH"):
        find_tool(ToolName.BUILDAH, console=console)


@pytest.mark.parametrize(
    ("tag", "following"),
    [
        ("1.0.0", "1.0.1"),
        ("1.0.9", "1.0.10"),
        ("v7", "v8"),
        ("1.2.0-rc1", "1.2.0-rc2"),
        ("2026.11.24", "2026.11.25"),
        ("nightly", "nightly-2"),
        ("8f0bfc02e9", "8f0bfc02e9-2"),
        ("x" * 128, f"{'x' * 127}2"),
    ],
)
def test_the_next_tag_is_the_one_a_person_would_choose(tag: str, following: str) -> None:
    assert next_tag(tag, taken=set()) == following
    assert next_tag(tag, taken={following}) != following
