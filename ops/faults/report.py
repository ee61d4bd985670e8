"""What environments went through, as docs/reliability.md shows it."""

from collections import Counter
from collections.abc import Sequence

from ops.faults.command import Report
from ops.faults.kills import Blow, Struck
from ops.progress import duration
from ops.reliability import measured_on, table

_ALL = {"calls that go wrong", "runs that are ended"}


def part(report: Report) -> str:
    """The figures of `make faults`, in Markdown."""
    parts = [measured_on()]
    if report.calls:
        went_wrong = f"{sum(report.faults.values()):,} of {report.calls:,} calls went wrong"
        parts += [
            f"{went_wrong} while an environment was deployed and destroyed, which took {report.attempts} runs in all:",
            table(("Fault", "Injected", "Survived"), _calls(report)),
        ]
    if report.deploy_blows or report.destroy_blows:
        title = ("What ended it", "Deployments", "Destructions", "Recovered", "Locks released", "Adopted")
        parts += ["Runs that were ended:", table(title, _blows(report))]
    if scenarios := _scenarios(report):
        parts += [
            "What a deployment stands on was taken away, in an environment of a few layers unless it says otherwise:",
            table(("What happened", "Survived", "Took"), scenarios),
        ]
    return "\n\n".join(parts)


def _calls(report: Report) -> list[tuple[object, ...]]:
    survived = "calls that go wrong" not in report.failures
    return [(fault, number, number if survived else 0) for fault, number in report.faults.items()]


def _blows(report: Report) -> list[tuple[object, ...]]:
    survived = "runs that are ended" not in report.failures
    deployments, destructions = _by_blow(report.deploy_blows), _by_blow(report.destroy_blows)
    rows: list[tuple[object, ...]] = []
    for blow in Blow:
        struck = [*deployments[blow], *destructions[blow]]
        rows.append(
            (
                blow,
                len(deployments[blow]),
                len(destructions[blow]),
                len(struck) if survived else 0,
                sum(one.locks_released for one in struck),
                sum(one.adopted for one in struck),
            )
        )
    return rows


def _by_blow(struck: Sequence[Struck]) -> dict[Blow, list[Struck]]:
    return {blow: [one for one in struck if one.blow is blow] for blow in Blow}


def _scenarios(report: Report) -> list[tuple[object, ...]]:
    return [
        (name, "no" if name in report.failures else "yes", duration(seconds))
        for name, seconds in report.scenarios.items()
        if name not in _ALL
    ]


def summary(report: Report) -> str:
    """One line for whoever waits."""
    kills = Counter(one.blow for one in (*report.deploy_blows, *report.destroy_blows))
    return (
        f"{sum(report.faults.values())} faults in {report.calls} calls, {sum(kills.values())} ended runs, "
        f"{len(report.scenarios)} scenarios, {len(report.failures)} of which failed"
    )
