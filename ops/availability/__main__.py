"""`python -m ops.availability`: break the service in every way, measure it, and write docs/availability.md."""

import signal
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ops.availability.faults import FAULTS, TASK_KILLED, Fault
from ops.availability.lab import Lab, laboratory
from ops.availability.load import Closed, Open
from ops.availability.measure import Outcome, measure
from ops.availability.report import PAGE, faults_part, memory_part, speed_part, summary, write_part
from ops.availability.speed import Speed, memory, peer_speed, speed
from ops.commands.application import console_of_results
from ops.errors import OpsError

_FAULT_MODEL = Open(per_second=40)
_SPEED_MODELS: tuple[Closed | Open, ...] = (Closed(users=16), Open(per_second=50))
_MEMORY_MODEL = Open(per_second=40)
_RETRIES = 3


def main(
    minutes: Annotated[float, typer.Option(min=1, help="How long memory is watched.")] = 15,
    seconds: Annotated[float, typer.Option(min=1, help="How long each speed is measured.")] = 30,
) -> None:
    """Break the service in every way while it is used, then measure how fast it is and whether it grows."""
    # Whatever ends this, the programs that it has started end with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = console_of_results()

    def say(line: str) -> None:
        console.print(escape(line), highlight=False, soft_wrap=True)

    outcomes: list[Outcome] = []
    with laboratory(say) as lab:
        _measure_all(lab, FAULTS, outcomes, console)
        speeds: list[Speed] = []
        for model in _SPEED_MODELS:
            say(f"Speed of the service, then of its peer: {model} ...")
            programs = [task.program for task in lab.service.tasks]
            speeds += [
                speed("service", url=lab.balancer.url, programs=programs, model=model, seconds=seconds),
                peer_speed(lab, model=model, seconds=seconds),
            ]
            write_part("speed", speed_part(speeds))
        say(f"Memory over {minutes:.0f} minutes ...")
        write_part("memory", memory_part(memory(lab, model=_MEMORY_MODEL, minutes=minutes, say=say)))
    say("Once more with a balancer that offers refused connections to another task ...")
    with laboratory(say, retries=_RETRIES) as lab:
        _measure_all(
            lab, [replace(TASK_KILLED, name=f"{TASK_KILLED.name}, by a balancer that tries another")], outcomes, console
        )
    say(f"Written to {PAGE}")
    say(summary(outcomes))
    if any(outcome.missing_writes for outcome in outcomes):
        raise typer.Exit(OpsError.exit_code)


def _measure_all(lab: Lab, faults: Sequence[Fault], outcomes: list[Outcome], console: Console) -> None:
    """What is known is written at once: a run of half an hour may well be ended before it is over."""
    for fault in faults:
        console.print(f"[bold]{escape(fault.name)}[/] ...")
        outcome = measure(lab, fault, model=_FAULT_MODEL)
        outcomes.append(outcome)
        write_part("faults", faults_part(outcomes))
        console.print(f"  {len(outcome.lost)} of {outcome.sent} requests lost", highlight=False)


if __name__ == "__main__":
    typer.run(main)
