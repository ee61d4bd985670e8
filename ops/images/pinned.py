"""Writes the digest of an image into a settings file, and leaves everything else in it as it is.

The edit is of one line. What comes of it is read before it is written: it must say what the file said, and the digest.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from ops.errors import OpsError

_KEY = "image_digest"
# As TOML has lines; str.splitlines knows more ends of a line than that.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEADER = re.compile(r"[ \t]*\[")
_SERVICE = re.compile(r"""[ \t]*\[[ \t]*(?:service|"service"|'service')[ \t]*\][ \t]*(?:#.*)?\r?\n?""")
_SET = re.compile(rf"""(?P<before>[ \t]*(?:{_KEY}|"{_KEY}"|'{_KEY}')[ \t]*=[ \t]*)(?:"[^"\n]*"|'[^'\n]*')""")
# Where a new line fits best: below what explains it, or beside the tag that it belongs to.
_NEIGHBOURS = (
    re.compile(rf"[ \t]*#[ \t]*{_KEY}\b"),
    re.compile(r"[ \t]*image_tag\b"),
    re.compile(r"[ \t]*#[ \t]*image_tag\b"),
)


def pin(path: Path, digest: str) -> bool:
    """Write `digest` into the file, in one step, and say whether that changed it.

    Raises OpsError, and writes nothing, where the file is laid out in a way that a line cannot be put into safely.
    """
    path = path.resolve()
    before = path.read_bytes().decode()
    after = pinned(before, digest)
    if after is None:
        raise OpsError(
            f"The digest cannot be put into {path.parent.name}/{path.name} without changing more of it. "
            f'Write it there:\n\n  [service]\n  {_KEY} = "{digest}"'
        )
    if after == before:
        return False
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(after.encode())
    beside.chmod(path.stat().st_mode)
    beside.replace(path)
    return True


def pinned(text: str, digest: str) -> str | None:
    """The text of a settings file with the digest in it; None where that would not be all that changes."""
    lines = _LINE.findall(text)
    section = _section(lines)
    edited = text if section is None else "".join(_edited(lines, section, digest))
    wanted = _read(text)
    wanted["service"] = {**wanted.get("service", {}), _KEY: digest}
    return edited if _read(edited) == wanted else None


def _section(lines: list[str]) -> range | None:
    """The lines of the table, without its header."""
    start = next((at + 1 for at, line in enumerate(lines) if _SERVICE.fullmatch(line)), None)
    if start is None:
        return None
    end = next((at for at in range(start, len(lines)) if _HEADER.match(lines[at])), len(lines))
    return range(start, end)


def _edited(lines: list[str], section: range, digest: str) -> list[str]:
    edited = list(lines)
    for at in section:
        if _SET.match(lines[at]):
            edited[at] = _SET.sub(rf'\g<before>"{digest}"', lines[at], count=1)
            return edited
    found = (at for pattern in _NEIGHBOURS for at in section if pattern.match(lines[at]))
    above = next(found, section.start - 1)
    ending = "\r\n" if lines[above].endswith("\r\n") else "\n"
    if not lines[above].endswith("\n"):
        edited[above] += ending
    edited.insert(above + 1, f'{_KEY} = "{digest}"{ending}')
    return edited


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
