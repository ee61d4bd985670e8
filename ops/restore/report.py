"""What a restore drill leaves behind: a page with its figures, to be kept beside the code."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ops.drills import new_drill_folder
from ops.progress import duration
from ops.restore.drill import Drilled
from ops.restore.moment import shown

_THINGS = {"database": "the database", "sessions": "the session table"}
_RUNBOOKS = {"database": "restore-database", "sessions": "restore-table"}


def print_drilled(console: Console, drilled: Drilled, page: Path) -> None:
    """The figures, and where the page is."""
    for what, value in _figures(drilled):
        console.print(f"  {what}: {value}", highlight=False, markup=False, soft_wrap=True)
    if drilled.environment.embedded:
        console.print("  These are the embedded AWS's figures, and say nothing about AWS.", highlight=False)
    shown_path = drilled.environment.workspace.relative(page)
    console.print(f"Written to {escape(shown_path)}", highlight=False, soft_wrap=True)


def write_report(drilled: Drilled) -> Path:
    """Write the page. Its path."""
    page = new_drill_folder(drilled.environment, f"restore-{drilled.kind}", began=drilled.began) / "report.md"
    page.write_text(_page(drilled), encoding="utf-8")
    return page


def _figures(drilled: Drilled) -> list[tuple[str, str]]:
    return [
        ("Time to recover (RTO)", f"{duration(drilled.recovery_seconds)}, from the order until it was verified"),
        ("Data lost (RPO)", f"{duration(drilled.lost_seconds)}, {_how(drilled)}"),
    ]


def _how(drilled: Drilled) -> str:
    if drilled.followed is None:
        return "by the latest time that AWS said could be restored"
    fate = "and was in the copy" if drilled.arrived else "and was NOT in the copy"
    return f"until a session that was written could be restored, {fate}"


def _page(drilled: Drilled) -> str:
    figures = "\n".join(f"| {what} | {value} |" for what, value in _figures(drilled))
    phases = "\n".join(f"| {phase.title} | {phase.seconds:.1f} |" for phase in drilled.phases)
    checks = "\n".join(
        f"- {'passed' if result.passed else '**FAILED**'}: {result.check.sentence}"
        + ("" if result.passed else f" ({result.detail})")
        for result in drilled.results
    )
    could = "could" if drilled.passed else "could **not**"
    return f"""# Restore drill: {_THINGS[drilled.kind]} of {drilled.environment.suffix}

{drilled.began:%Y-%m-%d %H:%M} UTC. `{drilled.running}` was restored beside itself as it was at {shown(drilled.moment)},
verified as `{drilled.copy}`, and that copy was deleted. It {could} have been used.

{_caution(drilled)}| Measured | |
|---|---|
{figures}

| Phase | Seconds |
|---|--:|
{phases}

{checks}

Not part of it: to notice that data is wrong, to find out since when, and to switch over. What to do on a real day:
[{_RUNBOOKS[drilled.kind]}](../../docs/runbooks/{_RUNBOOKS[drilled.kind]}.md).
"""


def _caution(drilled: Drilled) -> str:
    if not drilled.environment.embedded:
        return ""
    return (
        "**Simulated**: on the embedded AWS, which restores at once and holds next to nothing. These figures show how "
        "a drill reads; they say nothing about AWS.\n\n"
    )
