"""How two texts differ, line by line, with what stands around each difference."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

_CONTEXT = 3
# Up to here the smallest difference is looked for; beyond, one that is found in time.
_MOST_LINES_COMPARED_IN_FULL = 1000
_LONGEST_LINE = 2000
_LEFT_OUT = "…"
# What a part of a policy, a dashboard or a task definition is called by.
_NAMES = ("Sid", "name", "title")
_NAMED = re.compile(rf' *"(?:{"|".join(_NAMES)})": "(.+)"$')


@dataclass(frozen=True)
class Line:
    """A line that goes (`-`), comes (`+`) or stays (a space); or, with an ellipsis, how many are left out."""

    sign: str
    text: str


def lines_of(value: Any) -> list[str]:  # noqa: ANN401 - any JSON
    """A value as lines: several where it is a document, a list or a text of several lines."""
    if isinstance(value, str):
        document = _parsed(value)
        return value.splitlines() if document is None else _pretty(document)
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return [one if isinstance(one, str) else json.dumps(one) for one in value]
    return _pretty(value)


def differing(before: Sequence[str], after: Sequence[str]) -> tuple[Line, ...]:
    """What goes and what comes, at the left as far as all of it can be moved there."""
    found = list(_differing(before, after)) if before != after else []
    depth = min((_depth(line.text) for line in found if line.sign != _LEFT_OUT and line.text.strip()), default=0)
    return tuple(line if line.sign == _LEFT_OUT else Line(line.sign, line.text[depth:]) for line in found)


def clipped(text: str, *, start: int = 0, longest: int = _LONGEST_LINE) -> str:
    """A text from somewhere on, as long as a person would read it."""
    shown, left_out = text[start : start + longest], len(text) - start - longest
    return ("…" if start else "") + shown + (f"… ({left_out} more characters)" if left_out > 0 else "")


def common(before: Sequence[str], after: Sequence[str]) -> int:
    """How many lines, or characters, both begin with."""
    return next(
        (position for position, (old, new) in enumerate(zip(before, after, strict=False)) if old != new),
        min(len(before), len(after)),
    )


def _differing(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    head = common(before, after)
    tail = min(common(before[::-1], after[::-1]), len(before) - head, len(after) - head)
    # What both begin and end with is compared no further, but for the lines that are shown around a difference.
    skipped, rest = max(head - _CONTEXT, 0), max(tail - _CONTEXT, 0)
    old, new = before[skipped : len(before) - rest], after[skipped : len(after) - rest]
    fast = max(len(old), len(new)) > _MOST_LINES_COMPARED_IN_FULL
    position = -skipped
    for group in SequenceMatcher(None, old, new, autojunk=fast).get_grouped_opcodes(_CONTEXT):
        yield from _left_out(before, position + skipped, group[0][1] + skipped)
        for tag, first, last, first_new, last_new in group:
            if tag == "equal":
                yield from (Line(" ", clipped(line)) for line in old[first:last])
                continue
            yield from (Line("-", clipped(line)) for line in old[first:last])
            yield from (Line("+", clipped(line)) for line in new[first_new:last_new])
        position = group[-1][2]
    yield from _left_out(before, position + skipped, len(before))


def _left_out(lines: Sequence[str], first: int, last: int) -> Iterator[Line]:
    """What stands for lines that are left out; a line by itself takes no more room than that."""
    if last - first == 1:
        yield Line(" ", clipped(lines[first]))
    elif last > first:
        within = _within(lines, last) if last < len(lines) else ""
        yield Line(_LEFT_OUT, f"{last - first} lines as before" + (f", then in {within}" if within else ""))


def _within(lines: Sequence[str], position: int) -> str:
    """The statement, container or widget that a line of a document is in, by the name that comes first in it."""
    depth = _depth(lines[position])
    for line in reversed(lines[:position]):
        if _depth(line) > depth:
            continue
        depth = _depth(line)
        if found := _NAMED.match(line):
            return found[1]
    return ""


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _parsed(text: str) -> Any:  # noqa: ANN401 - any JSON
    """The document that Terraform keeps as JSON in a string; None where it is a text."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _pretty(value: Any) -> list[str]:  # noqa: ANN401 - any JSON
    if value is None or value in ("", [], {}):
        return []
    if not isinstance(value, dict | list):
        return [json.dumps(value)]
    # Without commas at the ends of lines: what comes last in a list now would differ when something comes after it.
    return [line.rstrip(",") for line in json.dumps(_ordered(value), indent=2, ensure_ascii=False).splitlines()]


def _ordered(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A document in an order that does not change, with the names of things first."""
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value, key=lambda name: (name not in _NAMES, name))}
    return [_ordered(one) for one in value] if isinstance(value, list) else value
