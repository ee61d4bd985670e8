"""What a policy allows and denies, taken apart so that two of them can be compared by what they mean.

Each grant is of one action on one resource by one principal, as patterns; order, formatting and the division into
statements do not matter any more. One grant covers another if it allows at least as much. Where that cannot be told,
it does not cover it, so that doubt is reported.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

EVERYBODY = "*"
NOBODY_NAMED = ""  # the principal of a policy that belongs to one
# Conditions that let in nobody but those that they name.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
_NARROWING = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
}
_ANYTHING = {"*", "0.0.0.0/0", "::/0"}
_ACCOUNT_ROOT = re.compile(r"(\d{12})|arn:aws[a-z-]*:iam::(\d{12}):root")


@dataclass(frozen=True)
class Among:
    """A part of a statement: what matches one of the patterns or, negated, none of them."""

    patterns: frozenset[str]
    negated: bool = False
    ignores_case: bool = False

    def covers(self, other: "Among") -> bool:
        """Whether everything that the other one stands for is in this one."""
        if self.ignores_case:
            return self.folded.covers(other.folded)
        if not self.negated:
            if other.negated:
                return EVERYBODY in self.patterns
            return all(any(covers(mine, theirs) for mine in self.patterns) for theirs in other.patterns)
        if other.negated:
            return all(any(covers(theirs, mine) for theirs in other.patterns) for mine in self.patterns)
        return not any(overlap(mine, theirs) for mine in self.patterns for theirs in other.patterns)

    @property
    def folded(self) -> "Among":
        """The same in lower case."""
        return Among(frozenset(map(str.lower, self.patterns)), self.negated)

    def __str__(self) -> str:
        text = ", ".join(sorted(self.patterns))
        return f"anything but {text}" if self.negated else text


@dataclass(frozen=True)
class Condition:
    """One condition of a statement."""

    operator: str
    key: str
    values: frozenset[str]

    def implied_by(self, other: "Condition") -> bool:
        """Whether it is met whenever the other one is."""
        if self.key != other.key:
            return False
        mine, theirs = self.operator.removesuffix("ifexists"), other.operator.removesuffix("ifexists")
        if other.operator.endswith("ifexists") and not self.operator.endswith("ifexists"):
            return False
        if mine.replace("equals", "like") != theirs.replace("equals", "like"):
            return False
        if "not" in mine:
            return mine == theirs and self.values <= other.values
        if mine.endswith("like"):
            return all(any(covers(own, their) for own in self.values) for their in other.values)
        return mine == theirs and (
            other.values <= self.values if mine.endswith("equals") else self.values == other.values
        )

    @property
    def narrows(self) -> bool:
        """Whether it lets in nobody but those that it names."""
        sure = "not" not in self.operator and "null" not in self.operator and not self.operator.endswith("ifexists")
        return sure and self.key in _NARROWING and not self.values & _ANYTHING

    def __str__(self) -> str:
        return f"{self.key} {self.operator} {', '.join(sorted(self.values))}"


@dataclass(frozen=True)
class Grant:
    """One thing that a policy allows, or denies."""

    allows: bool
    principal: Among
    action: Among
    resource: Among
    conditions: frozenset[Condition]

    def covers(self, other: "Grant") -> bool:
        """Whether it speaks of everything that the other one speaks of."""
        return self.covers_but_for_conditions(other) and not self.conditions_beyond(other)

    def covers_but_for_conditions(self, other: "Grant") -> bool:
        """Whether it would, if there were no conditions."""
        return (
            self.allows == other.allows
            and self.action.covers(other.action)
            and self.resource.covers(other.resource)
            and self.principal.covers(other.principal)
        )

    def conditions_beyond(self, other: "Grant") -> list[Condition]:
        """Its conditions that the other one's do not imply."""
        return [one for one in self.conditions if not any(one.implied_by(their) for their in other.conditions)]

    @property
    def public(self) -> bool:
        """Whether everybody is let in."""
        everybody = self.principal.negated or EVERYBODY in self.principal.patterns
        return self.allows and everybody and not any(one.narrows for one in self.conditions)


def grants(policy: str) -> frozenset[Grant]:
    """Everything that a policy allows and denies. Raises ValueError when it is no policy."""
    document = json.loads(policy)
    return frozenset(grant for statement in _listed(document.get("Statement")) for grant in _of(statement))


@cache
def covers(pattern: str, other: str) -> bool:
    """Whether everything that one pattern matches is matched by another; its wildcards are read as they stand."""
    # A star of the other one stands for any text, which only a star takes in.
    text = "".join("[^*]" if one == "?" else ".*" if one == "*" else re.escape(one) for one in pattern)
    return re.fullmatch(text, other, re.DOTALL) is not None


@cache
def overlap(pattern: str, other: str) -> bool:
    """Whether some text matches both patterns: steps through both side by side, in every way that stars allow."""
    seen, places = set(), [(0, 0)]
    while places:
        first, second = place = places.pop()
        if place == (len(pattern), len(other)):
            return True
        mine, theirs = pattern[first : first + 1], other[second : second + 1]
        if place in seen:
            continue
        seen.add(place)
        if mine == "*":
            places += [(first + 1, second), *([(first, second + 1)] if theirs else [])]
        if theirs == "*":
            places += [(first, second + 1), *([(first + 1, second)] if mine else [])]
        elif mine and theirs and (mine == theirs or "?" in {mine, theirs}):
            places.append((first + 1, second + 1))
    return False


def _of(statement: Mapping[str, Any]) -> Iterator[Grant]:
    conditions = frozenset(_conditions(statement.get("Condition") or {}))
    for action in _parts(statement, "Action", ignores_case=True):
        for resource in _parts(statement, "Resource"):
            for principal in _principals(statement):
                yield Grant(statement.get("Effect") == "Allow", principal, action, resource, conditions)


def _parts(statement: Mapping[str, Any], name: str, *, ignores_case: bool = False) -> list[Among]:
    """One for each pattern; what is negated stays together. Without any, such as in a trust policy, everything."""
    if f"Not{name}" in statement:
        return [Among(frozenset(_listed(statement[f"Not{name}"])), negated=True, ignores_case=ignores_case)]
    return [Among(frozenset({one}), ignores_case=ignores_case) for one in _listed(statement.get(name, "*"))]


def _principals(statement: Mapping[str, Any]) -> list[Among]:
    if "NotPrincipal" in statement:
        return [Among(frozenset(_named(statement["NotPrincipal"])), negated=True)]
    if "Principal" not in statement:
        return [Among(frozenset({NOBODY_NAMED}))]
    return [Among(frozenset({one})) for one in _named(statement["Principal"])]


def _named(principal: str | Mapping[str, Any]) -> Iterator[str]:
    """Principals as they are named, accounts by their number, and everybody always by the same star."""
    if isinstance(principal, str):
        yield principal
        return
    for value in (one for values in principal.values() for one in _listed(values)):
        root = _ACCOUNT_ROOT.fullmatch(value)
        yield f"account {root[1] or root[2]}" if root else value


def _conditions(block: Mapping[str, Mapping[str, Any]]) -> Iterator[Condition]:
    for operator, keys in block.items():
        for key, values in keys.items():
            # Only what is "like" something takes a star for a wildcard, and ARNs always do.
            yield Condition(operator.lower(), key.lower(), frozenset(str(one) for one in _listed(values)))


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    return value if isinstance(value, list) else [] if value is None else [value]
