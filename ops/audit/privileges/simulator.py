"""Runs the policy simulator: all calls at once, in one process of Node.js."""

import fcntl
import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from ops.errors import OpsError
from ops.workspace import ROOT

_SOURCE = Path(__file__).parent.parent / "simulator"
# No suffix has a dot, so that no environment has these files for its own.
_FOLDER = ROOT / ".work" / "audit.simulator"
_BRIDGE = "simulate.mjs"
_FILES = ("package.json", "package-lock.json", _BRIDGE)
_NEEDED = "The policy simulator needs Node.js 20 or later with npm, and the first time a package registry."


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call as the simulator wants it: policies are named, and given once for all calls."""

    principal: str
    action: str
    on: str
    owner: str
    context: Mapping[str, str | list[str]]
    identity: Sequence[str]
    resource: str | None
    endpoint: str | None
    private: bool  # whether S3 blocks public access


def ensure_simulator() -> Path:
    """Where the simulator is installed, after installing it if need be. Raises OpsError when npm cannot."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "in-use").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # tests run in several processes
        wanted = hashlib.sha256(b"".join((_SOURCE / name).read_bytes() for name in _FILES)).hexdigest()
        installed = _FOLDER / "installed"
        if not installed.is_file() or installed.read_text(encoding="utf-8") != wanted:
            Console(stderr=True).print(f"Installing the policy simulator into {_FOLDER.relative_to(ROOT)} ...")
            for name in _FILES:
                shutil.copyfile(_SOURCE / name, _FOLDER / name)
            _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            installed.write_text(wanted, encoding="utf-8")
    return _FOLDER


def decide(calls: Sequence[Call], *, policies: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What simulate.mjs says of each call."""
    ensure_simulator()
    asked = json.dumps({"policies": policies, "calls": [vars(call) for call in calls]})
    decided: list[dict[str, Any]] = json.loads(_run(["node", _BRIDGE], stdin=asked))
    return decided


def _run(command: Sequence[str], *, stdin: str = "") -> str:
    try:
        finished = subprocess.run(command, cwd=_FOLDER, input=stdin, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise OpsError(f"There is no {command[0]} on this machine.\n  {_NEEDED}") from None
    if finished.returncode != 0:
        said = finished.stderr[-2000:].strip()
        raise OpsError(f"{' '.join(command)} failed with {finished.returncode}:\n{said}\n  {_NEEDED}")
    return finished.stdout
