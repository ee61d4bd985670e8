"""Values as the AWS CLI takes them: scalars, lists, JSON, files, and the shorthand `Name=a,Values=b,c`.

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
"""

import json
from pathlib import Path
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

# What stands for the content of a file that is not there yet: whoever follows the runbook has made it.
_IN_A_FILE: dict[str, Any] = {"structure": {}, "map": {}, "list": [], "blob": b""}


def read_value(said: str | list[str], shape: Shape) -> Any:  # noqa: ANN401 - any JSON
    """What a person typed behind an option, as botocore wants it. Raises ValueError for what cannot be understood."""
    if isinstance(shape, ListShape):
        return _read_list([said] if isinstance(said, str) else said, shape)
    assert isinstance(said, str)
    if said.startswith(("file://", "fileb://")):
        return _read_file(said, shape)
    if isinstance(shape, StructureShape | MapShape):
        return _read_json(said) if said.lstrip()[:1] in {"{", "["} else _read_shorthand(said, shape)
    return _read_scalar(said, shape)


def _read_list(said: list[str], shape: ListShape) -> list[Any]:
    if len(said) == 1 and said[0].startswith("file://"):
        return list(_read_file(said[0], shape))
    if len(said) == 1 and said[0].lstrip().startswith("["):
        return list(_read_json(said[0]))
    return [read_value(one, shape.member) for one in said]


def _read_scalar(said: str, shape: Shape) -> Any:  # noqa: ANN401 - any JSON
    match shape.type_name:
        case "integer" | "long":
            return int(said)
        case "float" | "double":
            return float(said)
        case "boolean":
            if said not in {"true", "false"}:
                raise ValueError(f"{said!r} is neither true nor false")
            return said == "true"
        case "string" if shape.enum and said.isascii() and said not in shape.enum:  # type: ignore[attr-defined]
            raise ValueError(f"{said!r} is none of {', '.join(shape.enum)}")  # type: ignore[attr-defined]
        case "blob":
            return said.encode()
    return said


def _read_file(said: str, shape: Shape) -> Any:  # noqa: ANN401 - any JSON
    path = Path(said.partition("://")[2])
    if not path.exists():
        return _IN_A_FILE.get(shape.type_name, "")
    content = path.read_bytes()
    if shape.type_name == "blob":
        return content
    return content.decode() if shape.type_name == "string" else _read_json(content.decode())


def _read_json(said: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(said)
    except ValueError as error:
        raise ValueError(f"{said} is no JSON: {error}") from None


def _read_shorthand(said: str, shape: StructureShape | MapShape) -> dict[str, Any]:
    """`Key=value`, separated by commas; what follows without a key of its own is one more value of the last key."""
    given: dict[str, list[str]] = {}
    for part in said.split(","):
        key, equals, value = part.partition("=")
        if equals:
            given[key] = [value]
        elif given:
            given[next(reversed(given))].append(part)
        else:
            raise ValueError(f"{said!r} has no Key=value")
    return {key: _member(key, values, shape) for key, values in given.items()}


def _member(key: str, values: list[str], shape: StructureShape | MapShape) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(shape, MapShape):
        member: Shape = shape.value
    elif key in shape.members:
        member = shape.members[key]
    else:
        raise ValueError(f"{shape.name} has no {key}; it has {', '.join(shape.members)}")
    if isinstance(member, ListShape):
        return read_value(values, member)
    if len(values) > 1:
        raise ValueError(f"{key} takes one value, not {','.join(values)}")
    return read_value(values[0], member)
