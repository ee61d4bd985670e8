"""What the samples of a drill say: when it was noticed, when the database was back, when all was as before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ops.drill.subject import Sample


@dataclass(frozen=True)
class AlarmTime:
    """When an alarm was on, in seconds of the drill; `off` is None while it still is."""

    alarm: str
    on: float
    off: float | None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Seconds from the failure on; None where it did not happen."""

    detected: float | None  # the first alarm
    unrouted: float | None  # the load balancer had fewer healthy targets
    failed_over: float | None  # another writer, and the cluster available
    recovered: float | None  # everything as it was before, until the end
    fewest_targets: int
    alarms: tuple[AlarmTime, ...]


def measure(before: Sample, samples: Sequence[Sample]) -> Measured:
    """Read the samples, which begin with the failure, against how it was before."""
    times = [time for alarm in _alarms(samples) for time in _times(alarm, samples) if alarm not in before.alarms]
    return Measured(
        detected=min((time.on for time in times), default=None),
        unrouted=_first(samples, lambda sample: sample.healthy_targets < before.healthy_targets),
        failed_over=_first(samples, lambda sample: _another_writer(before, sample)),
        recovered=_recovered(before, samples),
        fewest_targets=min((sample.healthy_targets for sample in samples), default=before.healthy_targets),
        alarms=tuple(sorted(times, key=lambda time: (time.on, time.alarm))),
    )


def is_as_before(before: Sample, sample: Sample) -> bool:
    """Whether nothing is wrong that was not wrong before. Which instance is the writer does not matter."""
    return (
        sample.alarms <= before.alarms
        and sample.healthy_targets >= before.healthy_targets
        and sum(sample.tasks.values()) >= sum(before.tasks.values())
        and bool(sample.writer)
        and sample.database == "available"
    )


def _another_writer(before: Sample, sample: Sample) -> bool:
    return bool(sample.writer) and sample.writer != before.writer and sample.database == "available"


def _first(samples: Sequence[Sample], holds: Callable[[Sample], bool]) -> float | None:
    return next((sample.seconds for sample in samples if holds(sample)), None)


def _recovered(before: Sample, samples: Sequence[Sample]) -> float | None:
    """The first sample of those at the end in which all is well; none if the end is not well."""
    since = None
    for sample in reversed(samples):
        if not is_as_before(before, sample):
            break
        since = sample.seconds
    return since


def _alarms(samples: Sequence[Sample]) -> set[str]:
    return {alarm for sample in samples for alarm in sample.alarms}


def _times(alarm: str, samples: Sequence[Sample]) -> list[AlarmTime]:
    """Every time that the alarm was on: from the sample that saw it first to the one that saw it gone."""
    found: list[AlarmTime] = []
    if samples and alarm in samples[0].alarms:
        found.append(AlarmTime(alarm, samples[0].seconds, None))
    for earlier, later in pairwise(samples):
        if alarm in later.alarms and alarm not in earlier.alarms:
            found.append(AlarmTime(alarm, later.seconds, None))
        elif alarm in earlier.alarms and alarm not in later.alarms:
            found[-1] = AlarmTime(alarm, found[-1].on, later.seconds)
    return found
