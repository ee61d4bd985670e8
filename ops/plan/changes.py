"""What a plan would do, layer by layer, read from what `terraform show -json` says of it.

https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum
from itertools import islice
from typing import Any

# What holds data, or what data cannot be read without: gone is gone, whatever Terraform makes in its place.
STATEFUL = {
    "aws_backup_vault",
    "aws_cloudwatch_log_group",
    "aws_dynamodb_table",
    "aws_ecr_repository",
    "aws_kms_key",
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_s3_bucket",
}
_LONGEST_VALUE = 60


class Action(StrEnum):
    """What is done to a resource."""

    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    DESTROY = "destroy"


@dataclass(frozen=True)
class Attribute:
    """An attribute that changes, from what to what, as far as that can be shown.

    `lines` are those of a document, such as a policy, that go and come. `replaces` says that the resource is replaced
    because of it.
    """

    name: str
    before: str
    after: str
    lines: tuple[str, ...] = ()
    replaces: bool = False


@dataclass(frozen=True)
class Change:
    """What would be done to one resource."""

    layer: str
    address: str
    resource_type: str
    action: Action
    attributes: tuple[Attribute, ...] = ()

    @property
    def loses_data(self) -> bool:
        """Whether something that holds data goes, for good or to be replaced."""
        return self.resource_type in STATEFUL and self.action in {Action.REPLACE, Action.DESTROY}


@dataclass(frozen=True)
class Handover:
    """A resource that exists and stays, and that Terraform adopts, or lets go of. `identity` is how AWS knows it."""

    layer: str
    address: str
    identity: str
    adopted: bool

    @property
    def sentence(self) -> str:
        """What happens."""
        if self.adopted:
            return f"adopts {self.identity} as {self.address}"
        return f"lets go of {self.identity}, which was {self.address} and stays as it is"


@dataclass(frozen=True)
class Plan:
    """What would be done to an environment: to resources, and to the outputs of which layers.

    `drift` is what somebody has done behind Terraform's back, as far as the plan would undo it.
    """

    layers: tuple[str, ...]
    changes: tuple[Change, ...]
    outputs: tuple[str, ...]
    drift: tuple[Change, ...]
    handovers: tuple[Handover, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything is as the code says."""
        return not self.changes and not self.outputs and not self.handovers

    def touches(self, layer: str) -> bool:
        """Whether there is anything to do to a layer."""
        handed_over = any(handover.layer == layer for handover in self.handovers)
        return bool(self.of(layer)) or layer in self.outputs or handed_over

    def restricted_to(self, layers: Collection[str]) -> "Plan":
        """The plan as if there were no other layers."""
        return Plan(
            layers=tuple(name for name in self.layers if name in layers),
            changes=tuple(change for change in self.changes if change.layer in layers),
            outputs=tuple(name for name in self.outputs if name in layers),
            drift=tuple(change for change in self.drift if change.layer in layers),
            handovers=tuple(handover for handover in self.handovers if handover.layer in layers),
        )

    def of(self, layer: str, action: Action | None = None) -> list[Change]:
        """The changes to a layer, all or those of a kind."""
        return [change for change in self.changes if change.layer == layer and action in {None, change.action}]


def read_plan(document: Mapping[str, Any], *, layers: tuple[str, ...]) -> Plan:
    """The plan in Terraform's JSON."""
    outputs = document.get("output_changes", {})
    changes = read_changes(document.get("resource_changes", []))
    return Plan(
        layers=layers,
        changes=changes,
        outputs=tuple(name for name in layers if outputs.get(name, {}).get("actions", ["no-op"]) != ["no-op"]),
        drift=tuple(one for one in read_changes(document.get("resource_drift", [])) if _is_undone(one, changes)),
        handovers=tuple(_handovers(document.get("resource_changes", []))),
    )


def _handovers(found: list[dict[str, Any]]) -> Iterator[Handover]:
    for resource in found:
        change = resource["change"]
        imported, let_go = change.get("importing"), change["actions"] == ["forget"]
        if imported or let_go:
            layer, address = place_of(resource)
            identity = (imported or change["before"])["id"]
            yield Handover(layer=layer, address=address, identity=identity, adopted=bool(imported))


def read_changes(found: list[dict[str, Any]]) -> tuple[Change, ...]:
    """The changes in one of the lists of Terraform's JSON, without what is only read or left as it is."""
    return tuple(_changes(found))


def _is_undone(drifted: Change, changes: tuple[Change, ...]) -> bool:
    """Whether a plan undoes a change that was found. Others are what Terraform's own resources did to each other."""
    planned = next((one for one in changes if (one.layer, one.address) == (drifted.layer, drifted.address)), None)
    if planned is None:
        return False
    if drifted.action is Action.DESTROY:
        return planned.action is Action.CREATE
    names = {attribute.name for attribute in planned.attributes}
    return any(attribute.name in names for attribute in drifted.attributes)


def place_of(resource: Mapping[str, Any]) -> tuple[str, str]:
    """The layer of a resource in the plan of all layers, and its address there."""
    layer = resource["module_address"].split(".")[1]
    return layer, resource["address"].removeprefix(f"module.{layer}.")


def _changes(found: list[dict[str, Any]]) -> Iterator[Change]:
    for resource in found:
        action = _action(resource["change"]["actions"])
        if action is not None:
            layer, address = place_of(resource)
            yield Change(
                layer=layer,
                address=address,
                resource_type=resource["type"],
                action=action,
                attributes=tuple(_attributes(resource["change"])) if action in {Action.CHANGE, Action.REPLACE} else (),
            )


def _action(actions: list[str]) -> Action | None:
    match sorted(actions):
        case ["create"]:
            return Action.CREATE
        case ["update"]:
            return Action.CHANGE
        case ["create", "delete"]:
            return Action.REPLACE
        case ["delete"]:
            return Action.DESTROY
        case _:
            return None  # no-op, read, forget: nothing that exists is touched


def _attributes(change: dict[str, Any]) -> Iterator[Attribute]:
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    replaces = {str(path[0]) for path in change.get("replace_paths", []) if path}
    for name in sorted({*before, *after, *(key for key in unknown if unknown[key])}):
        known = not mentions_true(unknown.get(name))
        same = before.get(name) == after.get(name) or not (before.get(name) or after.get(name))
        if known and same and name not in replaces:
            continue
        hidden = _hidden(change, "before_sensitive", name) or _hidden(change, "after_sensitive", name)
        yield Attribute(
            name=name,
            before=_shown(before.get(name), hidden=hidden),
            after=_shown(after.get(name), hidden=hidden) if known else "not known yet",
            lines=() if hidden or not known else tuple(_differing_lines(before.get(name), after.get(name))),
            replaces=name in replaces,
        )


def _differing_lines(before: object, after: object) -> Iterator[str]:
    """The lines that differ in two documents, which Terraform keeps as JSON in a string."""
    try:
        old, new = (json.dumps(json.loads(str(one)), indent=1, sort_keys=True).splitlines() for one in (before, after))
    except ValueError:
        return
    if len(old) > 1 or len(new) > 1:
        # The first two lines name the files that there are not.
        for line in islice(unified_diff(old, new, n=0, lineterm=""), 2, None):
            if line.startswith(("-", "+")):
                yield f"{line[0]} {line[1:].strip().rstrip(',')}"


def _hidden(change: dict[str, Any], side: str, name: str) -> bool:
    marks = change.get(side)
    return marks is True or (isinstance(marks, dict) and mentions_true(marks.get(name)))


def mentions_true(marks: Any) -> bool:  # noqa: ANN401 - a mirror image of any JSON
    """Whether anything is marked in the mirror image in which Terraform says what is unknown, or sensitive."""
    if isinstance(marks, dict):
        return any(mentions_true(mark) for mark in marks.values())
    if isinstance(marks, list):
        return any(mentions_true(mark) for mark in marks)
    return marks is True


def _shown(value: object, *, hidden: bool) -> str:
    if hidden:
        return "(hidden)"
    if value is None:
        return "none"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
