"""Ends runs at moments that are spread over a deployment or a destruction, in every way in which runs end."""

import contextlib
import random
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import psutil

from ops.errors import OpsError
from ops.faults.subject import Ended, Running, Subject

_STOPPED = 130


class Blow(StrEnum):
    """What happens to a run. Of the kills, only that of `ops` leaves Terraform to come to a good end."""

    INTERRUPTED = "SIGINT"
    TERMINATED = "SIGTERM"
    OPS_KILLED = "SIGKILL of ops"
    TERRAFORM_KILLED = "SIGKILL of Terraform"
    ALL_KILLED = "SIGKILL of everything"


# The last one leaves the least to strike at.
KILLS = (Blow.ALL_KILLED, Blow.TERRAFORM_KILLED, Blow.OPS_KILLED)


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
    seed: int,
    longest_pause: float,
) -> list[Struck]:
    """Run `command` again and again, each time until a moment further on, at which a blow falls; then to its end.

    Moments are spread over the `total` of resources. Between a moment and its blow there is a pause, in seconds. After
    each blow the environment is recovered.
    """
    drawn = random.Random(seed)  # noqa: S311 - no secret
    struck: list[Struck] = []
    for position, blow in enumerate(blows):
        # What states hold is counted anew before each blow: Terraform goes on when only `ops` is killed, and what it
        # had finished when it was killed itself may be in no state, and finished or adopted a second time.
        recorded, finished = subject.recorded(), partial(subject.finished, command, before=subject.logs(command))
        left = recorded if command == "destroy" else total - recorded
        moment = max(1, round(left / (len(blows) - position + 1) * drawn.uniform(0.5, 1.5)))
        running = subject.start(command)
        if not running.until(lambda finished=finished, moment=moment: finished() >= moment):  # type: ignore[misc]
            ended = running.wait()
            if ended.code == 0:
                break  # nothing is left to strike at
            raise OpsError(f"`{command}` failed before any blow fell:\n{ended.said[-3000:]}")
        # Terraform saves a state every 20 seconds, so that what it had made is in it at one time and not at another.
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.process.wait(drawn.uniform(0, longest_pause))
            break  # it has come to its end meanwhile
        struck.append(_strike(subject, running, blow, at=total - left + finished()))
    subject.insist(command)
    return struck


def _strike(subject: Subject, running: Running, blow: Blow, *, at: int) -> Struck:
    """Let one blow fall, see that the run ends as it should, and recover."""
    _hit(running, blow)
    ended = running.wait()
    subject.say(f"  {blow} after {at} resources: exit code {ended.code}")
    _check_end(blow, ended)
    recovered = subject.run("recover")
    if recovered.code != 0:
        raise OpsError(f"After {blow}, `recover` fails:\n{recovered.said[-3000:]}")
    said = recovered.said
    return Struck(
        blow=blow, at=at, adopted=said.count("  adopted "), locks_released=said.count("Released the lock on ")
    )


def _hit(running: Running, blow: Blow) -> None:
    match blow:
        case Blow.INTERRUPTED:
            running.process.send_signal(signal.SIGINT)
        case Blow.TERMINATED:
            running.process.send_signal(signal.SIGTERM)
        case Blow.OPS_KILLED:
            running.process.kill()
        case Blow.TERRAFORM_KILLED:
            for process in _below(running):
                if not process.name().startswith("terraform-provider-"):
                    process.kill()
        case Blow.ALL_KILLED:
            # From the top, so that nobody is left to notice that the others are gone.
            below = _below(running)
            running.process.kill()
            for process in below:
                if process.is_running():
                    process.kill()


def _below(running: Running) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(running.process.pid).children(recursive=True)
    return []


def _check_end(blow: Blow, ended: Ended) -> None:
    """Raise OpsError where a run that could say something did not end as it should."""
    if not ended.is_readable:
        raise OpsError(f"{blow} ends in a traceback:\n{ended.said[-3000:]}")
    if blow in {Blow.INTERRUPTED, Blow.TERMINATED} and ended.code not in {_STOPPED, 0}:
        raise OpsError(f"{blow} ends with exit code {ended.code} and not {_STOPPED}:\n{ended.said[-3000:]}")
