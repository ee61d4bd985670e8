"""The tag that follows another."""

import re
from collections.abc import Collection

# A number at the end that is not the end of a word such as a commit's hash.
_COUNTED = re.compile(r"(?P<before>(?:.*[._-])?[A-Za-z]{0,4})(?P<number>[0-9]{1,9})")
_LONGEST = 128


def next_tag(tag: str, taken: Collection[str]) -> str:
    """The first tag after `tag` that is not taken: 1.0.1 after 1.0.0, v2 after v1, nightly-2 after nightly."""
    counted = _COUNTED.fullmatch(tag)
    before, number = (counted["before"], int(counted["number"])) if counted else (f"{tag}-", 1)
    while True:
        number += 1
        candidate = f"{before[: _LONGEST - len(str(number))]}{number}"
        if candidate not in taken:
            return candidate
