"""The catalogue of metrics: which of them AWS publishes, under which dimensions, how often, and when not at all."""

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ops.configuration import Configuration

FILE = Path(__file__).parent / "catalogue.toml"

Reported = Literal["always", "in use", "nonzero"]

# A log metric is counted every minute: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
_LOG_METRIC_SECONDS = 60
_PERCENTILE = re.compile(r"p\d{1,2}(\.\d+)?")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Described(_Part):
    """What AWS's documentation says of one metric."""

    unit: str
    reported: Reported
    statistics: tuple[str, ...] = Field(min_length=1)
    lives: bool = False


class _Source(_Part):
    namespace: str
    url: Annotated[str, StringConstraints(pattern=r"^https://docs\.aws\.amazon\.com/.+")]
    period: int = Field(multiple_of=60)
    dimensions: tuple[frozenset[str], ...] = Field(min_length=1)
    metrics: dict[str, Described]


class Dimension(_Part):
    """What a dimension's value names: an attribute of a type of resource, a variable of the tasks, or a word."""

    resource: str = ""
    attribute: str = ""
    variable: str = ""
    words: frozenset[str] = frozenset()

    def values(self, configuration: Configuration) -> set[str]:
        """Every value that stands for something in the layers."""
        if self.words:
            return set(self.words)
        if self.variable:
            return set(_values_of_variable(configuration, self.variable))
        return {configuration.attribute(one, self.attribute) for one in configuration.resources(self.resource)}


class _Document(_Part):
    dimensions: dict[str, Dimension]
    source: tuple[_Source, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One metric: under which sets of dimensions it exists, how often it is published, and where that is written."""

    namespace: str
    name: str
    dimensions: tuple[frozenset[str], ...]
    period: int
    unit: str
    reported: Reported
    statistics: tuple[str, ...]
    lives: bool
    source: str

    def allows(self, statistic: str) -> bool:
        """Whether a statistic of it means something."""
        return statistic in self.statistics or ("p" in self.statistics and bool(_PERCENTILE.fullmatch(statistic)))


@dataclass(frozen=True)
class Catalogue:
    """Every metric that may be looked at, and what dimensions may name."""

    entries: tuple[Entry, ...]
    dimensions: dict[str, Dimension]

    def find(self, namespace: str, name: str) -> Entry | None:
        """The entry of a metric, if there is such a metric."""
        return self._by_name.get((namespace, name))

    def with_log_metrics_of(self, configuration: Configuration) -> "Catalogue":
        """With the counts of log lines that the layers themselves make, too."""
        return Catalogue(entries=(*self.entries, *_log_metrics(configuration)), dimensions=self.dimensions)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Entry]:
        return {(entry.namespace, entry.name): entry for entry in self.entries}


def read_catalogue(path: Path = FILE) -> Catalogue:
    """The file's entries. Raises ValidationError if it is not what a catalogue looks like."""
    document = _Document.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    entries = tuple(
        Entry(
            namespace=source.namespace,
            name=name,
            dimensions=source.dimensions,
            period=source.period,
            source=source.url,
            **described.model_dump(),
        )
        for source in document.source
        for name, described in source.metrics.items()
    )
    return Catalogue(entries=entries, dimensions=document.dimensions)


def _values_of_variable(configuration: Configuration, name: str) -> Iterable[str]:
    """What the containers are told with an environment variable."""
    for task in configuration.resources("aws_ecs_task_definition"):
        for container in json.loads(configuration.attribute(task, "container_definitions")):
            yield from (each["value"] for each in container["environment"] if each["name"] == name)


def _log_metrics(configuration: Configuration) -> Iterable[Entry]:
    for made in configuration.resources("aws_cloudwatch_log_metric_filter"):
        metric = configuration.resolved(made)["metric_transformation"]
        yield Entry(
            namespace=metric["namespace"],
            name=metric["name"],
            dimensions=(frozenset(metric.get("dimensions", {})),),
            period=_LOG_METRIC_SECONDS,
            unit=metric.get("unit", "None"),
            reported="in use" if "default_value" in metric else "nonzero",
            statistics=("Sum",),
            lives=False,
            source=made.address,
        )
