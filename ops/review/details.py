"""What a plan changes of each resource, attribute by attribute, for a page that has room for all of it.

Nested blocks are followed to the value that changes. Documents and lists become differing lines, tags become one line,
and what AWS alone decides on is only named. Sensitive values never leave this module.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.plan.changes import place_of
from ops.review.lines import Line, clipped, common, differing, lines_of
from ops.review.masks import SENSITIVE, UNKNOWN, Marks, is_nothing, masked, sensitive_paths

NOT_SET = "(not set)"
_TAGS = ("tags", "tags_all")
_LONGEST_VALUE = 400
_SHOWN_BEFORE_DIFFERENCE = 40


@dataclass(frozen=True)
class Detail:
    """An attribute, before and after; or as lines, if it is a document. `note` says what else there is to know."""

    name: str
    before: str = ""
    after: str = ""
    lines: tuple[Line, ...] = ()
    note: str = ""
    replaces: bool = False


@dataclass(frozen=True)
class Details:
    """All of a resource: what changes, and the names of what AWS decides on when it is made."""

    attributes: tuple[Detail, ...] = ()
    decided_by_aws: tuple[str, ...] = ()


Expressions = Mapping[str, Any]


def read_details(document: Mapping[str, Any]) -> dict[tuple[str, str], Details]:
    """The details of every resource that the plan touches, by layer and address."""
    calls = document.get("configuration", {}).get("root_module", {}).get("module_calls", {})
    expressions = {
        (layer, resource["address"]): resource.get("expressions", {})
        for layer, call in calls.items()
        for resource in call.get("module", {}).get("resources", [])
    }
    found = {}
    for resource in document.get("resource_changes", []):
        touched = set(resource["change"]["actions"]) & {"create", "update", "delete"}
        # What a failed replacement has left behind has the address of what took its place.
        if touched and "deposed" not in resource:
            layer, address = place_of(resource)
            declared = expressions.get((layer, address.partition("[")[0]), {})
            found[layer, address] = _Reading(resource["change"], declared).details()
    return found


class _Reading:
    """One resource."""

    def __init__(self, change: Mapping[str, Any], declared: Expressions) -> None:
        self._change = change
        self._declared = declared
        self._hidden = sensitive_paths(change.get("before_sensitive")) | sensitive_paths(change.get("after_sensitive"))
        self._replaces = {str(path[0]) for path in change.get("replace_paths") or [] if path}
        self._decided: list[str] = []

    def details(self) -> Details:
        before, after = self._change.get("before") or {}, self._change.get("after") or {}
        unknown = self._change.get("after_unknown") or {}
        tags = [self._tags(before.get(name), after.get(name), unknown.get(name), name) for name in _TAGS]
        names = sorted({*before, *after, *unknown} - set(_TAGS))
        found = [
            detail
            for name in names
            for detail in self._walk((name,), before.get(name), after.get(name), unknown.get(name, False))
        ]
        # What is set on a resource is also among all its tags.
        found += [one for one in reversed(tags) if one][:1]
        return Details(
            attributes=tuple(sorted(found, key=lambda one: not one.replaces)), decided_by_aws=tuple(self._decided)
        )

    def _walk(self, path: tuple[str, ...], before: Any, after: Any, unknown: Marks) -> Iterator[Detail]:  # noqa: ANN401
        if path in self._hidden or () in self._hidden:
            if unknown is True or not _same(before, after):
                was, becomes = _hidden(before), UNKNOWN if unknown is True else _hidden(after)
                yield self._detail(path, before=was, after=becomes, note="changes" if was == becomes else "")
        elif unknown is True:
            yield from self._unknown(path, before)
        elif _is_block(before) and _is_block(after):
            old, new, marks = _block(before), _block(after), _block(unknown)
            for name in sorted({*old, *new, *marks}):
                yield from self._walk((*path, name), old.get(name), new.get(name), marks.get(name, False))
        elif not _same(before, after) or path[0] in self._replaces:
            yield self._leaf(path, before, after, unknown)

    def _leaf(self, path: tuple[str, ...], before: Any, after: Any, unknown: Marks) -> Detail:  # noqa: ANN401
        shown = (self._masked(path, before, unknown=False), self._masked(path, after, unknown=unknown))
        old, new = (lines_of(one) for one in shown)
        if len(old) > 1 or len(new) > 1:
            lines = differing(old, new)
            return self._detail(path, lines=lines, note="" if lines else _why_alike(before, after, shown))
        first, second = (_text(one) for one in shown)
        start = 0
        if max(len(first), len(second)) > _LONGEST_VALUE:
            start = max(common(first, second) - _SHOWN_BEFORE_DIFFERENCE, 0)
        first, second = (clipped(one, start=start, longest=_LONGEST_VALUE) for one in (first, second))
        return self._detail(path, before=first, after=second)

    def _unknown(self, path: tuple[str, ...], before: Any) -> Iterator[Detail]:  # noqa: ANN401 - any JSON
        references = _references(self._declared, path)
        if references is None and path[0] not in self._replaces:
            self._decided.append(".".join(path))
            return
        shown = self._masked(path, before, unknown=False)
        note = f"from {', '.join(references)}" if references else ""
        old = lines_of(shown)
        if len(old) > 1:
            yield self._detail(path, lines=(*differing(old, []), Line("+", UNKNOWN)), note=note)
        else:
            yield self._detail(path, before=clipped(_text(shown), longest=_LONGEST_VALUE), after=UNKNOWN, note=note)

    def _tags(self, before: Any, after: Any, unknown: Marks, name: str) -> Detail | None:  # noqa: ANN401
        if unknown is True:
            return Detail(name="tags", before="", after=UNKNOWN)
        old, new = (
            self._masked((name,), before or {}, unknown=False),
            self._masked((name,), after or {}, unknown=unknown),
        )
        if not (isinstance(old, dict) and isinstance(new, dict)):
            return Detail(name="tags", before=_text(old), after=_text(new)) if not _same(before, after) else None
        changed = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
        both = before is not None and after is not None
        said = [_tag(key, old.get(key), new.get(key), both=both) for key in changed]
        return Detail(name="tags", before="", after=", ".join(said)) if said else None

    def _masked(self, path: tuple[str, ...], value: Any, *, unknown: Marks) -> Any:  # noqa: ANN401 - any JSON
        return masked(value, unknown=unknown, hidden=self._hidden, path=path)

    def _detail(self, path: tuple[str, ...], **values: Any) -> Detail:  # noqa: ANN401 - the fields of Detail
        return Detail(name=".".join(path), replaces=path[0] in self._replaces, **values)


def _tag(key: str, before: object, after: object, *, both: bool) -> str:
    if not both:
        return f"{key}: {before if after is None else after}"
    if before is None:
        return f"{key}: {after} (added)"
    return f"{key}: {before} (removed)" if after is None else f"{key}: {before} → {after}"


def _same(before: object, after: object) -> bool:
    return before == after or (is_nothing(before) and is_nothing(after))


def _is_block(value: object) -> bool:
    """Whether a value is a nested block, which Terraform shows as a list of one; nothing may be one, too."""
    return is_nothing(value) or isinstance(_first(value), dict)


def _block(value: object) -> dict[str, Any]:
    found = _first(value)
    return found if isinstance(found, dict) else {}


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _references(declared: Any, path: tuple[str, ...]) -> list[str] | None:  # noqa: ANN401 - expressions nest freely
    """What the configuration takes an attribute from; None where the configuration does not set it."""
    for name in path:
        if isinstance(declared, list):
            declared = {key: value for block in declared for key, value in block.items()}
        if not isinstance(declared, dict) or name not in declared:
            # An attribute that is an object is one expression, whatever is in it.
            break
        declared = declared[name]
    else:
        return _named(declared)
    return _named(declared) if isinstance(declared, dict) and declared.keys() & {"references"} else None


def _named(expression: Any) -> list[str]:  # noqa: ANN401 - expressions nest freely
    """The references of an expression without those that only lead to them; another layer is named as such."""
    found = expression.get("references", []) if isinstance(expression, dict) else []
    longest = [one for one in found if not any(other != one and other.startswith(f"{one}.") for other in found)]
    return [one.removeprefix("var.") for one in longest]


def _why_alike(before: object, after: object, shown: tuple[Any, Any]) -> str:
    if SENSITIVE in str(shown) and before != after:
        return "sensitive values in it change"
    return "the same content, written differently" if before != after else "stays as it is"


def _hidden(value: object) -> str:
    return NOT_SET if is_nothing(value) else SENSITIVE


def _text(value: object) -> str:
    if is_nothing(value):
        return NOT_SET
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else " ".join(lines_of(value))
