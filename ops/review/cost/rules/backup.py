"""AWS Backup: the recovery points that a plan keeps of every database and table, and the tests that restore them."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ops.review.cost.findings import Charge, Context, Findings, NoPrice
from ops.review.cost.resources import Resource, number_in
from ops.review.cost.usage import Range

_DAYS_OF_A_WEEK, _HOURS_OF_A_DAY = 7, 24
_DAYS_OF_A_MONTH = Decimal(365) / 12
_EVERY_DAY = {"*", "?"}
_CRON = re.compile(r"cron\(\d+ (\S+) (\S+) \* (\S+) \*\)")


def plan(resource: Resource, context: Context) -> Findings:
    """The points that each rule keeps, every one counted in full, which is the most that they can be."""
    databases = len(context.resources.of("aws_rds_cluster"))
    tables = len(context.resources.of("aws_dynamodb_table"))
    for rule in resource.blocks("rule"):
        runs = runs_a_day(str(rule.get("schedule")))
        days = _kept_days(rule)
        if runs is None or days is None or rule.get("copy_action"):
            yield NoPrice(f"rule {rule.get('rule_name')}: its schedule, how long it keeps, or its copies")
            continue
        yield Charge("aurora_recovery_points", context.usage["database_gb"] * (runs * days * databases))
        yield Charge("table_recovery_points", context.usage["table_gb"] * (runs * days * tables))


def restore_testing_selection(resource: Resource, context: Context) -> Findings:
    """The tests of a month: what is restored is thrown away within hours."""
    name = resource.text("restore_testing_plan_name")
    plans = context.resources.of("aws_backup_restore_testing_plan", layer=resource.layer)
    ours = [one for one in plans if one.text("name") == name] or (plans if len(plans) == 1 else [])
    runs = runs_a_day(ours[0].text("schedule_expression") or "") if ours else None
    if runs is None:
        yield NoPrice("its schedule is not known")
    else:
        yield Charge("restore_test", Range.always(runs * _DAYS_OF_A_MONTH))


def runs_a_day(schedule: str) -> Decimal | None:
    """How often a cron expression fires in a day, on average; None if it is not one that fires every day or week."""
    if not (found := _CRON.fullmatch(schedule)):
        return None
    hours, day_of_month, day_of_week = found.groups()
    times = _times(hours)
    if times is None or day_of_month not in _EVERY_DAY:
        return None
    if day_of_week in _EVERY_DAY:
        return Decimal(times)
    days = day_of_week.split(",")
    return Decimal(times * len(days)) / _DAYS_OF_A_WEEK if all(day.isalnum() for day in days) else None


def _times(hours: str) -> int | None:
    if hours == "*":
        return _HOURS_OF_A_DAY
    if step := re.fullmatch(r"[*0]/(\d+)", hours):
        return -(-_HOURS_OF_A_DAY // int(step[1]))
    listed = hours.split(",")
    return len(listed) if all(hour.isdigit() for hour in listed) else None


def _kept_days(rule: Mapping[str, Any]) -> Decimal | None:
    found = rule.get("lifecycle") or {}
    lifecycle = found[0] if isinstance(found, list) else found
    return None if lifecycle.get("cold_storage_after") else number_in(lifecycle, "delete_after")
