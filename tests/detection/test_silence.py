"""What is kept quiet while a known failure explains it: few messages for one failure, and no alarm that is lost."""

from itertools import chain
from typing import Any

import pytest

from ops.audit.configuration import Configuration
from ops.detection.silence import Silence
from tests.audit.changed import with_resource

ALARM, COMPOSITE = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"
ALERTS = "${data.terraform_remote_state.alerting.outputs.alert_topic_arn}"
SUMMARY = "environment-unhealthy"


@pytest.fixture(scope="module")
def silence(configuration: Configuration) -> Silence:
    return Silence(configuration)


@pytest.mark.requirement("OBS-2")
def test_nothing_that_is_kept_quiet_can_be_lost(configuration: Configuration, other: Configuration) -> None:
    for environment in (configuration, other):
        assert Silence(environment).symptoms
        assert Silence(environment).losses() == []


@pytest.mark.requirement("OBS-2")
def test_every_alarm_that_is_on_alone_is_told(silence: Silence) -> None:
    for name in silence.alarms:
        assert name in silence.told({name}), f"{name} would be seen by nobody"


@pytest.mark.requirement("OBS-2")
def test_whatever_is_on_somebody_is_told_why(silence: Silence) -> None:
    """Of any two alarms, the one that is kept quiet is a symptom of the other."""
    for first in silence.alarms:
        for second in silence.alarms:
            quiet = {first, second} - silence.told({first, second})
            assert len(quiet) <= 1
            for name in quiet:
                assert silence.symptoms[name].cause in {first, second} - {name}


@pytest.mark.requirement("OBS-2")
def test_an_outage_is_told_in_four_messages_and_not_in_nine(silence: Silence) -> None:
    outage = {
        "no-healthy-targets",
        "one-healthy-target",
        "fewer-healthy-targets",
        "unhealthy-targets",
        "target-connections",
        "too-few-tasks",
        "errors",
        "load-balancer-errors",
    }
    assert silence.told(outage) == {"no-healthy-targets", "fewer-healthy-targets", "errors", SUMMARY}


@pytest.mark.requirement("OBS-2")
def test_a_failover_that_visitors_notice_is_told_as_both(silence: Silence) -> None:
    failover = {"writer-down", "reader-down", "reader-lag", "errors", "load-balancer-errors"}
    assert silence.told(failover) == {"writer-down", "errors", SUMMARY}


@pytest.mark.requirement("OBS-2")
def test_what_is_alone_with_itself_is_told_without_the_environment(silence: Silence) -> None:
    assert silence.told({"alert-delivery"}) == {"alert-delivery"}, "it is about the messenger"
    assert silence.told({"deadlocks"}) == {"deadlocks"}, "it waits for the morning"


@pytest.mark.requirement("OBS-2", "OBS-3")
def test_each_tier_has_a_state_and_the_environment_is_the_sum_of_them(
    configuration: Configuration, silence: Silence
) -> None:
    states = {one.name: silence.parts(one) for one in configuration.resources(COMPOSITE, layer="monitoring")}
    tiers = {name: parts for name, parts in states.items() if name != SUMMARY}
    assert tiers.keys() == {f"{tier}-unhealthy" for tier in ("application", "database", "storage", "backup")}
    assert all(tiers.values())
    assert states[SUMMARY] == set(chain.from_iterable(tiers.values()))
    paging = {name for name, alarm in silence.alarms.items() if alarm.body["tags"]["Severity"] == "page"}
    assert states[SUMMARY] == paging - {"alert-delivery"}


# What is changed of the two that belong together, and what is said of it.
WRONG: dict[str, tuple[str, str, str, dict[str, Any], str]] = {
    "a cause that does not exist": (
        "compute",
        COMPOSITE,
        "alarm-load-balancer-errors-unexplained",
        {"actions_suppressor": {"alarm": "alarm-gone", "wait_period": 60, "extension_period": 180}},
        "load-balancer-errors is kept quiet by alarm-gone, which is no alarm",
    ),
    "a cause that is kept quiet itself": (
        "compute",
        COMPOSITE,
        "alarm-load-balancer-errors-unexplained",
        {
            "actions_suppressor": {
                "alarm": "${aws_cloudwatch_metric_alarm.alarm-one-healthy-target.alarm_name}",
                "wait_period": 60,
                "extension_period": 180,
            }
        },
        "load-balancer-errors is kept quiet by one-healthy-target, which may be kept quiet itself",
    ),
    "a cause that waits for the morning": (
        "compute",
        ALARM,
        "alarm-errors",
        {"tags": {"Severity": "ticket"}},
        "load-balancer-errors is kept quiet by errors, which waits for the morning",
    ),
    "a cause that comes too late": (
        "database",
        ALARM,
        "alarm-writer-down",
        {"evaluation_periods": 2, "datapoints_to_alarm": 2},
        "writer-down takes longer than reader-down, which it is to explain",
    ),
    "no time for the cause": (
        "database",
        COMPOSITE,
        "alarm-reader-down-unexplained",
        {
            "actions_suppressor": {
                "alarm": "${aws_cloudwatch_metric_alarm.alarm-writer-down.alarm_name}",
                "wait_period": 10,
                "extension_period": 180,
            }
        },
        "reader-down waits 10 s for writer-down, which may be evaluated a minute later",
    ),
    "no time to be over": (
        "database",
        COMPOSITE,
        "alarm-reader-lag-unexplained",
        {
            "actions_suppressor": {
                "alarm": "${aws_cloudwatch_metric_alarm.alarm-writer-down.alarm_name}",
                "wait_period": 60,
                "extension_period": 60,
            }
        },
        "reader-lag is told 60 s after writer-down is over, before it can be over, too",
    ),
    "a symptom that speaks twice": (
        "database",
        ALARM,
        "alarm-reader-down",
        {"alarm_actions": [ALERTS]},
        "reader-down is kept quiet by writer-down, but tells people by itself as well",
    ),
}


@pytest.mark.requirement("OBS-2")
@pytest.mark.parametrize("mistake", WRONG)
def test_silence_in_which_something_could_be_lost_is_named(configuration: Configuration, mistake: str) -> None:
    layer, kind, name, attributes, said = WRONG[mistake]
    found = Silence(with_resource(configuration, layer, kind, name, **attributes)).losses()
    assert any(line.startswith(said) for line in found), found
