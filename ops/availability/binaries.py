"""PostgreSQL 15 and HAProxy: found where packages put them, and installed once where that can be done unasked."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.errors import OpsError
from ops.workspace import ROOT

MAJOR_VERSION = 15
_PACKAGES = {"postgres": f"postgresql-{MAJOR_VERSION}", "haproxy": "haproxy"}
_FORMULAE = {"postgres": f"postgresql@{MAJOR_VERSION}", "haproxy": "haproxy"}
# Debian keeps PostgreSQL off the PATH, and daemons off that of ordinary users.
_FOLDERS = (
    Path(f"/usr/lib/postgresql/{MAJOR_VERSION}/bin"),
    Path(f"/usr/pgsql-{MAJOR_VERSION}/bin"),
    Path("/usr/sbin"),
)


@dataclass(frozen=True)
class Binaries:
    """Where the programs are: PostgreSQL's are many, in one folder."""

    postgresql: Path
    haproxy: Path


def find_or_install(say: Callable[[str], None]) -> Binaries:
    """The programs, installed if need be. Raises OpsError, which says how to install what is missing."""
    with _one_at_a_time():
        if missing := _missing():
            _install(missing, say)
    found = find()
    if found is None:
        raise OpsError(_instruction(_missing()))
    return found


def find() -> Binaries | None:
    """The programs, if all of them are here."""
    postgres, haproxy = _find("postgres"), _find("haproxy")
    if postgres is None or haproxy is None:
        return None
    # A link to one of them says nothing of the others.
    return Binaries(postgresql=postgres.resolve().parent, haproxy=haproxy)


def how_to_install() -> str:
    """What to run for those that are not here."""
    return _instruction(_missing())


def _missing() -> list[str]:
    return [name for name in _PACKAGES if _find(name) is None]


def _find(name: str) -> Path | None:
    for folder in _folders(name):
        candidate = folder / name
        if os.access(candidate, os.X_OK) and (name != "postgres" or _is_right_version(candidate)):
            return candidate
    return None


def _folders(name: str) -> Iterator[Path]:
    yield from (Path(folder) for folder in os.get_exec_path())
    yield from _FOLDERS
    if shutil.which("brew"):
        # Homebrew links no formula that has a version in its name.
        shown = subprocess.run(["brew", "--prefix", _FORMULAE[name]], capture_output=True, text=True, check=False)
        yield Path(shown.stdout.strip()) / "bin"


def _is_right_version(postgres: Path) -> bool:
    shown = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False)
    return f" {MAJOR_VERSION}." in shown.stdout


def _install(missing: list[str], say: Callable[[str], None]) -> None:
    """On Debian, by root or who needs no password to be it; elsewhere nothing is done."""
    become_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (become_root and not shutil.which("sudo")):
        return
    packages = [_PACKAGES[name] for name in missing]
    say(f"Installing {' and '.join(packages)}, which takes a minute and happens once ...")
    update = [*become_root, "apt-get", "update", "-qq"]
    install = [*become_root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (update, install):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OpsError(f"{_instruction(missing)}\n  It was tried, and failed:\n{done.stderr.strip()[-1000:]}")


def _instruction(missing: list[str]) -> str:
    packages = " ".join(_PACKAGES[name] for name in missing)
    formulae = " ".join(_FORMULAE[name] for name in missing)
    return (
        f"The service on a real database needs programs that are not here: {', '.join(missing)}.\n"
        f"  Debian, Ubuntu: sudo apt-get install {packages}\n  macOS: brew install {formulae}"
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Tests that run in parallel would install at once, which dpkg refuses."""
    lock = ROOT / ".work" / "binaries.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
