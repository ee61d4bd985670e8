"""How checks read policies: documents in, statements with lists in them out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote


@dataclass(frozen=True)
class Statement:
    """A statement of a policy, with lists where JSON may have a single value."""

    sid: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...]
    conditions: dict[str, dict[str, tuple[str, ...]]]

    @property
    def allows(self) -> bool:
        """Whether it allows something."""
        return self.effect == "Allow"

    @property
    def condition_text(self) -> str:
        """All conditions, to be searched."""
        return json.dumps(self.conditions)

    def tests(self, key: str) -> bool:
        """Whether a condition looks at a key, whatever case it is written in."""
        return any(key.lower() == name.lower() for names in self.conditions.values() for name in names)


def statements(policy: str | dict[str, Any]) -> list[Statement]:
    """The statements of a policy, given as JSON, as IAM's quoted JSON, or as what was read from it."""
    document = json.loads(unquote(policy)) if isinstance(policy, str) else policy
    return [_statement(raw) for raw in _list(document["Statement"])]


def services(found: list[Statement]) -> set[str]:
    """The AWS services that statements allow something to."""
    return {name for statement in found if statement.allows for name in statement.principals if "amazonaws" in name}


def denies_insecure(found: list[Statement], action: str) -> bool:
    """Whether everybody is denied `action` without TLS."""
    return any(
        not statement.allows
        and "*" in statement.principals
        and action in statement.actions
        and statement.conditions.get("Bool", {}).get("aws:SecureTransport") == ("false",)
        for statement in found
    )


def overly_broad(found: list[Statement], owner: str) -> Iterator[str]:
    """What identity policies should not have: whole services, and every resource without a stated reason."""
    for statement in found:
        if not statement.allows:
            continue
        if wild := [action for action in statement.actions if action == "*" or action.endswith(":*")]:
            yield f"{owner} may {', '.join(wild)}"
        if "*" in statement.resources and statement.sid != "NoResourceLevelPermission":
            yield f"{owner} may {', '.join(statement.actions)} on everything, without saying why"


# AWS supports no condition there: docs/decisions/eventbridge-without-conditions.md.
_CANNOT_BE_BOUND = ("EventBridgeSupportsNoCondition", ("events.amazonaws.com",))


def unguarded_services(found: list[Statement], owner: str) -> Iterator[str]:
    """Services that are let in without a condition that binds them to this account, where AWS supports one."""
    for statement in found:
        bound = any(
            "account" in key.lower() or "arn" in key.lower() for keys in statement.conditions.values() for key in keys
        )
        if bound or (statement.sid, statement.principals) == _CANNOT_BE_BOUND:
            continue
        for name in statement.principals:
            if statement.allows and name.endswith(".amazonaws.com"):
                yield f"{owner} lets {name} in on behalf of any account"


def _statement(raw: dict[str, Any]) -> Statement:
    principal = raw.get("Principal", {})
    named = [principal] if isinstance(principal, str) else [one for many in principal.values() for one in _list(many)]
    return Statement(
        sid=raw.get("Sid", ""),
        effect=raw["Effect"],
        actions=tuple(_list(raw.get("Action", []))),
        resources=tuple(_list(raw.get("Resource", []))),
        principals=tuple(named),
        conditions={
            operator: {key: tuple(map(str, _list(value))) for key, value in keys.items()}
            for operator, keys in raw.get("Condition", {}).items()
        },
    )


def _list(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [value]
