"""docs/reliability.md: people write its text, `make audit` and `make faults` its figures, each in its part."""

import os
import platform
from collections.abc import Sequence
from datetime import datetime

from ops.errors import OpsError
from ops.pages import with_part
from ops.workspace import ROOT

PAGE = "docs/reliability.md"


def write_part(name: str, text: str) -> None:
    """Put figures in the part of the page that is theirs. Raises OpsError if the page has no such part."""
    path = ROOT / PAGE
    page = path.read_text(encoding="utf-8")
    try:
        written = with_part(page, name, ["", text.strip(), ""])
    except LookupError as error:
        raise OpsError(f"{PAGE} cannot be written: {error}") from None
    path.write_text(written, encoding="utf-8")


def measured_on() -> str:
    """When and where figures were measured."""
    today = datetime.now().astimezone().date().isoformat()
    return (
        f"Measured on {today}: {os.cpu_count()} processors, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}."
    )


def table(header: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    """A table in Markdown; every column but the first holds figures if its first cell is one."""
    figures = [isinstance(cell, int | float) for cell in rows[0]] if rows else [False] * len(header)
    lines = [header, tuple("--:" if figure else "---" for figure in figures), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
