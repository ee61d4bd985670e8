"""Every alarm can go off and can be over again: its limit is within what its metric can be."""

import re

import pytest

from tests.unit.synthesized import Resource, Synthesized
from tests.unit.test_alarms import all_alarms


def is_percentage(alarm: Resource) -> bool:
    """Whether the value that is compared ends at a hundred."""
    formulas = [query["expression"] for query in alarm.get("metric_query", []) if "expression" in query]
    return bool(re.fullmatch(r"\w*Utilization", alarm.get("metric_name", ""))) or any("100 *" in f for f in formulas)


def limit(environment: Synthesized, name: str) -> float:
    """The threshold of an alarm."""
    alarm = environment.one("aws_cloudwatch_metric_alarm", f"alarm-{name}")
    return float(alarm["threshold"])


@pytest.mark.requirement("OBS-2", "OBS-5")
def test_no_limit_is_beyond_what_the_metric_can_be(environment: Synthesized) -> None:
    for alarm in all_alarms(environment):
        if alarm["comparison_operator"] == "LessThanThreshold":
            assert alarm["threshold"] > 0, f"{alarm.address}: nothing is ever below {alarm['threshold']}"
        else:
            assert alarm["comparison_operator"] == "GreaterThanThreshold", alarm.address
            assert alarm["threshold"] >= 0, f"{alarm.address} would never be over"
            if is_percentage(alarm):
                assert alarm["threshold"] < 100, f"{alarm.address}: no percentage is above {alarm['threshold']}"


@pytest.mark.requirement("OBS-2")
def test_no_alarm_waits_for_more_values_than_it_looks_at(environment: Synthesized) -> None:
    for alarm in all_alarms(environment):
        assert 1 <= alarm["datapoints_to_alarm"] <= alarm["evaluation_periods"], alarm.address


@pytest.mark.requirement("OBS-2", "APP-3")
def test_alarms_on_the_number_of_tasks_go_off_at_the_limits_of_autoscaling(environment: Synthesized) -> None:
    target = environment.one("aws_appautoscaling_target")
    assert target["min_capacity"] - 1 < limit(environment, "too-few-tasks") <= target["min_capacity"]
    assert target["max_capacity"] - 1 <= limit(environment, "tasks-at-maximum") < target["max_capacity"]
    assert 0 < limit(environment, "no-healthy-targets") <= 1
    assert limit(environment, "no-healthy-targets") < limit(environment, "one-healthy-target") <= 2
    assert limit(environment, "one-healthy-target") <= limit(environment, "fewer-healthy-targets")
    assert limit(environment, "fewer-healthy-targets") == target["min_capacity"]


@pytest.mark.requirement("OBS-2")
def test_the_response_time_that_pages_is_the_one_that_was_set(environment: Synthesized) -> None:
    assert limit(environment, "latency") == environment.settings.monitoring.latency_p99_seconds
    alarm = environment.one("aws_cloudwatch_metric_alarm", "alarm-latency")
    assert alarm["extended_statistic"] == "p99", "an average hides the visitors who wait"


@pytest.mark.requirement("OBS-2")
def test_every_input_of_an_expression_counts(environment: Synthesized) -> None:
    for alarm in all_alarms(environment):
        formulas = " ".join(query.get("expression", "") for query in alarm.get("metric_query", []))
        for query in alarm.get("metric_query", []):
            if "metric" in query:
                assert re.search(rf"\b{query['id']}\b", formulas), f"{alarm.address} ignores {query['id']}"
