"""The page on faults says what happened: what failed is not called survived, and what was not tried is not there."""

from ops.faults.command import Report
from ops.faults.kills import Blow, Struck
from ops.faults.report import part, summary


def struck(blow: Blow, *, adopted: int = 0, locks: int = 0) -> Struck:
    return Struck(blow=blow, at=1, adopted=adopted, locks_released=locks)


def row(page: str, title: str) -> list[str]:
    (line,) = [line for line in page.splitlines() if line.startswith(f"| {title} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_faults_are_counted_over_all_runs_and_called_survived() -> None:
    report = Report(attempts=3)
    report.count({"calls": 100, "injected": {"throttled": 4}})
    report.count({"calls": 50, "injected": {"throttled": 1, "connection reset": 2}})
    page = part(report)
    assert "7 of 150 calls went wrong" in page
    assert row(page, "throttled") == ["5", "5"]
    report.failures["calls that go wrong"] = "it never came up"
    assert row(part(report), "throttled") == ["5", "0"]


def test_blows_are_counted_by_kind() -> None:
    report = Report(
        deploy_blows=[struck(Blow.ALL_KILLED, adopted=3, locks=2), struck(Blow.ALL_KILLED), struck(Blow.OPS_KILLED)],
        destroy_blows=[struck(Blow.ALL_KILLED, locks=1)],
    )
    assert row(part(report), Blow.ALL_KILLED) == ["2", "1", "3", "3", "3"]
    assert row(part(report), Blow.INTERRUPTED) == ["0", "0", "0", "0", "0"]
    report.failures["runs that are ended"] = "a state was lost"
    assert row(part(report), Blow.ALL_KILLED)[2] == "0"


def test_a_scenario_that_failed_is_not_survived() -> None:
    report = Report(scenarios={"a full disk": 61.0, "a stale lock": 5.0}, failures={"a full disk": "a traceback"})
    assert row(part(report), "a full disk") == ["no", "1m01s"]
    assert row(part(report), "a stale lock") == ["yes", "5s"]
    assert "1 of which failed" in summary(report)


def test_what_was_not_tried_is_not_on_the_page() -> None:
    assert "|" not in part(Report())
