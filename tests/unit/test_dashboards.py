"""Dashboards that a person can read: what is where, in which unit, and at which value somebody is told."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stacks.alarms import Expression, Metric
from stacks.widgets import Graph, Row
from tests.unit.resolved import reference, resolved
from tests.unit.synthesized import Resource, Synthesized

pytestmark = pytest.mark.requirement("OBS-3")

RUNBOOKS = Path(__file__).parent.parent.parent / "docs" / "runbooks"
UNITS = re.compile(
    r"state|count|count a minute|count in 5 minutes|count a day|per second|%|% of \w[\w ]*|s|ms|h|bytes"
    r"|bytes in 5 minutes|ACU of an instance|LCU|units a minute"
)
# Alarms on what no layer publishes, or what no dashboard has a place for: they are on the page of alarms only.
NOT_DRAWN = re.compile(r"alarm-endpoint-.+")


@dataclass(frozen=True)
class Placed:
    """A widget of a dashboard, with every reference followed."""

    page: str
    body: dict[str, Any]

    @property
    def properties(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body["properties"]
        return found

    @property
    def name(self) -> str:
        return f"{self.page}: {self.properties.get('title') or self.properties.get('markdown')}"

    @property
    def queries(self) -> dict[str, Any]:
        """What each id stands for: a formula, or a metric as a tuple that can be compared."""
        return {entry[-1]["id"]: query(entry) for entry in self.properties["metrics"]}

    @property
    def visible(self) -> list[str]:
        return [entry[-1]["id"] for entry in self.properties["metrics"] if entry[-1].get("visible", True)]


def query(entry: list[Any]) -> Any:  # noqa: ANN401 - a formula or a tuple
    *names, options = entry
    if "expression" in options:
        return options["expression"]
    namespace, name, *dimensions = names
    pairs = frozenset(zip(dimensions[::2], dimensions[1::2], strict=True))
    return namespace, name, pairs, options["stat"], options["period"]


def widgets(environment: Synthesized) -> list[Placed]:
    return [
        Placed(dashboard.name.removeprefix("dashboard-"), widget)
        for dashboard in environment.resources("aws_cloudwatch_dashboard")
        for widget in json.loads(resolved(environment, dashboard, dashboard["dashboard_body"]))["widgets"]
    ]


def graphs(environment: Synthesized) -> list[Placed]:
    return [widget for widget in widgets(environment) if widget.properties.get("view") == "timeSeries"]


def watched(environment: Synthesized, alarm: Resource) -> tuple[Any, ...]:
    """What an alarm looks at, as `drawn` says it of a line."""

    def one(metric: Mapping[str, Any], statistic: str) -> tuple[Any, ...]:
        dimensions = resolved(environment, alarm, metric.get("dimensions", {}))
        name = resolved(environment, alarm, metric["metric_name"])
        return metric["namespace"], name, frozenset(dimensions.items()), statistic, metric["period"]

    if "metric_name" in alarm.body:
        return one(alarm.body, alarm.get("statistic") or alarm["extended_statistic"])
    queries = alarm["metric_query"]
    (formula,) = [each["expression"] for each in queries if "expression" in each]
    inputs = {each["id"]: one(each["metric"], each["metric"]["stat"]) for each in queries if "metric" in each}
    return formula, frozenset(inputs.items())


def drawn(widget: Placed) -> Iterator[tuple[Any, ...]]:
    """What the lines of a graph show."""
    for line in widget.visible:
        shown = widget.queries[line]
        if isinstance(shown, str):
            inputs = {name: each for name, each in widget.queries.items() if re.search(rf"\b{name}\b", shown)}
            yield shown, frozenset(inputs.items())
        else:
            yield shown


def test_every_widget_has_a_title_with_a_unit(environment: Synthesized) -> None:
    for widget in widgets(environment):
        if widget.body["type"] == "text":
            continue
        unit = re.search(r"\(([^()]+)\)$", widget.properties.get("title", ""))
        assert unit, f"{widget.name} names no unit"
        assert UNITS.fullmatch(unit[1]), f"{widget.name}: {unit[1]} is no unit"


def test_no_two_widgets_of_a_dashboard_show_the_same_title(environment: Synthesized) -> None:
    titles = [
        (widget.page, row_of(environment, widget), widget.properties.get("title")) for widget in graphs(environment)
    ]
    assert len(set(titles)) == len(titles)


def row_of(environment: Synthesized, widget: Placed) -> str:
    """The heading that a widget stands under."""
    texts = [each for each in widgets(environment) if each.page == widget.page and each.body["type"] == "text"]
    above = [text for text in texts if text.body["y"] < widget.body["y"]]
    return str(max(above, key=lambda text: text.body["y"]).properties["markdown"]) if above else ""


def test_no_widget_leaves_the_grid_or_lies_over_another(environment: Synthesized) -> None:
    taken: dict[tuple[str, int, int], str] = {}
    for widget in widgets(environment):
        x, y, width, height = (widget.body[key] for key in ("x", "y", "width", "height"))
        assert x >= 0, widget.name
        assert 1 <= width <= 24 - x, widget.name
        assert 1 <= height <= 1000, widget.name
        for cell in ((widget.page, column, row) for column in range(x, x + width) for row in range(y, y + height)):
            assert cell not in taken, f"{widget.name} lies over {taken.get(cell)}"
            taken[cell] = widget.name


def test_the_limits_that_are_drawn_are_those_of_the_alarms_on_what_is_drawn(
    environment: Synthesized, other: Synthesized
) -> None:
    for synthesized in (environment, other):
        alarms = synthesized.resources("aws_cloudwatch_metric_alarm")
        for widget in graphs(synthesized):
            lines = set(drawn(widget))
            expected = {
                (float(alarm["threshold"]), "below" if "Less" in alarm["comparison_operator"] else "above", bare(alarm))
                for alarm in alarms
                if watched(synthesized, alarm) in lines
            }
            limits = widget.properties.get("annotations", {}).get("horizontal", [])
            assert {told(each) for each in limits} == expected, widget.name


def told(limit: dict[str, Any]) -> tuple[float, str, str]:
    """The value of a limit, the side on which its alarm is on, and the alarm."""
    label = re.fullmatch(r"([\w-]+): (above|below) \S+", limit["label"])
    assert label, limit["label"]
    assert limit.get("fill", label[2]) == label[2], "the wrong side is shaded"
    return float(limit["value"]), label[2], label[1]


def bare(alarm: Resource) -> str:
    return alarm.name.removeprefix("alarm-")


def test_the_limit_of_every_alarm_is_on_a_dashboard(environment: Synthesized) -> None:
    shown = {line for widget in graphs(environment) for line in drawn(widget)}
    for alarm in environment.resources("aws_cloudwatch_metric_alarm"):
        if not NOT_DRAWN.fullmatch(alarm.name):
            assert watched(environment, alarm) in shown, f"{alarm.address} is on no dashboard"


def test_red_wakes_someone_and_orange_waits(environment: Synthesized) -> None:
    severities = {
        bare(alarm): alarm["tags"]["Severity"] for alarm in environment.resources("aws_cloudwatch_metric_alarm")
    }
    for widget in graphs(environment):
        for each in widget.properties.get("annotations", {}).get("horizontal", []):
            severity = severities[each["label"].partition(":")[0]]
            assert each["color"] == {"page": "#d13212", "ticket": "#ff7f0e"}[severity], widget.name


def test_the_overview_begins_with_the_alarms_on_alarms_that_say_whether_it_is_healthy(environment: Synthesized) -> None:
    first, *_ = [widget for widget in widgets(environment) if widget.page == "overview"]
    summaries = environment.resources("aws_cloudwatch_composite_alarm", layer="monitoring")
    assert first.body["type"] == "alarm"
    assert (first.body["x"], first.body["y"]) == (0, 0)
    assert set(first.properties["alarms"]) == {reference(environment, alarm, "arn") for alarm in summaries}


def test_a_dashboard_shows_the_states_of_the_alarms_whose_limits_it_draws(environment: Synthesized) -> None:
    made = {alarm["alarm_name"] for alarm in environment.resources("aws_cloudwatch_metric_alarm")}
    for page in ("application", "database", "storage"):
        states = [widget for widget in widgets(environment) if (widget.page, widget.body["type"]) == (page, "alarm")]
        named = {arn.rpartition(":")[2] for widget in states for arn in widget.properties["alarms"]}
        drawn_on_it = {
            f"alarm-{each['label'].partition(':')[0]}-local"
            for widget in graphs(environment)
            if widget.page == page
            for each in widget.properties.get("annotations", {}).get("horizontal", [])
        }
        assert named == drawn_on_it
        assert named <= made
        assert len(named) <= 100


@pytest.mark.parametrize(
    ("tier", "signals"),
    [
        ("Application", ["Requests", "Failing requests", "Response time", "CPU and memory"]),
        ("Database", ["Commits", "Fatal errors", "Commit latency", "Capacity in use"]),
        ("Sessions", ["Calls", "Errors", "Call latency", "Throttled"]),
        ("Data bucket", ["Requests", "Errors", "Time to the first byte"]),
        ("Availability", ["Healthy targets", "Role changes", "Events of database instances", "Reader lag"]),
        ("Recovery", ["Age of the newest backup", "Backups completed", "Backups failed", "Alerts not delivered"]),
        ("What costs money", ["Aurora capacity", "Tasks", "Load balancer capacity", "DynamoDB capacity", "Stored by"]),
    ],
)
def test_the_overview_shows_traffic_errors_latency_and_saturation_of_each_tier(
    environment: Synthesized, tier: str, signals: list[str]
) -> None:
    under = [widget for widget in graphs(environment) if widget.page == "overview"]
    titles = [str(each.properties["title"]) for each in under if row_of(environment, each).startswith(f"## {tier}\n")]
    assert len(titles) >= len(signals)
    for title, signal in zip(titles, signals, strict=False):
        assert title.startswith(signal), f"{tier}: {titles}"


def test_percentiles_are_drawn_where_aws_has_single_requests_to_compute_them_from(environment: Synthesized) -> None:
    for widget in graphs(environment):
        for line in drawn(widget):
            if len(line) == 5 and line[3].startswith("p"):
                assert line[1] in {"TargetResponseTime", "FirstByteLatency", "Latency"}, (
                    f"{widget.name}: {line[3]} of averages"
                )


def test_every_formula_has_its_inputs_and_no_line_is_computed_for_nothing(environment: Synthesized) -> None:
    for widget in widgets(environment):
        if widget.body["type"] != "metric":
            continue
        ids = [entry[-1]["id"] for entry in widget.properties["metrics"]]
        assert len(set(ids)) == len(ids), widget.name
        assert all(re.fullmatch(r"[a-z]\w*", each) for each in ids), widget.name
        assert 1 <= len(ids) <= 500, widget.name
        formulas = " ".join(each for each in widget.queries.values() if isinstance(each, str))
        used = set(re.findall(r"\b[a-z]\w*", formulas))
        assert used == set(ids) - set(widget.visible), widget.name


def test_every_text_leads_to_runbooks_that_exist(environment: Synthesized) -> None:
    at = environment.settings.environment.runbooks
    texts = [widget for widget in widgets(environment) if widget.body["type"] == "text"]
    linked = [found for text in texts for found in re.findall(r"\((https://[^)]+)\)", text.properties["markdown"])]
    runbooks = [address for address in linked if address.startswith(f"{at}/")]
    assert len(runbooks) > 20
    for address in runbooks:
        page = address.removeprefix(f"{at}/")
        assert (RUNBOOKS / page).is_file(), address


def test_a_row_that_is_wider_than_the_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="24 columns"):
        list(Row([Graph(title="one", lines={}), Graph(title="two", lines={})], widths=(20, 8)).places())


def test_two_formulas_that_would_read_each_others_input_are_refused() -> None:
    metric = Metric(namespace="AWS/RDS", name="EngineUptime", dimensions={})
    lines = {label: Expression("ABS(uptime)", metrics={"uptime": metric}) for label in ("writer", "reader")}
    with pytest.raises(ValueError, match="an input named uptime"):
        Graph(title="Uptime (s)", lines=lines).properties("us-east-1")
