"""What a command that makes things found, and what it did about it."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Outcome:
    """A thing that has to be there: whether it was, and what was wrong with it."""

    what: str
    made: bool = False
    mended: tuple[str, ...] = ()

    @property
    def verdict(self) -> Literal["made", "mended", "found"]:
        """The outcome in a word."""
        if self.made:
            return "made"
        return "mended" if self.mended else "found"


def agrees(actual: Any, desired: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether `actual` says everything that `desired` says; AWS adds keys of its own to what it was given."""
    if isinstance(desired, dict):
        return isinstance(actual, dict) and all(agrees(actual.get(key), value) for key, value in desired.items())
    if isinstance(desired, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(desired)
            and all(agrees(one, other) for one, other in zip(actual, desired, strict=True))
        )
    return bool(actual == desired)
