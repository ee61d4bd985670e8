"""Monitoring: dashboards that can be read, one alarm that sums up, and the account's own news."""

import json
from typing import Any

import pytest

from tests.unit.synthesized import Synthesized
from tests.unit.test_alarms import DIMENSIONS


def widgets(environment: Synthesized) -> dict[str, list[dict[str, Any]]]:
    """The widgets of each dashboard."""
    found = environment.resources("aws_cloudwatch_dashboard")
    return {made.name.removeprefix("dashboard-"): json.loads(made["dashboard_body"])["widgets"] for made in found}


@pytest.mark.requirement("OBS-3")
def test_there_is_an_overview_and_a_dashboard_for_each_tier(environment: Synthesized) -> None:
    assert widgets(environment).keys() == {"overview", "application", "database", "storage"}
    assert widgets(environment)["overview"][0]["type"] == "alarm", "whether it is healthy comes first"


@pytest.mark.requirement("OBS-3")
def test_widgets_stand_side_by_side_within_the_grid(environment: Synthesized) -> None:
    for page, placed in widgets(environment).items():
        taken: set[tuple[int, int]] = set()
        for widget in placed:
            cells = {
                (x, y)
                for x in range(widget["x"], widget["x"] + widget["width"])
                for y in range(widget["y"], widget["y"] + widget["height"])
            }
            assert widget["x"] + widget["width"] <= 24, page
            assert not cells & taken, f"{page}: {widget['properties'].get('title')} lies over another"
            taken |= cells


@pytest.mark.requirement("OBS-3")
def test_every_graph_says_its_unit_and_shows_metrics_that_exist(environment: Synthesized) -> None:
    # Metrics that dashboards show beside those that alarms watch, where their dimensions differ from the namespace's.
    for page, placed in widgets(environment).items():
        for widget in placed:
            if widget["type"] != "metric":
                continue
            title = widget["properties"]["title"]
            assert title.endswith(")"), f"{page}: {title} has no unit"
            assert widget["properties"]["region"] == environment.settings.environment.region
            for namespace, name, *rest in widget["properties"]["metrics"]:
                dimensions = set(rest[:-1:2])
                expected = DIMENSIONS.get((namespace, name), DIMENSIONS.get((namespace, "*")))
                assert dimensions == expected, f"{page}: {title}: {namespace} {name}"


@pytest.mark.requirement("OBS-2", "OBS-3")
def test_the_environment_is_unhealthy_when_any_alarm_that_pages_is_on(environment: Synthesized) -> None:
    composite = environment.one("aws_cloudwatch_composite_alarm")
    summed = {layer for layer, output in composite.reads() if output == "paging_alarm_names"}
    paging = [a for a in environment.resources("aws_cloudwatch_metric_alarm") if a["tags"]["Severity"] == "page"]
    # Alerting's own alarm is about the messenger, not about the environment.
    assert summed == {alarm.layer for alarm in paging} - {"alerting"}
    for layer in summed:
        published = environment.outputs(layer)["paging_alarm_names"]
        ours = [f"${{aws_cloudwatch_metric_alarm.{alarm.name}.alarm_name}}" for alarm in paging if alarm.layer == layer]
        assert sorted(published) == sorted(ours), layer


@pytest.mark.requirement("OBS-2")
def test_the_rule_of_the_composite_alarm_is_one_that_cloudwatch_reads(environment: Synthesized) -> None:
    rule = environment.one("aws_cloudwatch_composite_alarm")["alarm_rule"]
    assert rule.startswith("ALARM(${join(")
    assert rule.endswith("})")
    assert ") OR ALARM(" in rule


@pytest.mark.requirement("OBS-2", "ENV-8")
def test_a_key_about_to_vanish_an_outage_of_aws_and_an_ageing_certificate_are_announced(
    environment: Synthesized,
) -> None:
    rules = {
        rule.name: json.loads(rule["event_pattern"])
        for rule in environment.resources("aws_cloudwatch_event_rule", layer="monitoring")
    }
    deletion = rules["event-key-deletion"]["detail"]
    assert {"ScheduleKeyDeletion", "DisableKey"} <= set(deletion["eventName"])
    assert len(deletion["resources"]["ARN"]) == len(environment.resources("aws_kms_key"))
    assert rules["event-aws-health"]["source"] == ["aws.health"]
    assert rules["event-certificate-expiring"]["source"] == ["aws.acm"]


@pytest.mark.requirement("OBS-2")
def test_every_event_rule_sends_a_sentence_to_the_alert_topic(environment: Synthesized) -> None:
    rules = environment.resources("aws_cloudwatch_event_rule")
    assert len(rules) >= 8
    for rule in rules:
        target = environment.one("aws_cloudwatch_event_target", f"{rule.name}-target")
        assert target["arn"] == "${data.terraform_remote_state.alerting.outputs.alert_topic_arn}"
        transformer = target["input_transformer"]
        sentence = json.loads(transformer["input_template"])
        assert "Runbook: https://" in sentence, rule.address
        for word in transformer["input_paths"]:
            assert f"<{word}>" in sentence, f"{rule.address}: {word} is not used"
        assert sentence.count("<") == len(transformer["input_paths"]), f"{rule.address}: {sentence}"


@pytest.mark.requirement("OBS-2")
def test_log_metrics_count_lines_of_groups_that_exist_and_have_zeros_in_between(environment: Synthesized) -> None:
    filters = environment.resources("aws_cloudwatch_log_metric_filter")
    assert {layer for made in filters for layer, _ in made.reads()} == {"compute", "database", "network"}
    counted = {made["metric_transformation"]["name"] for made in filters}
    assert all(made["metric_transformation"]["default_value"] == "0" for made in filters)
    alarms = environment.resources("aws_cloudwatch_metric_alarm", layer="monitoring")
    assert {alarm["metric_name"] for alarm in alarms} <= counted


@pytest.mark.requirement("COST-1")
def test_money_is_watched_before_it_is_gone(other: Synthesized) -> None:
    budget = other.one("aws_budgets_budget")
    assert (budget["limit_amount"], budget["time_unit"]) == (
        str(other.settings.monitoring.monthly_budget_usd),
        "MONTHLY",
    )
    notices = {notice["notification_type"]: notice["threshold"] for notice in budget["notification"]}
    assert notices.keys() == {"ACTUAL", "FORECASTED"}
    assert all(notice["subscriber_sns_topic_arns"] for notice in budget["notification"])
    (only_ours,) = budget["cost_filter"]
    assert only_ours["values"] == ["user:Environment$other"]
