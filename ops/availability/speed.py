"""How fast the service is, and what of that is its own: under load, beside a peer that does nothing, and over time.

Everything shares one machine with the load that it is under, so that requests per second say little. What says more is
how much processor time the service itself takes for a request.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ops.availability.balancer import Balancer
from ops.availability.lab import Lab
from ops.availability.load import Closed, Load, Open, Request
from ops.availability.programs import Program, clean_environment, free_port
from ops.workspace import ROOT

_WARM_UP_SECONDS = 2
_SAMPLES = 60


@dataclass(frozen=True)
class Speed:
    """What so much load came to."""

    what: str
    model: Open | Closed
    seconds: float
    requests: Sequence[Request]
    processor_seconds: float

    @property
    def lost(self) -> int:
        """How many requests failed."""
        return sum(request.failed for request in self.requests)

    @property
    def per_second(self) -> float:
        """How many requests were answered each second."""
        return len(self.requests) / self.seconds

    @property
    def per_core(self) -> float:
        """How many requests the service answers with one second of a processor."""
        return len(self.requests) / self.processor_seconds

    def milliseconds(self, percentile: int) -> float:
        """How long the given share of users waited at most."""
        waited = [request.seconds * 1000 for request in self.requests]
        return statistics.quantiles(waited, n=100, method="inclusive")[percentile - 1]


@dataclass(frozen=True)
class Memory:
    """What tasks hold while they serve."""

    minutes: float
    first_mib: float
    last_mib: float
    mib_per_hour: float


def speed(what: str, *, url: str, programs: Sequence[Program], model: Open | Closed, seconds: float) -> Speed:
    """Measure programs that serve `url`, once they are warm."""
    with Load(url, model) as load:
        time.sleep(_WARM_UP_SECONDS)
        began, used = time.monotonic(), _processor_seconds(programs)
        time.sleep(seconds)
        ended, used_then = time.monotonic(), _processor_seconds(programs)
    return Speed(
        what=what,
        model=model,
        seconds=ended - began,
        requests=[request for request in load.requests if began <= request.ended < ended],
        processor_seconds=used_then - used,
    )


def peer_speed(lab: Lab, *, model: Open | Closed, seconds: float) -> Speed:
    """The same for the peer, in one process behind a balancer of its own."""
    port = free_port()
    certificate, key = lab.folder / "server.pem", lab.folder / "server.key"
    environment = {**clean_environment(), "PORT": str(port), "CERTIFICATE": str(certificate), "KEY": str(key)}
    command = [sys.executable, "-m", "ops.availability.peer"]
    program = Program(command, log=lab.folder / f"peer-{port}.log", cwd=ROOT, environment=environment)
    path = lab.settings.service.health_check_path
    balancer = Balancer(lab.binaries.haproxy, folder=lab.folder, health_check_path=path)
    try:
        program.wait_until(lambda: b"running on" in program.log.read_bytes(), what="The peer")
        balancer.register(port)
        return speed("peer", url=balancer.url, programs=[program], model=model, seconds=seconds)
    finally:
        balancer.stop()
        program.stop()


def memory(lab: Lab, *, model: Open | Closed, minutes: float, say: Callable[[str], None]) -> Memory:
    """Whether what tasks hold grows. The first quarter is left out: caches and pools fill up."""
    began, samples = time.monotonic(), list[tuple[float, float]]()
    with Load(lab.balancer.url, model):
        while (passed := time.monotonic() - began) < minutes * 60:
            time.sleep(minutes * 60 / _SAMPLES)
            samples.append((passed / 3600, _resident_mib(lab)))
            if len(samples) % 10 == 0:
                say(f"  {len(samples)} of {_SAMPLES}: {samples[-1][1]:.1f} MiB a task")
    settled = samples[len(samples) // 4 :]
    slope = statistics.linear_regression([hours for hours, _ in settled], [mib for _, mib in settled]).slope
    return Memory(minutes=minutes, first_mib=settled[0][1], last_mib=settled[-1][1], mib_per_hour=slope)


def _processor_seconds(programs: Sequence[Program]) -> float:
    times = [process.cpu_times() for program in programs for process in program.processes]
    return sum(used.user + used.system for used in times)


def _resident_mib(lab: Lab) -> float:
    """What a task holds, on average. Pages that its processes share count once, as they do for the limit of a task."""
    held = [process.memory_full_info() for task in lab.service.tasks for process in task.program.processes]
    # Systems without proportional sizes have what is a process's own.
    return sum(getattr(sizes, "pss", sizes.uss) for sizes in held) / len(lab.service.tasks) / 1024**2
