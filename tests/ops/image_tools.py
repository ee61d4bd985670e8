"""Tools that build and push images, played by scripts that note what they were told."""

import stat
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Tools:
    """The folder that is the whole PATH, and what the tools in it were told."""

    folder: Path

    def add(self, name: str, *, version: str = "github.com/docker/buildx v0.12", fails: str = "") -> None:
        """Install a tool, of which one kind of call fails."""
        script = self.folder / name
        script.write_text(
            f"#!/bin/sh\ncd {self.folder}\n"
            f'echo "{name} $*" >> calls\n'
            'case "$1" in\n'
            "  login) /bin/cat > stdin ;;\n"
            f'  buildx) [ "$2" = version ] && echo "{version}" ;;\n'
            "esac\n"
            f'if [ "$1" = "{fails}" ]; then echo "it says why"; [ "$1" = login ] && /bin/cat stdin >&2; exit 7; fi\n'
            "exit 0\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()

    @classmethod
    def alone_on_the_path(cls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Tools":
        """No tool yet, and nothing else either."""
        folder = tmp_path / "bin"
        folder.mkdir()
        monkeypatch.setenv("PATH", str(folder))
        return cls(folder)
