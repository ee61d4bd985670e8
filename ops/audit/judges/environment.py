"""The virtual environment of the judges: they are heavy, and want other versions of what this project uses as well."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ops.errors import OpsError
from ops.workspace import ROOT

REQUIREMENTS = ROOT / "requirements-audit.txt"
# No suffix has a dot, so that no environment has these files for its own.
FOLDER = ROOT / ".work" / "audit.tools"
_MADE_OF = "made-of"


@dataclass(frozen=True)
class Said:
    """What a tool wrote, and how it ended."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Tools:
    """A virtual environment with all judges in it."""

    folder: Path

    @property
    def python(self) -> str:
        """The interpreter that can import them."""
        return str(self.folder / "bin" / "python")

    def command(self, name: str) -> str:
        """One of the programs."""
        return str(self.folder / "bin" / name)

    def run(self, command: Sequence[str], *, within: Path, given: str | None = None) -> Said:
        """Run a judge in a folder of its own, where no settings of the user's lie about that could silence it."""
        environment = {
            "HOME": str(within),
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join([str(self.folder / "bin"), os.environ.get("PATH", os.defpath)]),
            "TMPDIR": str(within),
        }
        finished = subprocess.run(
            list(command),
            cwd=within,
            env=environment,
            input=given or "",
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(code=finished.returncode, output=finished.stdout, errors=finished.stderr)


def tools(*, console: Console, requirements: Path = REQUIREMENTS, folder: Path = FOLDER) -> Tools:
    """The judges, installed if they are not there yet, or not in the versions that are pinned."""
    pins = requirements.read_bytes()
    made_of = f"{hashlib.sha256(pins).hexdigest()} Python {platform.python_version()}"
    stamp = folder / _MADE_OF
    if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == made_of):
        console.print(
            "Installing the judges (checkov, trivy, parliament), which happens once and takes about 400 MB ..."
        )
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        for command in _installation(requirements, folder):
            _install(command)
        stamp.write_text(made_of, encoding="utf-8")
    return Tools(folder=folder)


def _installation(requirements: Path, folder: Path) -> list[list[str]]:
    python = str(folder / "bin" / "python")
    if uv := shutil.which("uv"):
        return [
            [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "--quiet", "--python", python, "--requirement", str(requirements)],
        ]
    return [
        [sys.executable, "-m", "venv", str(folder)],
        [python, "-m", "pip", "install", "--quiet", "--requirement", str(requirements)],
    ]


def _install(command: Sequence[str]) -> None:
    finished = subprocess.run(list(command), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if finished.returncode != 0:
        raise OpsError(
            f"The judges cannot be installed:\n{(finished.stderr or finished.stdout).strip()[-2000:]}\n"
            "  They come from the Python package index, so this needs a network the first time; afterwards none.\n"
            f"  This is the command: {' '.join(command)}"
        )
