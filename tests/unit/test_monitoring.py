"""Monitoring: dashboards that can be read, one alarm that sums up, and the account's own news."""

import json

import pytest

from tests.unit.synthesized import Synthesized

COMPOSITE = "aws_cloudwatch_composite_alarm"


@pytest.mark.requirement("OBS-3")
def test_there_is_an_overview_and_a_dashboard_for_each_tier(environment: Synthesized) -> None:
    found = {made.name.removeprefix("dashboard-") for made in environment.resources("aws_cloudwatch_dashboard")}
    assert found == {"overview", "application", "database", "storage"}


@pytest.mark.requirement("OBS-2", "OBS-3")
def test_the_environment_is_unhealthy_when_any_alarm_that_pages_is_on(environment: Synthesized) -> None:
    composite = environment.one(COMPOSITE, "environment-unhealthy")
    summed = {layer for layer, output in composite.reads() if output == "paging_alarm_names"}
    paging = [a for a in environment.resources("aws_cloudwatch_metric_alarm") if a["tags"]["Severity"] == "page"]
    # Alerting's own alarm is about the messenger, not about the environment.
    assert summed == {alarm.layer for alarm in paging} - {"alerting"}
    for layer in summed:
        published = environment.outputs(layer)["paging_alarm_names"]
        ours = [f"${{aws_cloudwatch_metric_alarm.{alarm.name}.alarm_name}}" for alarm in paging if alarm.layer == layer]
        assert sorted(published) == sorted(ours), layer


@pytest.mark.requirement("OBS-2", "OBS-3")
def test_each_tier_has_a_state_which_tells_nobody_because_its_parts_do(environment: Synthesized) -> None:
    layers = {"application": "compute", "database": "database", "storage": "storage", "backup": "backup"}
    states = {made.name: made for made in environment.resources(COMPOSITE, layer="monitoring")}
    assert states.keys() == {f"{tier}-unhealthy" for tier in (*layers, "environment")}
    for tier, layer in layers.items():
        state = states[f"{tier}-unhealthy"]
        assert state.reads() == {(layer, "paging_alarm_names")}
        assert not {"alarm_actions", "ok_actions"} & state.body.keys(), state.address


@pytest.mark.requirement("OBS-2")
def test_the_rules_of_alarms_that_sum_up_are_ones_that_cloudwatch_reads(environment: Synthesized) -> None:
    for alarm in environment.resources(COMPOSITE, layer="monitoring"):
        rule = alarm["alarm_rule"]
        assert rule.startswith("ALARM(${join("), alarm.address
        assert rule.endswith("})"), alarm.address
        assert ") OR ALARM(" in rule, alarm.address


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
    rules = [rule for rule in environment.resources("aws_cloudwatch_event_rule") if rule.name.startswith("event-")]
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
