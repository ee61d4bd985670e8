"""Values that look like those of a small product at work, where there are none: the same ones for the same seed.

A value follows from the seed, the metric and the moment alone, so two widgets on one metric agree with each other.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from ops.preview.model import Metric, Series, Window

# A Wednesday at noon. Samples end then, so that a page differs from another by the dashboards alone.
NOON = 1_736_942_400

_DAY = 86_400
_HOUR = 3600
_BURST_SECONDS = 20 * 60
_GIB = 1024.0**3
# Visits are fewest in the small hours and most in the afternoon.
_PEAK_HOUR = 15
_BETWEEN_FAILOVERS = 9 * _DAY
_A_FAILOVER = NOON - 27 * _HOUR
# What a statistic shows of values that have a tail: its share of the tail's length.
_SHARES = {"Minimum": 0.0, "p50": 0.1, "Average": 0.25, "p95": 0.55, "p99": 0.9, "Maximum": 1.0}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a metric typically is, how much of that depends on the time of day, and what happens to it now and then."""

    typical: float
    daily: float = 0.0
    noise: float = 0.06
    tail: float = 0.0
    burst: float = 0.0
    chance: float = 0.0
    whole: bool = False
    silent: bool = False

    def at(self, moment: int, metric: Metric, *, seed: str) -> float | None:
        """The value of the period that begins then."""
        value = self.typical * (1 - self.daily + self.daily * _time_of_day(moment))
        value *= 1 + self.tail * _SHARES.get(metric.statistic, 0.25)
        value *= 1 + self.noise * Random(f"{seed}/{moment}").gauss(0, 1)  # noqa: S311 - no secret
        if Random(f"{seed}/{moment // _BURST_SECONDS}").random() < self.chance:  # noqa: S311
            value += self.burst * Random(f"{seed}/{moment}/burst").random()  # noqa: S311
        if metric.statistic in {"Sum", "SampleCount"}:
            value *= metric.period / 60
        value = max(value, 0.0)
        value = float(round(value)) if self.whole else value
        return None if self.silent and not value else value


Sampler = Callable[[int, Metric, str], float | None]
_RARE = Shape(typical=0, burst=8, chance=0.04, whole=True)
_SILENT = Shape(typical=0, burst=6, chance=0.04, whole=True, silent=True)
_NEVER = Shape(typical=0, whole=True)

_SHAPES: dict[str, Shape] = {
    "RequestCount": Shape(typical=900, daily=0.8, whole=True),
    "HTTPCode_Target_4XX_Count": Shape(typical=9, daily=0.8, noise=0.3, whole=True),
    "HTTPCode_Target_5XX_Count": _SILENT,
    "HTTPCode_ELB_5XX_Count": Shape(typical=0, burst=4, chance=0.02, whole=True, silent=True),
    "TargetResponseTime": Shape(typical=0.045, daily=0.2, noise=0.08, tail=9),
    "ActiveConnectionCount": Shape(typical=400, daily=0.7, whole=True),
    "HealthyHostCount": Shape(typical=3, noise=0, whole=True),
    "UnHealthyHostCount": _NEVER,
    "RejectedConnectionCount": Shape(typical=0, silent=True),
    "TargetConnectionErrorCount": Shape(typical=0, burst=3, chance=0.03, whole=True, silent=True),
    "ConsumedLCUs": Shape(typical=0.9, daily=0.7),
    "CPUUtilization": Shape(typical=42, daily=0.6),
    "MemoryUtilization": Shape(typical=55, noise=0.015, tail=0.1),
    "RunningTaskCount": Shape(typical=3.4, daily=0.1, noise=0.02, whole=True),
    "DesiredTaskCount": Shape(typical=3.4, daily=0.1, noise=0.02, whole=True),
    "CommitThroughput": Shape(typical=38, daily=0.75),
    "CommitLatency": Shape(typical=3.2, noise=0.1, tail=2),
    "ACUUtilization": Shape(typical=34, daily=0.5),
    "ServerlessDatabaseCapacity": Shape(typical=2.7, daily=0.5),
    "AuroraReplicaLag": Shape(typical=18, noise=0.2, burst=140, chance=0.05),
    "DatabaseConnections": Shape(typical=64, daily=0.2, noise=0.05, whole=True),
    "Deadlocks": Shape(typical=0, burst=0.05, chance=0.04),
    "FreeLocalStorage": Shape(typical=26 * _GIB, noise=0.01),
    "MaximumUsedTransactionIDs": Shape(typical=2.1e8, noise=0),
    "SuccessfulRequestLatency": Shape(typical=3.4, noise=0.1, tail=5),
    "ConsumedReadCapacityUnits": Shape(typical=800, daily=0.8),
    "ConsumedWriteCapacityUnits": Shape(typical=260, daily=0.8),
    "SystemErrors": Shape(typical=0, silent=True),
    "ReadThrottleEvents": Shape(typical=0, silent=True),
    "WriteThrottleEvents": Shape(typical=0, silent=True),
    "AllRequests": Shape(typical=140, daily=0.7, whole=True),
    "4xxErrors": Shape(typical=1, noise=0.9, whole=True),
    "5xxErrors": Shape(typical=0, burst=1.5, chance=0.04, whole=True),
    "FirstByteLatency": Shape(typical=22, noise=0.08, tail=4),
    "NumberOfBackupJobsFailed": Shape(typical=0, silent=True),
    "NumberOfNotificationsFailed": Shape(typical=0, silent=True),
    "IncomingBytes": Shape(typical=90_000, daily=0.6),
    "PacketsDropped": _NEVER,
    "Requests": Shape(typical=260, daily=0.8, whole=True),
    "Errors": _RARE,
    "Latency": Shape(typical=18, daily=0.2, noise=0.08, tail=9),
    "CircuitOpen": _NEVER,
    "Retries": Shape(typical=0, burst=5, chance=0.04, whole=True),
    "PoolSize": Shape(typical=4, daily=0.5, whole=True),
    "PoolWait": Shape(typical=900, daily=0.9, noise=0.5),
    "ServiceErrors": _RARE,
    "DatabaseFatals": Shape(typical=0, burst=3, chance=0.05, whole=True),
    "RejectedConnections": Shape(typical=14, noise=0.4, whole=True),
}
_UNKNOWN = Shape(typical=50, daily=0.5)
_CALLS_A_MINUTE = Shape(typical=420, daily=0.8, whole=True)
_GIBIBYTES = {"VolumeBytesUsed": 40, "TotalBackupStorageBilled": 55, "StandardStorage": 60, "StandardIAStorage": 35}
_SHARE_OF_OPERATION = {"GetItem": 1.0, "PutItem": 0.16, "UpdateItem": 0.3, "DeleteItem": 0.08, "Query": 0.12}


def sample(metric: Metric, window: Window, *, seed: str) -> Series:
    """Made-up values of a metric."""
    own = f"{seed}/{metric.namespace}/{metric.name}/{sorted(metric.dimensions.items())}"
    sampler = _SPECIAL.get(metric.name, _shaped)
    sampled = ((moment, sampler(moment, metric, own)) for moment in window.moments(metric.period))
    return Series(
        window=window,
        period=metric.period,
        values={moment: value for moment, value in sampled if value is not None},
    )


def _time_of_day(moment: int) -> float:
    """Between 0 in the small hours and 1 in the afternoon."""
    return 0.5 + 0.5 * math.cos((moment % _DAY / _HOUR - _PEAK_HOUR) / 24 * math.tau)


def _shaped(moment: int, metric: Metric, seed: str) -> float | None:
    # A metric of one's own has the environment in its name: see stacks/log_metrics.py.
    name = metric.name if metric.name in _SHAPES else metric.name.split("-")[0]
    return _SHAPES.get(name, _UNKNOWN).at(moment, metric, seed=seed)


def _latency_of_calls(moment: int, metric: Metric, seed: str) -> float | None:
    """The latency of calls, or how many there were."""
    if metric.statistic != "SampleCount":
        return _shaped(moment, metric, seed)
    calls = _CALLS_A_MINUTE.at(moment, metric, seed=seed) or 0.0
    return float(round(calls * _SHARE_OF_OPERATION.get(metric.dimensions.get("Operation", ""), 1.0)))


def _failover_before(moment: int) -> int:
    return moment - (moment - _A_FAILOVER) % _BETWEEN_FAILOVERS


def _uptime(moment: int, metric: Metric, _seed: str) -> float:
    """At a failover the writer restarts and comes back as a reader; the new writer has been up since the one before."""
    last = _failover_before(moment)
    is_writer = metric.dimensions.get("Role") == "WRITER"
    return float(moment - last + (_BETWEEN_FAILOVERS if is_writer else 0))


def _events(moment: int, metric: Metric, _seed: str) -> float | None:
    """An instance that restarts is worth a few events."""
    return 3.0 if _failover_before(moment + metric.period - 1) >= moment else None


def _completed_jobs(moment: int, metric: Metric, _seed: str) -> float | None:
    """Two jobs a day, soon after the time that the settings' default names."""
    at = moment - moment % _DAY + 5 * _HOUR + 1800
    return 2.0 if moment <= at < moment + metric.period else None


def _growing(moment: int, metric: Metric, _seed: str) -> float:
    """Bytes that become more by a few percent a month."""
    first = _GIBIBYTES.get(metric.name) or _GIBIBYTES.get(metric.dimensions.get("StorageType", ""), 20)
    return first * _GIB * (1 + 0.002 * (moment - _A_FAILOVER) / _DAY)


_SPECIAL: dict[str, Sampler] = {
    "BucketSizeBytes": _growing,
    "EngineUptime": _uptime,
    "NumberOfBackupJobsCompleted": _completed_jobs,
    "SuccessfulRequestLatency": _latency_of_calls,
    "TotalBackupStorageBilled": _growing,
    "TriggeredRules": _events,
    "VolumeBytesUsed": _growing,
}
