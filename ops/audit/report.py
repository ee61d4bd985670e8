"""What an audit found, as docs/reliability.md shows it."""

from collections import Counter

from ops.audit.command import JudgedRun, Report
from ops.reliability import measured_on, table

_OF = {"before": "plan of an empty account", "after": "plan of what was made", None: "all policies"}


def part(report: Report) -> str:
    """The figures of `make audit`, in Markdown."""
    assert report.outcome  # noqa: S101 - a report is written when the audit is over
    must = sum(judged.row.allowed for judged in report.rows)
    disagree = Counter(judged.row.allowed for judged in report.rows if not judged.agrees)
    own = [
        ("Simulated calls that must be allowed", must, disagree[True]),
        ("Simulated calls that must be denied", len(report.rows) - must, disagree[False]),
        ("Permissions that no call needs", len(report.unused), len(report.unused)),
        ("Network flows, which must be the intended ones", report.flows, len(report.unintended)),
        ("Resources that must go when they are destroyed", report.resources, len(report.staying)),
        ("Files searched for secrets", report.files_searched, len(report.secrets)),
    ]
    return "\n\n".join(
        [
            measured_on(),
            table(
                ("Judge", "Looked at", "Scanned", "Found", "By severity", "Unexcused", "Seconds"),
                [_row(one, report) for one in report.runs],
            ),
            f"Exceptions excuse {report.outcome.excused} findings; {len(report.outcome.stale)} of them match nothing.",
            table(("Our own", "Number", "Wrong"), own),
        ]
    )


def _row(one: JudgedRun, report: Report) -> tuple[object, ...]:
    assert report.outcome  # noqa: S101 - see above
    severities = Counter(finding.severity.lower() for finding in one.run.findings)
    return (
        f"{one.run.judge} {one.verdict.version}",
        _OF[one.run.plan],
        one.verdict.scanned,
        len(one.run.findings),
        ", ".join(f"{number} {severity}" for severity, number in sorted(severities.items())) or "none",
        sum(run is one.run for run, _ in report.outcome.unexcused),
        round(one.seconds, 1),
    )
