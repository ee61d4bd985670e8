"""Reads `environments/NAME.toml` into `Settings`, or says in one block everything that is wrong with it."""

import difflib
import json
import re
import tomllib
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stacks.settings import Settings

ENVIRONMENTS = Path(__file__).parent.parent / "environments"
# How much is shown of a value or a key, and of a sentence that has one in it.
_LONGEST = 200
_LONGEST_RULE = 500


class SettingsError(Exception):
    """The settings cannot be used. The message is for people and lists every problem; callers exit with code 2."""


def load_settings(name: str, *, suffix: str | None = None, folder: Path = ENVIRONMENTS) -> Settings:
    """The settings of environment `name`, with `suffix` in place of the file's own where it is given.

    Raises SettingsError when there is no such file, it is no TOML, or anything in it is refused.
    """
    path = folder / f"{name}.toml"
    document = _read(path, name)
    if suffix is not None:
        document = _with_suffix(document, suffix)
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        shown = f"{path.parent.name}/{path.name}"
        problems = "\n".join(_explain(problem, overridden=suffix is not None) for problem in error.errors())
        raise SettingsError(f"{shown} cannot be used:\n{problems}") from None


def _read(path: Path, name: str) -> dict[str, Any]:
    shown = f"{path.parent.name}/{path.name}"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", name):
        raise SettingsError(
            f"{_shortened(repr(name))} cannot be an environment's name: use at most 100 letters, digits, - and _, "
            "for example: prod"
        )
    try:
        if not path.exists():
            raise SettingsError(_unknown(path, name))
        if not path.is_file():
            raise SettingsError(f"{shown} is not a file")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{shown} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{shown} is not valid TOML: {error}\n  See environments/example.toml.") from None


def _unknown(path: Path, name: str) -> str:
    shown = f"{path.parent.name}/{path.name}"
    known = sorted(file.stem for file in path.parent.glob("*.toml") if file.stem != "example")
    return (
        f"There is no environment {name!r}: {shown} does not exist.\n"
        f"  Known: {', '.join(known) or 'none'}. To make it, copy environments/example.toml to {shown}."
    )


def _with_suffix(document: dict[str, Any], suffix: str) -> dict[str, Any]:
    section = document.get("environment", {})
    if not isinstance(section, dict):
        return document
    return {**document, "environment": {**section, "suffix": suffix}}


def _explain(problem: ErrorDetails, *, overridden: bool) -> str:
    """One problem: its key, what is wrong, and an example that is right."""
    location = [str(part) for part in problem["loc"]]
    section, *keys = map(_key, location)
    where = f"[{section}] {'.'.join(keys)}".strip()
    if overridden and location == ["environment", "suffix"]:
        where += " (from ENVIRONMENT_SUFFIX)"
    wrong, example = _wording(problem, location), _example(location)
    # A rule over two keys knows better than the key's own example what would be right.
    wrong, own, better = wrong.partition("; for example: ")
    right = better if own else example
    return f"  - {where}: {wrong}" + (f"\n      for example: {right}" if right else "")


def _wording(problem: ErrorDetails, location: list[str]) -> str:
    match problem["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            known = _known_keys(location[:-1])
            close = difflib.get_close_matches(location[-1], known, n=1)
            return f"is not a key that exists; {f'did you mean {close[0]!r}?' if close else f'known: {_listed(known)}'}"
        case "model_type" | "model_attributes_type":
            return f"must be a table, not {_value(problem['input'])}"
        case "value_error":
            return _shortened(problem["msg"].removeprefix("Value error, "), longest=_LONGEST_RULE)
        case _:
            return f"{_value(problem['input'])}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"


def _model_at(path: list[str]) -> type[BaseModel] | None:
    """The table at a place in the file; which of several of one name it is makes no difference."""
    model: type[BaseModel] = Settings
    for key in _names(path):
        field = model.model_fields.get(key)
        kinds = [field.annotation, *get_args(field.annotation)] if field else []
        found = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not found:
            return None
        model = found[0]
    return model


def _names(path: list[str]) -> list[str]:
    """A place in the file without the numbers of tables that there are several of."""
    return [key for key in path if not key.isdigit()]


def _known_keys(path: list[str]) -> list[str]:
    model = _model_at(path)
    return list(model.model_fields) if model else []


def _example(location: list[str]) -> str:
    """How the offending key would stand in the file, from the field's own example."""
    if len(location) == 1 and _model_at(location):
        return f"a [{location[0]}] table as in environments/example.toml"
    names = _names(location)
    model = _model_at(names[:1])
    field = model.model_fields.get(names[1]) if model and len(names) > 1 else None
    if field is None or not field.examples:
        return ""
    return f"{names[1]} = {json.dumps(field.examples[0])}"


def _listed(keys: list[str]) -> str:
    return ", ".join(keys) or "none"


def _key(key: str) -> str:
    """A key as the file has it: quoted, unless it is plain."""
    return _shortened(key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key))


def _value(value: object) -> str:
    """A value as the file has it, as far as that fits in a line."""
    match value:
        case str():
            return _shortened(_quoted(value))
        case bool():
            return str(value).lower()
        case int() if value.bit_length() > 64:
            return "a number of more than 64 bits"
        case dict():
            return "a table"
        case list():
            return "a list"
        case _:
            return str(value)


def _quoted(text: str) -> str:
    """Text in quotation marks, and nothing in it that a terminal would obey."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _shortened(text: str, *, longest: int = _LONGEST) -> str:
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]} … {text[-half:]}"
