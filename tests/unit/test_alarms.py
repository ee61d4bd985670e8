"""Alarms: what each says and whom it tells. That it can go off, and is heard, is proven in tests/detection."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.synthesized import Resource, Synthesized

# isort: split

import cdktf

from stacks.alarms import Alarm, Metric, Missing, raise_alarms
from stacks.keys import Keys
from stacks.settings import Settings

ALERTS = "${data.terraform_remote_state.alerting.outputs.alert_topic_arn}"


def metrics(alarm: Resource) -> Iterator[Mapping[str, Any]]:
    """The metrics that an alarm looks at, plain or as inputs of an expression."""
    if "metric_name" in alarm.body:
        yield alarm.body
    for query in alarm.get("metric_query", []):
        if "metric" in query:
            yield query["metric"]


def telling(environment: Synthesized, alarm: Resource) -> Resource:
    """What tells people of an alarm."""
    named = f"{alarm.name}-unexplained"
    found = [one for one in environment.resources("aws_cloudwatch_composite_alarm") if one.name == named]
    return found[0] if found else alarm


def all_alarms(environment: Synthesized) -> list[Resource]:
    """Every metric alarm; there has to be a good number."""
    alarms = environment.resources("aws_cloudwatch_metric_alarm")
    assert len(alarms) > 30
    return alarms


@pytest.mark.requirement("OBS-2", "OBS-1")
def test_every_alarm_tells_somebody_when_it_goes_off_and_when_it_is_over(environment: Synthesized) -> None:
    """By itself, or, where another alarm may explain it, through the alarm on it alone that the other one silences."""
    for alarm in all_alarms(environment):
        teller = telling(environment, alarm)
        topic = "${aws_sns_topic.delivery-failures.arn}" if alarm.layer == "alerting" else ALERTS
        assert teller["alarm_actions"] == teller["ok_actions"] == [topic], teller.address


@pytest.mark.requirement("OBS-2")
def test_what_may_be_silenced_says_itself_nothing_and_its_messenger_says_the_same(environment: Synthesized) -> None:
    silenced = [alarm for alarm in all_alarms(environment) if telling(environment, alarm) is not alarm]
    assert len(silenced) == 9
    for alarm in silenced:
        messenger = telling(environment, alarm)
        assert "alarm_actions" not in alarm.body, alarm.address
        assert messenger["alarm_rule"] == f"ALARM(${{aws_cloudwatch_metric_alarm.{alarm.name}.alarm_name}})"
        assert messenger["alarm_description"] == alarm["alarm_description"]
        assert messenger["tags"] == alarm["tags"]


@pytest.mark.requirement("OBS-2")
def test_an_alarm_cannot_be_the_symptom_of_one_that_does_not_always_page(settings: Settings) -> None:
    layer = Keys(cdktf.Testing.app(), settings)
    paging = Alarm(
        name="down",
        watches=Metric(namespace="Environment", name="Uptime", dimensions={}),
        below=1,
        missing=Missing.ALARM,
        means="It is down.",
        runbook="latency",
    )
    ticket = replace(paging, name="slow", severity="ticket")
    symptom = replace(paging, name="symptom", symptom_of="down")
    for cause in ("gone", "slow", "symptom"):
        misled = replace(paging, name="misled", symptom_of=cause)
        with pytest.raises(ValueError, match=f"alarm misled: {cause} is no alarm of this list that always pages"):
            raise_alarms(layer, [paging, ticket, symptom, misled], topic_arn="arn")


@pytest.mark.requirement("OBS-2")
def test_every_alarm_explains_itself_and_names_its_severity(environment: Synthesized) -> None:
    for alarm in [*all_alarms(environment), *environment.resources("aws_cloudwatch_composite_alarm")]:
        described = re.fullmatch(r"\[(page|ticket|state)\] .{20,} Runbook: https://\S+\.md", alarm["alarm_description"])
        assert described, f"{alarm.address}: {alarm['alarm_description']}"
        assert alarm["tags"] == {"Severity": described[1]}, alarm.address
        assert (described[1] == "state") == (alarm.layer == "monitoring" and "alarm_actions" not in alarm.body)


@pytest.mark.requirement("OBS-2")
def test_expressions_are_within_what_cloudwatch_computes(environment: Synthesized) -> None:
    for alarm in all_alarms(environment):
        queries = alarm.get("metric_query", [])
        if not queries:
            continue
        assert [query.get("return_data", False) for query in queries].count(True) == 1, alarm.address
        ids = [query["id"] for query in queries]
        assert len(set(ids)) == len(ids), alarm.address
        assert all(re.fullmatch(r"[a-z]\w*", query_id) for query_id in ids), alarm.address


@pytest.mark.requirement("OBS-2", "DB-1")
def test_the_database_is_watched_by_role_because_instances_swap_roles(environment: Synthesized) -> None:
    roles = {
        metric["dimensions"].get("Role")
        for alarm in all_alarms(environment)
        for metric in metrics(alarm)
        if metric["namespace"] == "AWS/RDS"
    }
    assert roles == {"WRITER", "READER"}
    assert "DBInstanceIdentifier" not in json.dumps([alarm.body for alarm in all_alarms(environment)])
