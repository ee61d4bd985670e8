"""Holds a JMESPath query to the answer that it is asked of: a name that the answer lacks gives null, without a word."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jmespath  # type: ignore[import-untyped]
from botocore.model import ListShape, MapShape, Shape, StructureShape
from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]

Node = dict[str, Any]


@dataclass(frozen=True)
class Many:
    """A list that a query makes, of this kind of elements."""

    of: "Kind"


# None is what nothing is known of: literals, what functions return, columns that a query puts together.
Kind = Shape | Many | None


class QueryError(ValueError):
    """The query asks for what is never answered."""


def check_query(expression: str, answer: Shape | None) -> None:
    """Raise QueryError unless a query is one, and names only what an answer of that shape has."""
    try:
        tree = jmespath.compile(expression).parsed
    except JMESPathError as error:
        raise QueryError(f"{expression!r} is no JMESPath: {error}") from None
    _kind(tree, answer)


def _kind(node: Node, of: Kind) -> Kind:
    """The kind of what a node of a query makes of something."""
    if node["type"] in {"field", "index"}:
        return _part(node, of)
    if node["type"] in {"identity", "current", "slice"}:
        return of
    children = node["children"]
    if node["type"] in {"subexpression", "pipe", "index_expression"}:
        return _kind(children[1], _kind(children[0], of))
    if read := _READERS.get(node["type"]):
        return read(node, of)
    for child in children:
        _kind(child, of)
    return None


def _part(node: Node, of: Kind) -> Kind:
    """A member, or an element."""
    if node["type"] == "index":
        return _element(of)
    name = node["value"]
    if isinstance(of, StructureShape):
        if name not in of.members:
            raise QueryError(f"{of.name} has no {name}; it has {', '.join(of.members)}")
        return of.members[name]
    if isinstance(of, MapShape):
        return of.value
    if of is not None:
        raise QueryError(f"{name} is asked of {'a list' if isinstance(of, Many) else f'the {of.type_name} {of.name}'}")
    return None


def _element(of: Kind) -> Kind:
    if isinstance(of, Many):
        return of.of
    if isinstance(of, ListShape):
        return of.member
    if of is not None:
        raise QueryError(f"{of.name} is no list, but a {of.type_name}")
    return None


def _projection(node: Node, of: Kind) -> Kind:
    element = _element(_kind(node["children"][0], of))
    for condition in node["children"][2:]:
        _kind(condition, element)
    return Many(_kind(node["children"][1], element))


def _flatten(node: Node, of: Kind) -> Kind:
    element = _element(_kind(node["children"][0], of))
    return Many(_element(element)) if isinstance(element, Many | ListShape) else Many(element)


def _values(node: Node, of: Kind) -> Kind:
    _kind(node["children"][0], of)
    return None


def _function(node: Node, of: Kind) -> Kind:
    kinds: list[Kind] = []
    for argument in node["children"]:
        # `&expression` is asked of each element of the list before it.
        is_expression = argument["type"] == "expref"
        kinds.append(_kind(argument["children"][0], _element(kinds[0])) if is_expression else _kind(argument, of))
    if node["value"] in {"sort", "sort_by", "reverse", "not_null"}:
        return kinds[0]
    return _element(kinds[0]) if node["value"] in {"max_by", "min_by"} else None


_READERS: dict[str, Callable[[Node, Kind], Kind]] = {
    "filter_projection": _projection,
    "flatten": _flatten,
    "function_expression": _function,
    "projection": _projection,
    "value_projection": _values,
}
