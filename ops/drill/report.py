"""What a drill leaves behind: a page with its measurements and its picture, to be kept beside the code."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ops.account import Environment
from ops.drill.measured import Measured
from ops.drill.plot import plot
from ops.drill.scenarios import Scenario
from ops.drill.subject import Sample, Subject
from ops.drills import new_drill_folder


@dataclass(frozen=True, kw_only=True)
class Drilled:
    """A drill that is over. `seed` is that of a simulation."""

    environment: Environment
    subject: Subject
    scenario: Scenario
    zone: str
    began: datetime
    how: str
    outcome: str
    before: Sample
    samples: Sequence[Sample]
    measured: Measured
    seed: int | None

    @property
    def title(self) -> str:
        """What was rehearsed."""
        sentence = self.scenario.sentence.format(zone=self.zone)
        return f"{sentence[:1].upper()}{sentence[1:]}"


def write_report(drilled: Drilled) -> Path:
    """Write the page, its picture and the samples they are made of. The page's path."""
    target = new_drill_folder(drilled.environment, drilled.scenario.name, began=drilled.began)
    short = {alarm: drilled.subject.short(alarm) for alarm in drilled.subject.alarms}
    picture = plot(drilled.title, drilled.samples, drilled.measured, short=short)
    (target / "timeline.svg").write_text(picture, encoding="utf-8")
    samples = [{**asdict(sample), "alarms": sorted(sample.alarms)} for sample in drilled.samples]
    (target / "samples.json").write_text(json.dumps(samples, indent=1) + "\n", encoding="utf-8")
    page = target / "report.md"
    page.write_text(_page(drilled), encoding="utf-8")
    return page


def figures(drilled: Drilled) -> list[tuple[str, str]]:
    """What was measured, as rows of what and how long."""
    measured, before = drilled.measured, drilled.before
    rows = [
        ("Detected: the first alarm", _with_alarm(drilled)),
        ("The load balancer had fewer healthy targets", _seconds(measured.unrouted, otherwise="never seen")),
        ("Fewest healthy targets", f"{measured.fewest_targets} of {before.healthy_targets}"),
        ("Another writer, and the cluster available", _seconds(measured.failed_over, otherwise="the writer stayed")),
        ("Recovered: all as before", _seconds(measured.recovered, otherwise="not by the end")),
    ]
    return [row for row in rows if drilled.scenario.name in {"database", "zone"} or "writer" not in row[0]]


def _page(drilled: Drilled) -> str:
    environment, short = drilled.environment, drilled.subject.short
    rows = "\n".join(f"| {what} | {value} |" for what, value in figures(drilled))
    alarms = "\n".join(
        f"| `{short(time.alarm)}` | {_seconds(time.on)} | {_seconds(time.off, otherwise='still on')} |"
        for time in drilled.measured.alarms
    )
    runbook = drilled.scenario.runbook
    return f"""# Drill: {drilled.title}

{environment.suffix}, {drilled.began:%Y-%m-%d %H:%M} UTC, by {drilled.how}. It ended as {drilled.outcome}.

{_caution(drilled)}Expected: {drilled.scenario.expected}

| Measured | From the failure on |
|---|--:|
{rows}

![Alarms, healthy targets and the writer over time](timeline.svg)

| Alarm | On | Off |
|---|--:|--:|
{alarms or "| none | | |"}

What each second was like: [samples.json](samples.json). What to do about it on a real day:
[{runbook}](../../docs/runbooks/{runbook}.md).
"""


def _caution(drilled: Drilled) -> str:
    if drilled.seed is None:
        return ""
    return (
        f"**Simulated** (seed {drilled.seed}): played out on the embedded AWS, in its own time. These figures show how "
        "a drill reads; they say nothing about AWS.\n\n"
    )


def _with_alarm(drilled: Drilled) -> str:
    first = next(iter(drilled.measured.alarms), None)
    return "no alarm went off" if first is None else f"{first.on:.0f} s, `{drilled.subject.short(first.alarm)}`"


def _seconds(value: float | None, *, otherwise: str = "") -> str:
    return otherwise if value is None else f"{value:.0f} s"
