"""Every failure that matters is detected, in time, by something that somebody hears."""

from typing import Any

import pytest

from ops.audit.configuration import Configuration
from ops.detection.coverage import HEALTH_CHECK, Coverage, Failure, read_failures
from ops.detection.page import written
from tests.audit.changed import with_resource, without_resource

ALARM = "aws_cloudwatch_metric_alarm"

# The failures that visitors notice, by the requirement's own words.
AVAILABILITY = {
    "A zone is lost",
    "A task dies or hangs",
    "All targets are unhealthy",
    "Requests fail with 5xx",
    "The writer is down",
    "Answers are slow",
}


def problems(configuration: Configuration) -> list[str]:
    return Coverage(configuration, read_failures()).problems()


@pytest.mark.requirement("OBS-2", "OBS-5")
def test_every_failure_is_detected_in_time(configuration: Configuration, other: Configuration) -> None:
    for environment in (configuration, other):
        assert problems(environment) == []


@pytest.mark.requirement("OBS-5")
def test_what_visitors_notice_counts_as_that() -> None:
    assert {failure.what for failure in read_failures() if failure.availability} >= AVAILABILITY


@pytest.mark.requirement("OBS-5")
def test_people_hear_of_what_visitors_notice_within_a_minute(configuration: Configuration) -> None:
    coverage = Coverage(configuration, read_failures())
    for failure in coverage.failures:
        if failure.availability:
            told = [coverage.detectors[name].told or 999 for name in failure.detected_by if name.startswith("alarm")]
            assert min(told) <= 60, failure.what


@pytest.mark.requirement("OBS-2", "OBS-5")
@pytest.mark.parametrize("what", sorted(AVAILABILITY - {"A zone is lost", "A task dies or hangs"}))
def test_what_the_environment_does_not_mend_by_itself_wakes_someone_at_once(
    configuration: Configuration, what: str
) -> None:
    coverage = Coverage(configuration, read_failures())
    (failure,) = [failure for failure in coverage.failures if failure.what == what]
    detectors = [coverage.detectors[name] for name in failure.detected_by]
    assert any(each.severity == "page" and each.told is not None and each.told <= 60 for each in detectors)


@pytest.mark.requirement("OBS-5", "APP-2")
def test_the_load_balancer_finds_a_dead_task_within_twenty_seconds(configuration: Configuration) -> None:
    assert Coverage(configuration, []).detectors[HEALTH_CHECK].seconds == 5 * 2 + 2


# What is changed of the layers, and what is said of it.
WRONG: dict[str, tuple[str, str, str, dict[str, Any], str]] = {
    "an alarm that takes its time": (
        "compute",
        ALARM,
        "alarm-errors",
        {"evaluation_periods": 3, "datapoints_to_alarm": 3},
        "Requests fail with 5xx: people are told after 120 s, and have to be within 60 s",
    ),
    "a longer period": (
        "database",
        ALARM,
        "alarm-writer-down",
        {"period": 300},
        "The writer is down: people are told after 300 s, and have to be within 60 s",
    ),
    "a slow health check": (
        "compute",
        "aws_lb_target_group",
        "target-group",
        {"health_check": {"interval": 30, "timeout": 5, "healthy_threshold": 5, "unhealthy_threshold": 2}},
        "A task dies or hangs: the load balancer takes 65 s to notice, and has to within 20 s",
    ),
    "an event that tells nobody": (
        "backup",
        "aws_cloudwatch_event_target",
        "event-restore-job-target",
        {"arn": "arn:aws:sqs:us-east-1:123456789012:elsewhere"},
        "A restore, or the weekly test of one, fails: nobody hears what event restore-job tells",
    ),
}


@pytest.mark.requirement("OBS-2", "OBS-5")
@pytest.mark.parametrize("mistake", WRONG)
def test_a_failure_that_would_be_seen_too_late_is_named(configuration: Configuration, mistake: str) -> None:
    layer, kind, name, attributes, said = WRONG[mistake]
    assert said in problems(with_resource(configuration, layer, kind, name, **attributes))


@pytest.mark.requirement("OBS-2")
def test_a_detector_that_is_gone_or_detects_nothing_is_named(configuration: Configuration) -> None:
    gone = without_resource(configuration, "compute", ALARM, "alarm-latency")
    assert problems(gone) == [
        "Answers are slow: there is no alarm latency",
        "Answers are slow: people are told by nothing that is known to be fast, and have to be within 60 s",
    ]
    few = [failure for failure in read_failures() if failure.what != "Answers are slow"]
    assert Coverage(configuration, few).problems() == ["alarm latency detects nothing that is in failures.toml"]


@pytest.mark.requirement("OBS-2")
def test_a_layer_of_which_nothing_is_said_is_named(configuration: Configuration) -> None:
    failures = [failure for failure in read_failures() if failure.layer != "registry"]
    assert "nothing is said of failures of registry" in Coverage(configuration, failures).problems()


def test_a_page_without_room_for_a_table_is_refused(configuration: Configuration) -> None:
    with pytest.raises(LookupError, match="no part <!-- failures -->"):
        written("# Monitoring\n", configuration)


def test_a_failure_is_detected_by_something() -> None:
    with pytest.raises(ValueError, match="detected_by"):
        Failure(layer="compute", what="Nobody knows", detected_by=())
