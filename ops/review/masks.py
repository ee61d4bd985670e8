"""Lays the mirror images in which Terraform marks what is sensitive, and what is unknown, over the values."""

from itertools import zip_longest
from typing import Any

SENSITIVE = "(sensitive)"
UNKNOWN = "(known after apply)"

Marks = Any
Paths = frozenset[tuple[str, ...]]


def is_nothing(value: object) -> bool:
    """Whether a value says no more than that it is not set."""
    return value is None or value in ("", [], {})


def sensitive_paths(marks: Marks, path: tuple[str, ...] = ()) -> Paths:
    """Where something is sensitive. Positions in lists do not count: they shift when something is added."""
    if marks is True:
        return frozenset({path})
    if isinstance(marks, dict):
        return frozenset(found for name, mark in marks.items() for found in sensitive_paths(mark, (*path, name)))
    if isinstance(marks, list):
        return frozenset(found for mark in marks for found in sensitive_paths(mark, path))
    return frozenset()


def masked(value: Any, *, unknown: Marks = False, hidden: Paths, path: tuple[str, ...]) -> Any:  # noqa: ANN401
    """A value with a text in place of what is sensitive, and one in place of what is not known yet."""
    if path in hidden or () in hidden:
        return value if is_nothing(value) else SENSITIVE
    if unknown is True:
        return UNKNOWN
    if isinstance(value, dict):
        marks = unknown if isinstance(unknown, dict) else {}
        names = {**value, **{name: mark for name, mark in marks.items() if mark is True}}
        return {
            name: masked(value.get(name), unknown=marks.get(name), hidden=hidden, path=(*path, name)) for name in names
        }
    if isinstance(value, list):
        pairs = zip_longest(value, unknown if isinstance(unknown, list) else [])
        return [masked(one, unknown=mark, hidden=hidden, path=path) for one, mark in pairs]
    return value
