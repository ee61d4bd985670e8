"""Lets the shell itself read what a runbook shows, and takes down which commands it would run, running none of them.

Quotes, pipes, loops and `$(...)` are then understood as they are where a person types them. The PATH is empty: a
command that nobody has thought of is an error, not an accident, and so is a variable that nobody has set.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.workspace import ROOT
from tests.runbooks.pages import Snippet

# The index of the runbooks says which variables are set, and what has to be installed.
VARIABLES = {
    "AWS_REGION": "us-east-1",
    "NAME": "local",
    "SUFFIX": "local",
    "ACCOUNT": "123456789012",
    "STATE_BUCKET": "terraform-state-example",
}
ANSWER = "ANSWER"
NOW = 1_800_000_000  # which people calculate with
_TOOLS = ("aws", "psql", "pg_dump", "openssl", "date", "sort", "tail", "uniq", ".venv/bin/python")
# Each is taken down as: how many words, the line, the words.
_PREAMBLE = f"""
set -u
_note() {{
  printf '%s\\0' "$#" "$@" >> "$TAKEN_DOWN"
  if [ "$2" = date ]; then echo {NOW}; else echo {ANSWER}; fi
}}
for tool in {" ".join(_TOOLS)}; do eval "function $tool {{ _note \\"\\${{BASH_LINENO[0]}}\\" $tool \\"\\$@\\"; }}"; done
"""


@dataclass(frozen=True)
class Command:
    """A command as the shell hands it over: its words, without quotes and with variables filled in."""

    page: Path
    line: int
    words: tuple[str, ...]
    inline: bool

    @property
    def where(self) -> str:
        """The page and the line, as editors open them."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


class ShellError(Exception):
    """The shell does not understand it, or would not find a command."""


def commands(snippets: Sequence[Snippet]) -> list[Command]:
    """The commands that the snippets of a page would run. Raises ShellError with the page and the line."""
    page = snippets[0].page
    with tempfile.TemporaryDirectory() as folder:
        preamble, taken_down, script = (Path(folder) / name for name in ("preamble", "taken-down", "script"))
        preamble.write_text(_PREAMBLE, encoding="utf-8")
        taken_down.touch()
        script.write_text(script_of(snippets), encoding="utf-8")
        variables = {**VARIABLES, "BASH_ENV": str(preamble), "TAKEN_DOWN": str(taken_down), "PATH": ""}
        ran = subprocess.run(
            ["/bin/bash", str(script)], env=variables, cwd=folder, capture_output=True, text=True, check=False
        )
        if ran.stderr:
            said = re.sub(rf"{re.escape(str(script))}: line (\d+)", rf"{page.relative_to(ROOT)}:\1", ran.stderr)
            raise ShellError(f"{said.strip()}\n  The shell does not understand it.")
        words = taken_down.read_text(encoding="utf-8").split("\0")[:-1]
    inline = {snippet.line for snippet in snippets if snippet.inline}
    return [
        Command(page=page, line=int(line), words=tuple(said), inline=int(line) in inline)
        for line, *said in _each(words)
    ]


def script_of(snippets: Sequence[Snippet]) -> str:
    """All snippets in one, as a person has one shell for a page; each at the line that it has there."""
    lines: list[str] = []
    for snippet in snippets:
        missing = snippet.line - len(lines) - 1
        if missing < 0:
            lines[-1] += f"; {snippet.text}"
            continue
        lines += [""] * missing + snippet.text.rstrip("\n").split("\n")
    return "\n".join(lines)


def _each(words: list[str]) -> Iterator[list[str]]:
    at = 0
    while at < len(words):
        count = int(words[at])
        yield words[at + 1 : at + 1 + count]
        at += 1 + count
