"""What Terraform says with `-json`: one JSON object a line, between lines that are none.

https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Started:
    """Terraform began to create, change or delete a resource."""

    address: str
    action: str


@dataclass(frozen=True)
class Finished:
    """It is done with a resource, or has failed on it."""

    address: str
    action: str
    failed: bool


@dataclass(frozen=True)
class Changes:
    """How many resources are to be, or were, created, changed and deleted."""

    operation: str
    added: int
    changed: int
    removed: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.added + self.changed + self.removed


@dataclass(frozen=True)
class Diagnostic:
    """An error or a warning."""

    severity: str
    summary: str
    detail: str
    address: str = ""


@dataclass(frozen=True)
class Outputs:
    """The outputs of a layer; after a plan only what happens to them, after an apply their values."""

    values: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = False


Message = Started | Finished | Changes | Diagnostic | Outputs


def parse_line(line: str) -> Message | None:
    """What a line says, or None where it says nothing of interest or is no JSON at all.

    Terraform mixes plain text in: warnings of its own configuration, a provider's panic, a deprecation.
    """
    if not line.startswith("{"):
        return None
    try:
        document = json.loads(line)
    except json.JSONDecodeError:
        return None
    return _parse(document) if isinstance(document, dict) else None


def _parse(document: dict[str, Any]) -> Message | None:
    match document:
        case {"type": "apply_start", "hook": {"resource": {"addr": address}, "action": action}}:
            return Started(address=address, action=action)
        case {"type": "apply_complete" | "apply_errored" as kind, "hook": {"resource": {"addr": address}, **hook}}:
            return Finished(address=address, action=str(hook.get("action", "")), failed=kind == "apply_errored")
        case {"type": "change_summary", "changes": changes}:
            return Changes(
                operation=changes["operation"],
                added=changes["add"],
                changed=changes["change"],
                removed=changes["remove"],
            )
        case {"type": "diagnostic", "diagnostic": diagnostic}:
            return Diagnostic(
                severity=diagnostic["severity"],
                summary=diagnostic["summary"],
                detail=diagnostic.get("detail", ""),
                address=diagnostic.get("address", ""),
            )
        case {"type": "outputs", "outputs": outputs}:
            return Outputs(
                values={name: output["value"] for name, output in outputs.items() if "value" in output},
                changed=any(output.get("action", "noop") != "noop" for output in outputs.values()),
            )
        case _:
            return None
