"""Ends runs at moments that are spread over a deployment or a destruction, in every way in which runs end."""

import os
import random
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import psutil

from ops.errors import OpsError
from ops.faults.subject import Ended, Running, Subject

_STOPPED = 130


class Blow(StrEnum):
    """What happens to a run."""

    INTERRUPTED = "SIGINT"
    TERMINATED = "SIGTERM"
    OPS_KILLED = "SIGKILL of ops"
    TERRAFORM_KILLED = "SIGKILL of Terraform"
    ALL_KILLED = "SIGKILL of everything"


KILLS = (Blow.OPS_KILLED, Blow.TERRAFORM_KILLED, Blow.ALL_KILLED)


@dataclass(frozen=True)
class Struck:
    """One blow: after how many resources it came, and how many resources had to be adopted afterwards."""

    blow: Blow
    at: int
    adopted: int
    locks_released: int


def strike(
    subject: Subject,
    command: str,
    *,
    blows: Sequence[Blow],
    total: int,
    done: Callable[[], int],
    seed: int,
) -> list[Struck]:
    """Run `command` again and again, each time until a moment further on, at which a blow falls; then to its end.

    `done` counts what all runs so far have finished, of `total`. After each blow the environment is recovered.
    """
    drawn = random.Random(seed)  # noqa: S311 - no secret
    share = total / (len(blows) + 1)
    moments = [round(share * (position + drawn.uniform(0.1, 0.9))) for position in range(len(blows))]
    order = list(blows)
    drawn.shuffle(order)
    struck = []
    for blow, moment in zip(order, moments, strict=True):
        running = subject.start(command)
        if not running.until(lambda moment=moment: done() >= moment):  # type: ignore[misc]
            ended = running.wait()
            if ended.code == 0:
                break  # adoption has made up for what was lost, so that there is nothing left to strike
            raise OpsError(f"`{command}` failed before any blow fell:\n{ended.said[-3000:]}")
        at = done()
        _hit(running, blow)
        ended = running.wait()
        subject.say(f"  {blow} after {at} resources: exit code {ended.code}")
        _check_end(blow, ended)
        recovered = subject.run("recover")
        if recovered.code != 0:
            raise OpsError(f"After {blow}, `recover` fails:\n{recovered.said[-3000:]}")
        said = recovered.said
        struck.append(
            Struck(
                blow=blow, at=at, adopted=said.count("  adopted "), locks_released=said.count("Released the lock on ")
            )
        )
    subject.insist(command)
    return struck


def _hit(running: Running, blow: Blow) -> None:
    match blow:
        case Blow.INTERRUPTED:
            os.kill(running.process.pid, signal.SIGINT)
        case Blow.TERMINATED:
            os.kill(running.process.pid, signal.SIGTERM)
        case Blow.OPS_KILLED:
            os.kill(running.process.pid, signal.SIGKILL)
        case Blow.TERRAFORM_KILLED:
            for process in _below(running):
                if not process.name().startswith("terraform-provider-"):
                    process.kill()
        case Blow.ALL_KILLED:
            # From the top, so that nobody is left to notice that the others are gone.
            below = _below(running)
            os.kill(running.process.pid, signal.SIGKILL)
            for process in below:
                if process.is_running():
                    process.kill()


def _below(running: Running) -> list[psutil.Process]:
    return psutil.Process(running.process.pid).children(recursive=True)


def _check_end(blow: Blow, ended: Ended) -> None:
    """Raise OpsError where a run that could say something did not end as it should."""
    if not ended.is_readable:
        raise OpsError(f"{blow} ends in a traceback:\n{ended.said[-3000:]}")
    if blow in {Blow.INTERRUPTED, Blow.TERMINATED} and ended.code not in {_STOPPED, 0}:
        raise OpsError(f"{blow} ends with exit code {ended.code} and not {_STOPPED}:\n{ended.said[-3000:]}")
