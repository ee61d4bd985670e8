"""Alarms that are lost, tell fewer, or go off later than they did."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ops.plan.changes import Action
from ops.review.model import Severity
from ops.review.risks.planned import UNKNOWN, Planned, Resource, Values, at
from ops.review.risks.rule import (
    Finding,
    Rule,
    any_of,
    falls,
    fewer,
    rises,
    turned_off,
    worse,
)

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH

_ALARMS = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
_EVALUATION = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html"
# Metrics whose alarms go along with a limit: the type of what has it, and where.
_LIMITS = {
    "DatabaseConnections": ("aws_rds_cluster", ("serverlessv2_scaling_configuration.max_capacity",)),
    "DesiredTaskCount": ("aws_appautoscaling_target", ("min_capacity", "max_capacity")),
    "RunningTaskCount": ("aws_appautoscaling_target", ("min_capacity", "max_capacity")),
}
_WATCHED = ("metric_name", "namespace", "dimensions", "statistic", "extended_statistic", "comparison_operator")


def _pages(resource: Resource) -> bool:
    """Whether somebody is woken by it."""
    return bool(at(resource.before, "tags.Severity") == "page")


def _silenced(resource: Resource) -> Severity:
    return HIGH if _pages(resource) else MEDIUM


def _weakened(resource: Resource) -> Severity:
    return MEDIUM if _pages(resource) else LOW


def _alarm_lost(resource: Resource, planned: Planned) -> Iterator[Finding]:
    if resource.action is not Action.DESTROY:
        return
    dimensions = resource.before.get("dimensions") or {}
    made = [one for one in planned.of(resource.type) if one.comes and _watches(one.after) == _watches(resource.before)]
    if any(planned.goes(one) for one in dimensions.values()) and not made:
        yield Finding(LOW, "The alarm goes with what it watches")
    elif made:
        yield Finding(LOW, f"{made[0].address} takes its place; until it has data, nothing watches")
    else:
        yield Finding(_silenced(resource), "Nobody is told any more when this happens")


def _watches(values: Values) -> list[object]:
    return [values.get(name) or None for name in (*_WATCHED, "alarm_rule", "metric_query")]


def _looser(resource: Resource, planned: Planned) -> Iterator[Finding]:
    before, after = resource.before.get("threshold"), resource.after.get("threshold")
    if resource.differs("comparison_operator") or not resource.before or not resource.after:
        return
    above = str(resource.after.get("comparison_operator")).startswith("Greater")
    if (rises if above else falls)(before, after) and not _follows(resource, planned):
        yield Finding(_weakened(resource), f"It goes off at {after} only, and did at {before}")


def _follows(alarm: Resource, planned: Planned) -> bool:
    """Whether a threshold goes along with a limit that the plan moves: as far, or by no greater share."""
    metrics = {str(alarm.after.get("metric_name")), *(str(one) for one in _in_expression(alarm.after, "metric_name"))}
    old, new = float(alarm.before["threshold"]), float(alarm.after["threshold"])
    for limited, paths in (_LIMITS[metric] for metric in metrics & _LIMITS.keys()):
        for resource in planned.of(limited):
            for path in paths:
                before, after = at(resource.before, path), at(resource.after, path)
                if resource.layer == alarm.layer and (rises(before, after) or falls(before, after)):
                    share = float(after) / float(before) if before else 1.0
                    if new - old == float(after) - float(before) or 1 <= new / (old or 1) <= share:
                        return True
    return False


def _in_expression(values: Values, name: str) -> list[Any]:
    """What the metrics of an alarm on several of them have for an attribute."""
    return [at(one, f"metric.{name}") for one in values.get("metric_query") or []]


def _slower(resource: Resource, _: Planned) -> Iterator[Finding]:
    before, after = _seconds(resource.before), _seconds(resource.after)
    if before and after and after > before:
        yield Finding(_weakened(resource), f"It takes {after} seconds of trouble to go off, and took {before}")


def _seconds(values: Values) -> int | None:
    """How long something has to last at least to set the alarm off, if that is known."""
    periods = [values.get("period"), *_in_expression(values, "period")]
    counts = [one for one in (values.get("datapoints_to_alarm"), values.get("evaluation_periods")) if one]
    known = [one for one in periods if one]
    if not known or not counts or UNKNOWN in (*known, *counts):
        return None
    return int(max(known)) * int(counts[0])


def _watches_other(resource: Resource, _: Planned) -> Iterator[Finding]:
    changed = [name for name in _WATCHED if resource.differs(name) and not _is_unknown(resource.after.get(name))]
    # What AWS made up for an alarm on an expression is not set again when the alarm is replaced.
    changed = [name for name in changed if resource.before.get(name) or resource.after.get(name)]
    if changed:
        yield Finding(LOW, f"It watches something else than it did: {', '.join(changed)}")


def _is_unknown(value: object) -> bool:
    return value is UNKNOWN or (isinstance(value, Mapping) and UNKNOWN in value.values())


def _fewer_alarms(resource: Resource, _: Planned) -> Iterator[Finding]:
    before, after = (
        set(re.findall(r"ALARM\(\"?([^)\"]+)", str(one.get("alarm_rule")))) for one in (resource.before, resource.after)
    )
    missing = sorted(before - after)
    if resource.action is Action.CHANGE and resource.after.get("alarm_rule") is not UNKNOWN and missing:
        yield Finding(MEDIUM, f"It does not count any more: {', '.join(missing)}")


RULES = (
    Rule(id="alarm-lost", types=_ALARMS, looks_at="destruction", check=_alarm_lost),
    Rule(
        id="alarm-silenced",
        types=_ALARMS,
        looks_at="actions_enabled, alarm_actions",
        check=any_of(
            worse("actions_enabled", turned_off, _silenced, "It goes off, and tells nobody"),
            worse("alarm_actions", fewer, _silenced, "It tells fewer than before: {after} instead of {before}"),
        ),
    ),
    Rule(id="alarm-looser", types=_ALARMS, looks_at="threshold", check=_looser, source=_EVALUATION),
    Rule(
        id="alarm-slower",
        types=_ALARMS,
        looks_at="period, datapoints_to_alarm, evaluation_periods",
        check=_slower,
        source=_EVALUATION,
    ),
    Rule(
        id="silence-is-fine",
        types=_ALARMS,
        looks_at="treat_missing_data",
        check=worse(
            "treat_missing_data",
            lambda before, _: before == "breaching",
            _weakened,
            "When there is no data, it does not go off any more, and silence is what an outage sounds like",
        ),
        source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html",
    ),
    Rule(
        id="alarm-watches-other",
        types=_ALARMS,
        looks_at="metric, dimensions, statistic, operator",
        check=_watches_other,
    ),
    Rule(id="fewer-alarms", types=("aws_cloudwatch_composite_alarm",), looks_at="alarm_rule", check=_fewer_alarms),
)
