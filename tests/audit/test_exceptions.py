"""What may be excused: a finding that an exception names, and nothing that is there no more."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ops.audit.exceptions import ExceptionRule, Run, When, apply_exceptions, read_exceptions
from ops.audit.judges.finding import Finding, Judge
from ops.errors import BadInputError

_SAFE = "Backups are kept elsewhere, whatever happens to it."
_TOML = """
[[exception]]
judge = "checkov"
check = "CKV_AWS_139"
resources = ["database: aws_rds_cluster.cluster"]
reason = "destroyability"
safe_because = "Backups are kept elsewhere, whatever happens to it."
"""


def finding(resource: str = "database: aws_rds_cluster.cluster", title: str = "No protection") -> Finding:
    return Finding(judge="checkov", check="CKV_AWS_139", severity="high", resource=resource, title=title)


def excuse(
    *resources: str, plan: When | None = None, title: str = "*", check: str = "CKV_AWS_139", judge: Judge = "checkov"
) -> ExceptionRule:
    return ExceptionRule(
        judge=judge,
        check=check,
        resources=resources or ("database: aws_rds_cluster.cluster",),
        title=title,
        plan=plan,
        reason="destroyability",
        safe_because=_SAFE,
    )


def both(*findings: Finding) -> Sequence[Run]:
    return [
        Run(judge="checkov", plan="before", findings=findings),
        Run(judge="checkov", plan="after", findings=findings),
    ]


def test_a_finding_that_an_exception_names_is_excused() -> None:
    outcome = apply_exceptions([excuse()], both(finding()))
    assert outcome.passed
    assert outcome.excused == 2, "once for each plan"


@pytest.mark.parametrize(
    "other",
    [
        excuse("database: aws_rds_cluster.other"),
        excuse(check="CKV_AWS_150"),
        excuse(judge="trivy"),
        excuse(title="No backup*"),
        excuse("compute: aws_rds_cluster.*"),
    ],
    ids=["resource", "check", "judge", "title", "layer"],
)
def test_an_exception_for_something_else_excuses_nothing(other: ExceptionRule) -> None:
    outcome = apply_exceptions([other], both(finding()))
    assert [found for _, found in outcome.unexcused] == [finding(), finding()]


def test_a_pattern_excuses_all_that_it_names() -> None:
    instances = [finding(f"database: aws_rds_cluster_instance.instance-{number}") for number in (1, 2)]
    outcome = apply_exceptions([excuse("*: aws_rds_cluster_instance.instance-*")], both(*instances))
    assert outcome.passed


def test_an_exception_that_matches_nothing_any_more_fails_even_where_nothing_was_found() -> None:
    outcome = apply_exceptions([excuse()], both())
    assert not outcome.passed
    assert outcome.stale == [
        f"exception 1 (checkov CKV_AWS_139) matches nothing of checkov, {when} the first apply: "
        "database: aws_rds_cluster.cluster"
        for when in ("before", "after")
    ]


def test_every_pattern_of_an_exception_has_to_match() -> None:
    outcome = apply_exceptions(
        [excuse("database: aws_rds_cluster.cluster", "database: aws_rds_cluster.gone")], both(finding())
    )
    assert not outcome.unexcused
    assert all("aws_rds_cluster.gone" in stale for stale in outcome.stale)
    assert len(outcome.stale) == 2


def test_an_exception_for_both_plans_has_to_match_in_both() -> None:
    before, _ = both(finding())
    _, after = both()
    outcome = apply_exceptions([excuse()], [before, after])
    assert len(outcome.stale) == 1
    assert "after the first apply" in outcome.stale[0]


def test_an_exception_for_one_plan_excuses_nothing_in_the_other() -> None:
    outcome = apply_exceptions([excuse(plan="before")], both(finding()))
    assert [(run.plan, found) for run, found in outcome.unexcused] == [("after", finding())]
    assert not outcome.stale


def test_an_exception_is_not_stale_where_its_judge_has_not_been_asked() -> None:
    outcome = apply_exceptions([excuse(), excuse(judge="trivy"), excuse(plan="after")], both(finding())[:1])
    assert outcome.passed


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("database: aws_rds_cluster.cluster", "*", "exception 1, resources: Value error, '*' excuses too much"),
        ("destroyability", "convenience", "exception 1, reason"),
        ("Backups are kept elsewhere, whatever happens to it.", "it is fine", "exception 1, safe_because"),
        ('check = "CKV_AWS_139"', "", "exception 1, check: Field required"),
        ('judge = "checkov"', 'judge = "tfsec"', "exception 1, judge"),
        ('judge = "checkov"', 'judge = "parliament"\nplan = "after"', "parliament judges policies and no plan"),
        ("destroyability", "requirement", "say which requirement"),
        ("check =", "chekc =", "exception 1, chekc"),
        ("[[exception]]", "[[exception]", "is no TOML"),
    ],
)
def test_an_exception_that_is_none_is_explained(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "exceptions.toml"
    path.write_text(_TOML.replace(old, new), encoding="utf-8")
    with pytest.raises(BadInputError) as refused:
        read_exceptions(path)
    assert said in str(refused.value)


def test_the_exceptions_of_this_project_can_be_read() -> None:
    exceptions = read_exceptions()
    assert exceptions
    assert len(set(exceptions)) == len(exceptions), "an exception stands there twice"
