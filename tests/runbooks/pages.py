"""What the runbooks ask a person to type: their `sh` blocks, and the commands within sentences."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ops.workspace import ROOT

DOCS = ROOT / "docs"
# Nobody types these: whoever sees the word in a sentence knows that it is a command.
_COMMANDS = ("aws ", ".venv/bin/python ", "psql ", "pg_dump ")
_BLOCK = re.compile(r"^(?P<indent> *)```sh\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_ANY_BLOCK = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Snippet:
    """Shell that a page shows; a command within a sentence is `inline`."""

    page: Path
    line: int
    text: str
    inline: bool = False


def pages() -> list[Path]:
    """Every runbook, and the page that leads to them."""
    return [*sorted((DOCS / "runbooks").glob("*.md")), DOCS / "backup.md"]


def snippets(page: Path) -> list[Snippet]:
    """What a page asks to type, from its top to its end."""
    text = page.read_text(encoding="utf-8")
    return sorted([*_blocks(page, text), *_inline(page, text)], key=lambda snippet: snippet.line)


def _blocks(page: Path, text: str) -> Iterator[Snippet]:
    for block in _BLOCK.finditer(text):
        yield Snippet(page=page, line=_line(text, block.start("text")), text=textwrap.dedent(block["text"]))


def _inline(page: Path, text: str) -> Iterator[Snippet]:
    prose = _ANY_BLOCK.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text)
    for code in _INLINE.finditer(prose):
        if code[1].startswith(_COMMANDS):
            said = re.sub(r"\s+", " ", code[1])
            yield Snippet(page=page, line=_line(text, code.start()), text=said, inline=True)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
