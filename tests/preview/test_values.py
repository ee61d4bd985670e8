"""Real values where there are some: asked of CloudWatch as it wants to be asked, and not marked as samples."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from ops.preview.card import card_of
from ops.preview.samples import NOON
from ops.preview.values import CloudWatch, Samples
from tests.preview.made import graph, widget

pytestmark = pytest.mark.requirement("OBS-3")

SAMPLES = Samples("seed")
ARNS = ["arn:aws:cloudwatch:us-east-1:1:alarm:one", "arn:aws:cloudwatch:us-east-1:1:alarm:two"]


@dataclass
class Client:
    """A CloudWatch that has values of some metrics and the state of one alarm."""

    values: dict[str, list[float]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_paginator(self, operation: str) -> "Client":
        assert operation == "get_metric_data"
        return self

    def paginate(self, **arguments: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any request
        self.asked.append(arguments)
        for query in arguments["MetricDataQueries"]:
            values = self.values.get(query["MetricStat"]["Metric"]["MetricName"], [])
            moments = [datetime.fromtimestamp(NOON - 60 * (1 + each), UTC) for each in range(len(values))]
            yield {"MetricDataResults": [{"Id": query["Id"], "Timestamps": moments, "Values": values}]}

    def describe_alarms(self, *, AlarmNames: list[str], AlarmTypes: list[str]) -> dict[str, Any]:  # noqa: N803
        assert set(AlarmTypes) == {"MetricAlarm", "CompositeAlarm"}
        known = [{"AlarmArn": arn, "StateValue": state} for arn, state in self.states.items()]
        return {"MetricAlarms": [each for each in known if each["AlarmArn"].rpartition(":")[2] in AlarmNames]}


SHARE: list[list[Any]] = [
    ["AWS/Any", "Errors", "Name", "it", {"id": "errors", "visible": False, "stat": "Sum", "period": 60}],
    ["AWS/Any", "Requests", {"id": "requests", "visible": False, "stat": "Sum", "period": 60}],
    [{"expression": "100 * errors / requests", "label": "share", "id": "line1"}],
]


def test_metrics_are_asked_for_as_the_widget_says_and_formulas_are_computed_here() -> None:
    client = Client(values={"Errors": [2, 1], "Requests": [50, 100]})
    card = card_of(graph(*SHARE, title="Errors (%)"), values=CloudWatch(client), samples=SAMPLES, now=NOON)
    assert not card.is_sample
    assert card.legend == [("line1", "share", "4")]
    (asked,) = client.asked
    assert asked["EndTime"] - asked["StartTime"] == 3 * 3600
    assert asked["MetricDataQueries"][0]["MetricStat"] == {
        "Metric": {"Namespace": "AWS/Any", "MetricName": "Errors", "Dimensions": [{"Name": "Name", "Value": "it"}]},
        "Period": 60,
        "Stat": "Sum",
    }


def test_a_metric_that_is_silent_beside_one_that_is_not_is_not_made_up() -> None:
    card = card_of(graph(*SHARE), values=CloudWatch(Client(values={"Requests": [50]})), samples=SAMPLES, now=NOON)
    assert not card.is_sample
    assert card.legend == [("line1", "share", "0")]


def test_where_cloudwatch_has_nothing_there_are_samples_and_they_are_marked() -> None:
    card = card_of(graph(), values=CloudWatch(Client()), samples=SAMPLES, now=NOON)
    assert card.is_sample
    assert card.legend[0][2] != "no data"


def test_alarms_have_the_states_that_cloudwatch_gives_and_those_that_are_on_come_first() -> None:
    shown = widget("alarm", {"title": "Alarms (state)", "alarms": ARNS})
    card = card_of(shown, values=CloudWatch(Client(states={ARNS[1]: "ALARM"})), samples=SAMPLES, now=NOON)
    assert not card.is_sample
    assert card.states == [("two", "ALARM"), ("one", "INSUFFICIENT_DATA")]
