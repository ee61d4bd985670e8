"""What a judge says, in one form for all judges, and that it has looked at everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ops.errors import OpsError

Judge = Literal["checkov", "parliament", "trivy"]


@dataclass(frozen=True)
class Finding:
    """One thing that a judge does not like. `resource` is the layer and how Terraform names the resource there."""

    judge: Judge
    check: str
    severity: str
    resource: str
    title: str

    def __str__(self) -> str:
        return f"{self.judge} {self.check} ({self.severity}) {self.resource}: {self.title}"


@dataclass(frozen=True)
class Verdict:
    """All findings of one run, how many resources (or policies) the judge has looked at, and the judge's version."""

    findings: Sequence[Finding]
    scanned: int
    version: str


def demand_all(judge: Judge, *, scanned: int, expected: int, what: str) -> None:
    """Raise OpsError unless everything was scanned: no findings mean nothing of what nobody has looked at."""
    if expected == 0:
        raise OpsError(f"{judge} has nothing to judge: there are no {what}.")
    if scanned != expected:
        raise OpsError(
            f"{judge} looked at {scanned} of {expected} {what}, so its verdict counts for nothing.\n"
            f"  Either it could not read some of them, or its pinned version reads them differently now."
        )
