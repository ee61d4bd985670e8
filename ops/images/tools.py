"""The tools that build and push images: docker with buildx, podman or buildah, whichever is there."""

import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console

from ops.errors import BadInputError, OpsError

_PLATFORMS = {"ARM64": "linux/arm64", "X86_64": "linux/amd64"}
_MACHINES = {"aarch64": "ARM64", "arm64": "ARM64", "amd64": "X86_64", "x86_64": "X86_64"}
_LINES_SHOWN = 30


class ToolName(StrEnum):
    """The tools, the one to be preferred first."""

    DOCKER = "docker"
    PODMAN = "podman"
    BUILDAH = "buildah"


@dataclass(frozen=True)
class Tool:
    """A tool that is on the PATH. What it says is shown on a terminal; elsewhere only the end of it, when it fails."""

    name: ToolName
    console: Console

    def build(self, *, folder: Path, image: str, architecture: str) -> None:
        """Build the image of a folder, for an architecture, into the tool's own store."""
        # Without provenance the image is one manifest, as its digest and the registry's lifecycle rules want it.
        commands = {
            ToolName.DOCKER: ["buildx", "build", "--provenance=false", "--load"],
            ToolName.PODMAN: ["build"],
            ToolName.BUILDAH: ["build"],
        }
        arguments = [*commands[self.name], "--platform", _PLATFORMS[architecture], "--tag", image, str(folder)]
        emulated = _MACHINES.get(platform.machine().lower()) != architecture
        advice = (
            f"\n  This machine is {platform.machine()} and the image is for {architecture}, which needs emulation: "
            "install qemu-user-static (binfmt), or build on such a machine."
        )
        self._run(arguments, advice=advice if emulated else "")

    def has(self, image: str) -> bool:
        """Whether the image is in the tool's store."""
        inspected = [str(self.name), "inspect", "--type", "image", image]
        return subprocess.run(inspected, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0

    def log_in(self, registry: str, *, username: str, password: str) -> None:
        """Sign in to a registry. The password goes over standard input, where no list of processes shows it."""
        command = [str(self.name), "login", "--username", username, "--password-stdin", registry]
        done = subprocess.run(command, input=password, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = f"{done.stdout}{done.stderr}".replace(password, "***")
            raise OpsError(f"{self.name} cannot sign in to {registry}:\n{_tail(said)}")

    def log_out(self, registry: str) -> None:
        """Forget the sign-in, which would be good for twelve hours."""
        command = [str(self.name), "logout", registry]
        subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)

    def push(self, image: str) -> None:
        """Push an image to the registry that its name starts with."""
        self._run(["push", image])

    def _run(self, arguments: Sequence[str], *, advice: str = "") -> None:
        command = [str(self.name), *arguments]
        if self.console.is_terminal:
            if code := subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
                raise OpsError(f"{self.name} {arguments[0]} failed with exit code {code}; see above.{advice}")
            return
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            raise OpsError(
                f"{self.name} {arguments[0]} failed with exit code {done.returncode}:\n{_tail(done.stdout)}{advice}"
            )


def find_tool(asked: ToolName | None, *, console: Console) -> Tool:
    """The tool that was asked for, or the first that is there. Raises BadInputError where there is none."""
    names = [asked] if asked else list(ToolName)
    problems = {name: _problem(name) for name in names}
    usable = [name for name, problem in problems.items() if problem is None]
    if not usable:
        listed = "\n".join(f"  {name}: {problem}" for name, problem in problems.items())
        raise BadInputError(
            f"There is nothing to build and push images with:\n{listed}\n"
            "  Install one of them: Docker (https://docs.docker.com/engine/install), podman or buildah "
            "(`apt install podman`, `brew install podman`)."
        )
    return Tool(name=usable[0], console=console)


def _problem(name: ToolName) -> str | None:
    if not shutil.which(name):
        return "is not on the PATH"
    if name is ToolName.DOCKER:
        version = [str(name), "buildx", "version"]
        asked = subprocess.run(version, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        # podman can be installed under docker's name, and has other options.
        if "docker/buildx" not in asked.stdout:
            return "has no buildx (https://docs.docker.com/go/buildx)"
    return None


def _tail(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-_LINES_SHOWN:])
