"""Trivy, on a plan, with the checks that are built into it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ops.audit.judges.environment import Said, Tools
from ops.audit.judges.finding import Finding, Verdict, demand_all
from ops.audit.judges.one_module import readable
from ops.audit.judges.scanner import PLAN, scan
from ops.errors import OpsError

_OFFLINE = ("--skip-check-update", "--skip-version-check", "--disable-telemetry")
_READ = re.compile(r"Read block\(s\) and ignore\(s\).*\bblocks=(\d+)")
_UNREADABLE = "Error parsing file"


def judge(plan: Path, *, tools: Tools) -> Verdict:
    """What trivy says of a plan, given as `terraform show -json` wrote it."""
    command = [
        *(tools.command("trivy"), "config", *_OFFLINE, "--cache-dir", "cache"),
        *("--misconfig-scanners", "terraformplan-json", "--include-non-failures"),
        *("--format", "json", "--debug", PLAN),
    ]
    said, expected = scan(plan, command, tools=tools)
    return verdict(said, expected=expected)


def verdict(said: Said, *, expected: int) -> Verdict:
    """What trivy wrote, read. Raises OpsError unless it has read every resource of the plan.

    Its report names only resources with findings, and checks that had nothing to look at have passed. But trivy turns
    a plan into Terraform, a block per resource, and its log says how many blocks it has read back.
    """
    if said.code != 0:
        raise OpsError(f"trivy failed with {said.code}:\n{said.errors.strip()[-2000:]}")
    unreadable = [line for line in said.errors.splitlines() if _UNREADABLE in line]
    if unreadable:
        raise OpsError(f"trivy cannot read the plan, and would have found nothing in it:\n{unreadable[0]}")
    scanned = sum(int(count) for count in _READ.findall(said.errors))
    demand_all("trivy", scanned=scanned, expected=expected, what="resources")
    report = json.loads(said.output)
    checks = list(_checks(report))
    if not any(check["Status"] == "PASS" for check in checks):
        raise OpsError("trivy has passed nothing at all, so it has no checks: its own come with it when it is offline.")
    return Verdict(
        findings=[_finding(check) for check in checks if check["Status"] == "FAIL"],
        scanned=scanned,
        version=report["Trivy"]["Version"],
    )


def _checks(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for result in report.get("Results", []):
        yield from result.get("Misconfigurations", [])


def _finding(check: dict[str, Any]) -> Finding:
    return Finding(
        judge="trivy",
        check=check["ID"],
        severity=check["Severity"].lower(),
        resource=readable(check["CauseMetadata"].get("Resource", "the plan")),
        title=check["Message"],
    )
