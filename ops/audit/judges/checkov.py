"""Checkov, on a plan."""

import json
from pathlib import Path
from typing import Any

from ops.audit.judges.environment import Said, Tools
from ops.audit.judges.finding import Finding, Verdict, demand_all
from ops.audit.judges.one_module import readable
from ops.audit.judges.scanner import PLAN, scan
from ops.errors import OpsError

# Its severities come from a service that takes an account.
_SEVERITY = "unrated"


def judge(plan: Path, *, tools: Tools) -> Verdict:
    """What checkov says of a plan, given as `terraform show -json` wrote it."""
    command = [
        *(tools.command("checkov"), "--file", PLAN, "--framework", "terraform_plan"),
        *("--output", "json", "--compact", "--quiet", "--skip-download", "--soft-fail"),
    ]
    said, expected = scan(plan, command, tools=tools)
    return verdict(said, expected=expected)


def verdict(said: Said, *, expected: int) -> Verdict:
    """What checkov wrote, read. Raises OpsError unless it has read every resource of the plan.

    It counts what it has loaded, so the number is exactly that of the plan's resources, whether it has checks for
    them or not.
    """
    report = _report(said)
    summary = report.get("summary", report)
    if summary.get("parsing_errors"):
        raise OpsError(f"checkov could not read the plan:\n{said.errors.strip()[-2000:]}")
    demand_all("checkov", scanned=summary["resource_count"], expected=expected, what="resources")
    failed = report.get("results", {}).get("failed_checks", [])
    return Verdict(
        findings=[_finding(check) for check in failed],
        scanned=summary["resource_count"],
        version=summary["checkov_version"],
    )


def _report(said: Said) -> dict[str, Any]:
    """The report, which is its own summary where there was no file to read."""
    try:
        report = json.loads(said.output)
    except ValueError:
        report = None
    if said.code != 0 or not isinstance(report, dict) or "resource_count" not in report.get("summary", report):
        raise OpsError(f"checkov failed with {said.code}:\n{(said.errors or said.output).strip()[-2000:]}")
    return report


def _finding(check: dict[str, Any]) -> Finding:
    return Finding(
        judge="checkov",
        check=check["check_id"],
        severity=check.get("severity") or _SEVERITY,
        resource=readable(check["resource"]),
        title=check["check_name"],
    )
