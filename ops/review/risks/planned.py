"""A plan as the rules look at it: every resource with its values before and after, and what comes and goes with it.

A value that only AWS decides on is UNKNOWN, wherever it stands; whatever is compared with it differs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from ops.plan.changes import Action, Plan, place_of

Values = Mapping[str, Any]

# What others are parts of, or watch, and by what these name it. Parts are not among them: many have its very name.
_OWNERS = {
    "aws_backup_plan",
    "aws_backup_restore_testing_plan",
    "aws_backup_vault",
    "aws_cloudwatch_event_rule",
    "aws_db_instance",
    "aws_dynamodb_table",
    "aws_ecr_repository",
    "aws_ecs_cluster",
    "aws_ecs_service",
    "aws_iam_role",
    "aws_kms_key",
    "aws_lb",
    "aws_lb_target_group",
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_route_table",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
    "aws_security_group",
    "aws_sns_topic",
    "aws_sqs_queue",
    "aws_subnet",
    "aws_vpc",
    "aws_wafv2_web_acl",
}
_NAMES = ("id", "arn", "arn_suffix", "name", "bucket", "identifier", "cluster_identifier")


class Unknown(Enum):
    """The value of what is known only after the apply."""

    UNKNOWN = "not known yet"

    def __str__(self) -> str:
        return self.value


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource of the plan; without an action, it stays as it is.

    `before` is empty of what is created, and `after` of what is destroyed. What is `let_go` stays without Terraform.
    """

    layer: str
    address: str
    type: str
    action: Action | None
    before: Values
    after: Values
    replaced_by: tuple[str, ...] = ()
    created_first: bool = False
    let_go: bool = False

    @property
    def goes(self) -> bool:
        """Whether what exists will be no more, even if another takes its place."""
        return self.action in {Action.DESTROY, Action.REPLACE}

    @property
    def comes(self) -> bool:
        """Whether it is made by this plan."""
        return self.action in {Action.CREATE, Action.REPLACE}

    def differs(self, name: str) -> bool:
        """Whether an attribute of what exists is changed."""
        return bool(self.before) and bool(self.after) and self.before.get(name) != self.after.get(name)


@dataclass(frozen=True, eq=False)
class Planned:
    """All resources of an environment."""

    resources: tuple[Resource, ...]
    account_id: str | None

    def of(self, *types: str) -> list[Resource]:
        """Those of some types."""
        return [resource for one in types for resource in self._by_type.get(one, [])]

    def goes(self, name: object) -> bool:
        """Whether what has a name, id or ARN is destroyed or replaced."""
        return _plain(name) in self._going

    def is_new(self, name: object) -> bool:
        """Whether what has a name, id or ARN is made by this plan. What is not even known yet always is."""
        return name is UNKNOWN or _plain(name) in self._coming

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        by_type: dict[str, list[Resource]] = {}
        for resource in self.resources:
            by_type.setdefault(resource.type, []).append(resource)
        return by_type

    @cached_property
    def _going(self) -> set[str]:
        return {name for one in self.of(*_OWNERS) if one.goes for name in _names(one.before)}

    @cached_property
    def _coming(self) -> set[str]:
        return {name for one in self.of(*_OWNERS) if one.comes for name in _names(one.after)}


def planned(document: Mapping[str, Any], plan: Plan) -> Planned:
    """The resources of a plan in Terraform's JSON, with the actions that `plan` has of them."""
    actions = {(change.layer, change.address): change.action for change in plan.changes}
    return Planned(tuple(_resources(document, actions)), _account_id(document))


def at(values: Values, path: str) -> Any:  # noqa: ANN401 - any JSON
    """A value by its dotted path, in which a block that stands once needs no number; None if it is not there."""
    found: Any = values
    for step in path.split("."):
        if isinstance(found, list):
            found = found[0] if found else None
        if found is UNKNOWN:
            return UNKNOWN
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _account_id(document: Mapping[str, Any]) -> str | None:
    """The account that the providers are allowed to work in."""
    for provider in document.get("configuration", {}).get("provider_config", {}).values():
        allowed = provider.get("expressions", {}).get("allowed_account_ids", {}).get("constant_value")
        if allowed:
            return str(allowed[0])
    return None


def _resources(document: Mapping[str, Any], actions: Mapping[tuple[str, str], Action]) -> Iterator[Resource]:
    for one in document.get("resource_changes", []):
        if one.get("mode", "managed") != "managed" or "deposed" in one:
            continue
        layer, address = place_of(one)
        action, change = actions.get((layer, address)), one["change"]
        before = change.get("before") or {}
        after = _with_unknown(change.get("after") or {}, change.get("after_unknown") or {}) if action else before
        yield Resource(
            layer=layer,
            address=address,
            type=one["type"],
            action=action,
            before=before,
            after=after,
            replaced_by=tuple(sorted({str(path[0]) for path in change.get("replace_paths", []) if path})),
            created_first=change["actions"] == ["create", "delete"],
            let_go=change["actions"] == ["forget"],
        )


def _with_unknown(value: Any, marks: Any) -> Any:  # noqa: ANN401 - a mirror image of any JSON
    """A value with UNKNOWN where Terraform marks it so."""
    if marks is True:
        return UNKNOWN
    if isinstance(marks, dict) and marks:
        known = value if isinstance(value, dict) else {}
        return {name: _with_unknown(known.get(name), marks.get(name)) for name in {**known, **marks}}
    if isinstance(marks, list) and marks:
        known_items = value if isinstance(value, list) else []
        length = max(len(known_items), len(marks))
        padded = [*known_items, *[None] * (length - len(known_items))]
        return [_with_unknown(one, marks[place] if place < len(marks) else None) for place, one in enumerate(padded)]
    return value


def _names(values: Values) -> Iterator[str]:
    return (values[name] for name in _NAMES if isinstance(values.get(name), str) and values[name])


def _plain(name: object) -> str:
    """A name as its resource has it: objects of a bucket are named behind it."""
    return str(name).removesuffix("/*")
