"""`ops drill`: bring a failure about, follow it, and measure when it was noticed and when it was over."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import boto3
from rich.console import Console
from rich.markup import escape

from ops.account import Environment
from ops.confirm import Confirmation
from ops.drill.clock import Clock, RealClock
from ops.drill.injection import Injection, inject
from ops.drill.measured import is_as_before, measure
from ops.drill.report import Drilled, figures, write_report
from ops.drill.scenarios import SCENARIOS, Scenario
from ops.drill.simulation import Simulation
from ops.drill.subject import Sample, Subject, check_zone, look, subject_of
from ops.errors import BadInputError, OpsError

_SECONDS_BETWEEN = 5
# An alarm takes up to two minutes to see what is already over; a recovery that holds a minute is one.
_AT_LEAST_SECONDS = 180
_CALM_SECONDS = 60
_AT_MOST_SECONDS = 30 * 60


@dataclass
class _Following:
    """The course of a drill, said line by line as it changes."""

    session: boto3.Session
    subject: Subject
    clock: Clock
    console: Console
    before: Sample
    samples: list[Sample] = field(default_factory=list)

    def until_over(self, injection: Injection) -> None:
        """Take samples until all is well again, or patience is at its end."""
        last, calm_since = self.before, None
        while self.clock.now() < _AT_MOST_SECONDS:
            sample = look(self.session, self.subject, seconds=round(self.clock.now(), 1))
            self.samples.append(sample)
            self._say(last, sample)
            last = sample
            if injection.at_work() or not is_as_before(self.before, sample):
                calm_since = None
            elif calm_since is None:
                calm_since = sample.seconds
            if calm_since is not None and sample.seconds >= max(_AT_LEAST_SECONDS, calm_since + _CALM_SECONDS):
                return
            self.clock.sleep(_SECONDS_BETWEEN)

    def _say(self, last: Sample, sample: Sample) -> None:
        said = [f"[red]alarm {self.subject.short(name)} is on[/]" for name in sorted(sample.alarms - last.alarms)]
        said += [f"[green]alarm {self.subject.short(name)} is off[/]" for name in sorted(last.alarms - sample.alarms)]
        if sample.healthy_targets != last.healthy_targets:
            said.append(f"healthy targets: {last.healthy_targets} → {sample.healthy_targets}")
        if sample.tasks != last.tasks:
            said.append(f"running tasks: {_tasks(last)} → {_tasks(sample)}")
        if sample.writer != last.writer:
            said.append(f"writer: {last.writer} → {sample.writer or 'none'} ({sample.writer_zone})")
        if sample.database != last.database:
            said.append(f"database: {last.database} → {sample.database}")
        for line in said:
            self.console.print(f"  {sample.seconds:5.0f} s  {line}", highlight=False, soft_wrap=True)


def drill(
    environment: Environment,
    scenario_name: str,
    *,
    zone: str | None,
    seed: int,
    confirmation: Confirmation,
    console: Console,
) -> Drilled:
    """Rehearse a failure, and write what was measured.

    Raises BadInputError when it cannot be rehearsed here or now, and OpsError when the environment did not recover.
    """
    scenario = _scenario(scenario_name)
    zone = _zone(environment, scenario, zone)
    session, subject = environment.session(), subject_of(environment)
    before = look(session, subject, seconds=0)
    _check_calm(subject, before)
    confirmation.of_drill(scenario.sentence.format(zone=zone))
    began = datetime.now(UTC)
    simulation = Simulation(session=session, subject=subject, seed=seed) if environment.embedded else None
    injection = inject(environment, subject, scenario, zone=zone)
    if simulation:
        simulation.begin(scenario, zone=zone)
        console.print("[yellow]Simulated[/]: the embedded AWS plays this out in its own time.")
    console.print(f"Started by {escape(injection.how)}. Ctrl-C ends it.", soft_wrap=True)
    following = _Following(session, subject, simulation or RealClock(), console, before)
    try:
        following.until_over(injection)
    except KeyboardInterrupt:
        injection.stop()
        console.print("Stopped, and told AWS to undo what it did.")
    drilled = Drilled(
        environment=environment,
        subject=subject,
        scenario=scenario,
        zone=zone,
        began=began,
        how=injection.how,
        outcome=injection.outcome(),
        before=before,
        samples=following.samples,
        measured=measure(before, following.samples),
        seed=seed if simulation else None,
    )
    _finish(drilled, console=console)
    return drilled


def _finish(drilled: Drilled, *, console: Console) -> None:
    page = write_report(drilled)
    console.print(f"\n[bold]{escape(drilled.title)}[/]")
    for what, value in figures(drilled):
        console.print(f"  {what}: [bold]{escape(value.replace('`', ''))}[/]", highlight=False)
    console.print(f"Report: {drilled.environment.workspace.relative(page)}", soft_wrap=True)
    if drilled.measured.recovered is None:
        raise OpsError(
            f"{drilled.environment.suffix} is not as it was before. The runbook: "
            f"docs/runbooks/{drilled.scenario.runbook}.md"
        )


def _scenario(name: str) -> Scenario:
    if name not in SCENARIOS:
        raise BadInputError(f"There is no drill {name!r}. There are: {', '.join(SCENARIOS)}.")
    return SCENARIOS[name]


def _zone(environment: Environment, scenario: Scenario, zone: str | None) -> str:
    """The zone that was asked for; the last one if none was, in which no writer is made."""
    if zone is not None and not scenario.zonal:
        raise BadInputError(f"The drill {scenario.name} happens in no particular zone: leave --zone out.")
    if zone is not None:
        check_zone(environment, zone)
    return zone or environment.settings.network.zones[-1]


def _check_calm(subject: Subject, before: Sample) -> None:
    """Raise BadInputError where something is wrong already: nobody rehearses a second failure during a first one."""
    on = sorted(subject.short(alarm) for alarm in before.alarms & subject.paging)
    if on or before.database != "available" or not before.healthy_targets:
        wrong = f"these alarms are on: {', '.join(on)}" if on else "the database or the service is not available"
        raise BadInputError(f"This is no moment for a drill: {wrong}.")


def _tasks(sample: Sample) -> str:
    return ", ".join(f"{count} in {zone}" for zone, count in sorted(sample.tasks.items())) or "none"
