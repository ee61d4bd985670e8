"""The alarms on what the service tells of itself go off when a part of it fails, and not when nothing is told."""

import pytest

from ops.preview.maths import compute
from ops.preview.model import Series
from tests.preview.made import listed, series
from tests.unit.synthesized import Synthesized

pytestmark = pytest.mark.requirement("OBS-2")

NONE = series(None, None, None)


def is_on(environment: Synthesized, name: str, told: dict[str, Series]) -> list[bool]:
    """For each minute whether an alarm is beyond its limit, given what was told under the names of its inputs."""
    alarm = environment.one("aws_cloudwatch_metric_alarm", f"alarm-{name}")
    inputs = {query["id"]: told.get(query["id"], NONE) for query in alarm["metric_query"] if "metric" in query}
    assert told.keys() <= inputs.keys()
    (formula,) = [query["expression"] for query in alarm["metric_query"] if "expression" in query]
    return [value is not None and value > alarm["threshold"] for value in listed(compute(formula, inputs))]


@pytest.mark.parametrize("route", ["notes", "sessions", "attachments"])
def test_a_route_that_fails_is_noticed_however_much_the_others_succeed(environment: Synthesized, route: str) -> None:
    told = {name: series(5000, 5000, 5000) for name in ("notes", "sessions", "attachments")}
    told |= {f"{name}_errors": series(0, 0, 0) for name in told}
    assert is_on(environment, "route-failing", told) == [False, False, False]
    told |= {route: series(50, 50, 50), f"{route}_errors": series(50, 2, 11)}
    assert is_on(environment, "route-failing", told) == [True, False, True]


def test_a_few_requests_of_a_quiet_route_wake_nobody(environment: Synthesized) -> None:
    told = {"notes": series(3, 20, 21), "notes_errors": series(3, 20, 21)}
    assert is_on(environment, "route-failing", told) == [False, False, True]


@pytest.mark.parametrize("tier", ["database_writer", "sessions", "objects"])
def test_each_tier_that_nothing_stands_in_for_is_noticed(environment: Synthesized, tier: str) -> None:
    told = {name: series(0, 0, 0) for name in ("database_writer", "sessions", "objects")}
    assert is_on(environment, "circuit-open", told | {tier: series(0, 1, 0)}) == [False, True, False]


def test_waiting_counts_by_how_many_wait_at_any_time(environment: Synthesized) -> None:
    # A minute of one request that waits all the time is 60 s of waiting.
    told = {"database_writer": series(60_000, 130_000, 600_000), "database_reader": series(0, 60_000, 0)}
    assert is_on(environment, "connections-awaited", told) == [False, True, True]


@pytest.mark.parametrize("name", ["route-failing", "circuit-open", "connections-awaited"])
def test_a_service_that_tells_nothing_sets_off_nothing(environment: Synthesized, name: str) -> None:
    alarm = environment.one("aws_cloudwatch_metric_alarm", f"alarm-{name}")
    assert alarm["treat_missing_data"] == "notBreaching"
    assert not any(is_on(environment, name, {}))
