"""Metrics: lines of the log in embedded metric format, from which CloudWatch makes metrics. No call, no permission.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

NAMESPACE = "Service"
# Three times in the minute that CloudWatch makes of them, so that little of it is spent on waiting to be told.
INTERVAL_SECONDS = 20
# An array in a line may have a hundred values; of more requests than that it has a sample.
MOST_VALUES = 100

# A unit and a value, or the values of a sample.
Measured = tuple[str, float | list[float]]


@dataclass
class _Group:
    """What the requests of a group of routes came to since the last line."""

    requests: int = 0
    errors: int = 0
    latency: list[float] = field(default_factory=list)

    def add(self, *, status: int, milliseconds: float) -> None:
        self.requests += 1
        self.errors += status >= 500
        if len(self.latency) < MOST_VALUES:
            self.latency.append(milliseconds)
        elif (place := random.randrange(self.requests)) < MOST_VALUES:  # noqa: S311 - which ones is no secret
            self.latency[place] = milliseconds


class Metrics:
    """Counts requests by group of routes, and writes lines: one for each group, and one for each tier.

    What there is to say of a tier is asked for with `tiers`, whenever lines are written.
    """

    def __init__(self, environment: str, *, tiers: Callable[[], Mapping[str, Mapping[str, Measured]]]) -> None:
        self._environment = environment
        self._tiers = tiers
        self._groups: dict[str, _Group] = {}

    def observe(self, group: str, *, status: int, milliseconds: float) -> None:
        """Count a request."""
        self._groups.setdefault(group, _Group()).add(status=status, milliseconds=milliseconds)

    async def write_forever(self) -> None:
        """Write lines, at intervals."""
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            self.write()

    def write(self) -> None:
        """Write what there is since the last time."""
        groups, self._groups = self._groups, {}
        for name, group in groups.items():
            measured: dict[str, Measured] = {
                "Requests": ("Count", group.requests),
                "Errors": ("Count", group.errors),
                "Latency": ("Milliseconds", group.latency),
            }
            self._print("Route", name, measured)
        for name, measured_of_tier in self._tiers().items():
            self._print("Tier", name, measured_of_tier)

    def _print(self, dimension: str, value: str, metrics: Mapping[str, Measured]) -> None:
        directive = {
            "Namespace": NAMESPACE,
            "Dimensions": [["Environment", dimension]],
            "Metrics": [{"Name": name, "Unit": unit} for name, (unit, _) in metrics.items()],
        }
        line = {
            "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
            "Environment": self._environment,
            dimension: value,
            **{name: measured for name, (_, measured) in metrics.items()},
        }
        # In one piece, between the lines that other threads log.
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
