"""What a policy lets an AWS service do in its own name, as far as the policies of topics and their keys go.

Only what those policies use is understood. A condition that is not understood counts as one that is not met, so that
a grant behind it is missed, and a denial behind it is taken to hold.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

_EQUALS = {"StringEquals", "ArnEquals"}
_LIKE = {"StringLike", "ArnLike"}


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A service, and what it says of the request: for which account and which resource it acts."""

    service: str
    context: Mapping[str, str]


def may(policy: str, caller: Caller, action: str, *, on: str) -> bool:
    """Whether the policy of the resource `on` lets a service do something."""
    effects = {statement["Effect"] for statement in _applying(policy, caller, action, on=on)}
    return "Allow" in effects and "Deny" not in effects


def _applying(policy: str, caller: Caller, action: str, *, on: str) -> Iterator[Mapping[str, Any]]:
    for statement in json.loads(policy)["Statement"]:
        concerns = (
            _principal(statement, caller.service)
            and _matches(_listed(statement["Action"]), action)
            and _matches(_listed(statement["Resource"]), on)
        )
        if concerns and _met(statement, caller.context):
            yield statement


def _principal(statement: Mapping[str, Any], service: str) -> bool:
    principal = statement.get("Principal", {})
    if principal == "*":
        return True
    return service in _listed(principal.get("Service", [])) or "*" in _listed(principal.get("AWS", []))


def _matches(patterns: Sequence[str], name: str) -> bool:
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def _met(statement: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    """Whether every condition of a statement is met; where that is not known, what does the least good."""
    if_unknown = statement["Effect"] == "Deny"
    return all(
        _is_met(operator, context.get(key), _listed(values), if_unknown=if_unknown)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )


def _is_met(operator: str, value: str | None, allowed: Sequence[str], *, if_unknown: bool) -> bool:
    if operator == "Bool" or operator in _EQUALS:
        return value in allowed
    if operator in _LIKE:
        return value is not None and any(fnmatchcase(value, pattern) for pattern in allowed)
    return if_unknown


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - a string or a list of them
    return value if isinstance(value, list) else [value]
