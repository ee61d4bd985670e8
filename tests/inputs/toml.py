"""Documents as TOML, which Python only reads."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any


def to_toml(document: Mapping[str, Any]) -> str:
    """A document, its tables as sections; what is no table comes first, where it belongs to no section."""
    lines = [f"{_key(key)} = {_value(value)}" for key, value in document.items() if not isinstance(value, dict)]
    for section, keys in document.items():
        if isinstance(keys, dict):
            lines.append(f"[{_key(section)}]")
            lines += [f"{_key(key)} = {_value(value)}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if is_plain(key) else _string(key)


def is_plain(key: str) -> bool:
    """Whether a key may stand without quotation marks."""
    return re.fullmatch(r"[A-Za-z0-9_-]+", key) is not None


def _value(value: Any) -> str:  # noqa: ANN401 - anything that TOML can say
    match value:
        case bool():
            return str(value).lower()
        case int():
            # Python reads no decimal of more than some thousand digits; TOML has hexadecimal ones as well.
            return hex(value) if value > 10**4_000 else str(value)
        case float() | date():
            return str(value).replace("e+", "e")
        case str():
            return _string(value)
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return "{" + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + "}"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
