"""One row of a table: who calls what, on which resource, and whether AWS must let them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ops.audit.configuration import Resource

Context = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class Principal:
    """Who calls: a role of ours, an AWS service in its own name, or somebody whose account lets them do anything."""

    name: str
    arn: str
    context: Context = field(default_factory=dict)  # what AWS says of this principal in each call
    role: Resource | None = None  # whose policies bind it
    unlimited: bool = False


@dataclass(frozen=True)
class Row:
    """A call and what must become of it. `because` is AWS's page where it is a must, else what is protected."""

    who: Principal
    action: str
    on: str
    allowed: bool
    because: str
    context: Context = field(default_factory=dict)
    endpoint: str | None = None  # the service of the VPC endpoint that the call passes

    def __str__(self) -> str:
        context = "".join(f" {key}={value}" for key, value in self.context.items())
        way = f" through the {self.endpoint} endpoint" if self.endpoint else ""
        return f"{self.who.name} {'must' if self.allowed else 'must not'} {self.action} on {self.on}{context}{way}"


def must(
    who: Principal,
    *actions: str,
    on: str,
    because: str,
    given: Context | None = None,
    endpoints: tuple[str, ...] = (),
) -> list[Row]:
    """Calls that AWS documents somebody to make; each passes every one of `endpoints`."""
    return _rows(who, *actions, on=on, allowed=True, because=because, given=given, endpoints=endpoints)


def must_not(
    who: Principal,
    *actions: str,
    on: str,
    because: str,
    given: Context | None = None,
    endpoints: tuple[str, ...] = (),
) -> list[Row]:
    """Calls that nobody may make in this way."""
    return _rows(who, *actions, on=on, allowed=False, because=because, given=given, endpoints=endpoints)


def _rows(
    who: Principal,
    *actions: str,
    on: str,
    allowed: bool,
    because: str,
    given: Context | None,
    endpoints: tuple[str, ...],
) -> list[Row]:
    return [
        Row(who=who, action=action, on=on, allowed=allowed, because=because, context=given or {}, endpoint=endpoint)
        for action in actions
        for endpoint in (endpoints or (None,))
    ]
