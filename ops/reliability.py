"""docs/reliability.md: people write its text, `make audit` and `make faults` its figures, each in its part."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import datetime

from ops.errors import OpsError
from ops.workspace import ROOT

PAGE = "docs/reliability.md"


def write_part(name: str, text: str) -> None:
    """Put figures in the part of the page that is theirs. Raises OpsError if the page has no such part."""
    path = ROOT / PAGE
    page = path.read_text(encoding="utf-8")
    part = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    if not part.search(page):
        raise OpsError(f"{PAGE} has no part between <!-- {name} --> and <!-- end of {name} -->.")
    path.write_text(part.sub(lambda found: f"{found[1]}\n{text.strip()}\n\n{found[2]}", page), encoding="utf-8")


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
