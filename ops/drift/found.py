"""Reads from a refresh-only plan what has changed since Terraform last looked, as far as it is anybody's doing.

AWS and Terraform's own resources change attributes that no layer sets, such as the members of a cluster; those are
nobody's doing. An attribute that a layer sets, and does not leave to others (`ignore_changes`), is. Tags always are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ops.plan.changes import Action, Change, read_changes
from ops.synth import Synthesized

# What bears the tags of a resource and of its provider together; `tags` is a part of it.
_ALL_TAGS = "tags_all"


@dataclass(frozen=True)
class Stranger:
    """Something that somebody has added to a resource of ours, and that no state knows."""

    layer: str
    address: str
    kind: str
    id: str


@dataclass(frozen=True)
class Drift:
    """What was changed or deleted, and what was added."""

    changes: tuple[Change, ...]
    strangers: tuple[Stranger, ...]

    @property
    def is_empty(self) -> bool:
        """Whether everything is as Terraform left it."""
        return not self.changes and not self.strangers


def changes_by_hand(document: Mapping[str, Any], synthesized: Synthesized) -> tuple[Change, ...]:
    """The changes in a refresh-only plan that are somebody's doing."""
    differing = [_without_rewording(one) for one in document.get("resource_drift", [])]
    found = (_by_hand(change, synthesized) for change in read_changes(differing))
    return tuple(change for change in found if change is not None)


def _without_rewording(drifted: dict[str, Any]) -> dict[str, Any]:
    """A change without the attributes that are only said otherwise: nothing as an empty value, a set in another order.

    The provider does both, depending on whether it has made a resource or read it.
    """
    change = drifted["change"]
    before, after = change.get("before"), change.get("after")
    if not before or not after:
        return drifted
    same = {name for name in after if _meaning(before.get(name)) == _meaning(after[name])}
    reworded = {name: before.get(name) if name in same else value for name, value in after.items()}
    return {**drifted, "change": {**change, "after": reworded}}


def _meaning(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A value as everything that means the same is written."""
    if isinstance(value, dict):
        parts = {key: _meaning(part) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part is not None} or None
    if isinstance(value, list):
        return sorted((_meaning(part) for part in value), key=lambda part: json.dumps(part, sort_keys=True)) or None
    return value or None


def _by_hand(change: Change, synthesized: Synthesized) -> Change | None:
    if change.action is Action.DESTROY:
        return change
    kind, _, name = change.address.partition(".")
    layer = synthesized.layers.get(change.layer)
    body = layer.configuration.get("resource", {}).get(kind, {}).get(name) if layer else None
    if body is None:
        return None  # the code does not want it any more: the next deployment destroys it anyway
    left_to_others = {str(path) for path in body.get("lifecycle", {}).get("ignore_changes", [])}
    ours = (body.keys() | {_ALL_TAGS}) - left_to_others - {"tags"}
    attributes = tuple(attribute for attribute in change.attributes if attribute.name in ours)
    return replace(change, attributes=attributes) if attributes else None
