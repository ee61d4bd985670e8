"""Whether what alarms and dashboards look at is there to be seen: each lookup is held against the catalogue.

CloudWatch accepts an alarm on a metric that nobody publishes, and shows it as healthy, or as without data, for ever.
"""

import re
from collections.abc import Iterable, Iterator

from ops.configuration import Configuration
from ops.detection.catalogue import Catalogue, Entry
from ops.detection.lookups import Lookup, WatchedAlarm, alarms, widget_lookups, widgets

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
_MOST_INPUTS = 10
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_DAY, _WEEK, _HOUR = 86_400, 604_800, 3600
# Whose alarms keep their state while data is missing, whatever they are told:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data
_IGNORES_THE_SETTING = "AWS/DynamoDB"


def disagreements(configuration: Configuration, catalogue: Catalogue) -> list[str]:
    """What could never be seen as it is looked at, in words; empty when all is well."""
    known = catalogue.with_log_metrics_of(configuration)
    found: list[str] = []
    for alarm in alarms(configuration):
        for lookup in alarm.lookups:
            found += _problems(lookup, known, configuration)
        found += _of_alarm(alarm, known)
    states = _alarm_arns(configuration)
    for place, widget in widgets(configuration):
        for lookup in widget_lookups(place, widget):
            found += _problems(lookup, known, configuration)
        if widget["type"] == "alarm":
            found += [f"{place}: shows {arn}, which is no alarm" for arn in _shown(widget) if arn not in states]
    return found


def _problems(lookup: Lookup, catalogue: Catalogue, configuration: Configuration) -> Iterator[str]:
    entry = catalogue.find(lookup.namespace, lookup.metric)
    what = f"{lookup.place}: {lookup.namespace} {lookup.metric}"
    if entry is None:
        yield f"{what} is not in the catalogue; add it to catalogue.toml, with its source, if AWS publishes it"
        return
    if frozenset(lookup.dimensions) not in entry.dimensions:
        yield f"{what} does not exist by {_listed(lookup.dimensions)}; it does by {_sets(entry)} ({entry.source})"
    if not entry.allows(lookup.statistic):
        yield f"{what}: {lookup.statistic} of it says nothing; one of {_listed(entry.statistics)} does"
    if lookup.period % entry.period:
        yield f"{what} is published every {entry.period} s, so {lookup.period} s are no period of it"
    for name, value in lookup.dimensions.items():
        dimension = catalogue.dimensions.get(name)
        if dimension is not None and value not in dimension.values(configuration):
            yield f"{what}: {name} is {value}, which is nothing in the layers"


def _of_alarm(alarm: WatchedAlarm, catalogue: Catalogue) -> Iterator[str]:
    inputs = [(lookup, catalogue.find(lookup.namespace, lookup.metric)) for lookup in alarm.lookups]
    for lookup, entry in inputs:
        if entry is not None:
            yield from _silence(alarm, lookup, entry)
    if len(inputs) > _MOST_INPUTS:
        yield f"{alarm.address} has {len(inputs)} metrics; an expression takes {_MOST_INPUTS} at most"
    if len({lookup.period for lookup, _ in inputs}) > 1:
        yield f"{alarm.address} mixes periods, of which CloudWatch takes but one"
    looks_back = alarm.period * int(alarm.body["evaluation_periods"])
    if looks_back > (_WEEK if alarm.period >= _HOUR else _DAY):
        yield f"{alarm.address} looks back {looks_back} s, longer than CloudWatch does"


def _silence(alarm: WatchedAlarm, lookup: Lookup, entry: Entry) -> Iterator[str]:
    """Whether the alarm makes of missing data what it means for this metric."""
    treatment = alarm.body.get("treat_missing_data", "missing")
    waits_for_less = alarm.body["comparison_operator"].startswith("LessThan")
    filled = any(re.search(rf"FILL\(\s*{lookup.name}\s*,", formula) for formula in alarm.formulas)
    what = f"{alarm.address}: {entry.namespace} {entry.name}"
    if treatment == "missing":
        yield f"{alarm.address} leaves open what missing data means"
    if entry.namespace == _IGNORES_THE_SETTING and not filled:
        yield f"{what} keeps its last state while data is missing, whatever is set; FILL it in an expression"
    if entry.reported == "nonzero" and lookup.name and not filled:
        yield f"{what} is silent while all is well, and so is the whole expression unless FILL says what that means"
    if entry.lives and waits_for_less and treatment != "breaching":
        yield f"{what} goes silent when what it counts is gone; missing data has to be breaching"
    if entry.reported == "nonzero" and not waits_for_less and treatment != "notBreaching":
        yield f"{what} is silent while all is well; missing data must not be {treatment}"
    if entry.reported == "nonzero" and waits_for_less and treatment != "breaching":
        yield f"{what} is never reported as zero; missing data has to be breaching, or it never goes off"
    if entry.reported == "in use" and not waits_for_less and treatment == "breaching":
        yield f"{what} is silent while nothing is used; missing data must not be breaching"


def _alarm_arns(configuration: Configuration) -> set[str]:
    found = configuration.resources("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
    home = "arn:aws:cloudwatch:{region}:{account_id}:alarm:{alarm_name}"
    return {configuration.filled(home, alarm) for alarm in found}


def _shown(widget: dict[str, dict[str, list[str]]]) -> list[str]:
    return widget["properties"]["alarms"]


def _sets(entry: Entry) -> str:
    return " or by ".join(_listed(names) for names in entry.dimensions)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
