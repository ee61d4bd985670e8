"""Pages that people and programs write together: a program's part stands between two comments that bear its name."""

import re
from collections.abc import Iterable


def with_part(page: str, name: str, lines: Iterable[str]) -> str:
    """The page with a part as it should be. Raises LookupError if it has no such part."""
    part = re.search(rf"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", page, re.DOTALL)
    if part is None:
        raise LookupError(f"there is no part <!-- {name} --> ... <!-- end of {name} -->")
    return "\n".join([page[: part.start()].rstrip("\n"), *lines, page[part.end() :]])
