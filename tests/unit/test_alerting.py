"""Alerting: what happens is heard by several people, and so is that it was not heard."""

import pytest

from tests.unit.synthesized import Synthesized, service_principals, statements

# Who publishes on behalf of each type of resource that names a topic.
PUBLISHES = {
    "aws_cloudwatch_metric_alarm": "cloudwatch.amazonaws.com",
    "aws_cloudwatch_composite_alarm": "cloudwatch.amazonaws.com",
    "aws_cloudwatch_event_target": "events.amazonaws.com",
    "aws_db_event_subscription": "events.rds.amazonaws.com",
    "aws_backup_vault_notifications": "backup.amazonaws.com",
    "aws_budgets_budget": "budgets.amazonaws.com",
}
TOPIC = ("alerting", "alert_topic_arn")


@pytest.mark.requirement("OBS-1")
def test_every_address_hears_of_alerts_and_of_failed_deliveries(environment: Synthesized) -> None:
    emails = environment.settings.alerting.emails
    assert len(emails) >= 2
    for topic in environment.resources("aws_sns_topic"):
        heard = [
            made["endpoint"]
            for made in environment.resources("aws_sns_topic_subscription")
            if made["topic_arn"] == f"${{aws_sns_topic.{topic.name}.arn}}" and made["protocol"] == "email"
        ]
        assert sorted(heard) == sorted(emails), topic.address


@pytest.mark.requirement("OBS-1", "OBS-2")
def test_a_failed_delivery_is_reported_on_the_other_topic(environment: Synthesized) -> None:
    alarm = environment.one("aws_cloudwatch_metric_alarm", layer="alerting")
    assert alarm["metric_name"] == "NumberOfNotificationsFailed"
    assert alarm["dimensions"] == {"TopicName": environment.one("aws_sns_topic", "alerts")["name"]}
    assert alarm["alarm_actions"] == ["${aws_sns_topic.delivery-failures.arn}"]


@pytest.mark.requirement("OBS-1", "OBS-2", "BK-3")
def test_whoever_publishes_to_the_alert_topic_is_let_in(environment: Synthesized) -> None:
    let_in = {
        service
        for statement in statements(environment.one("aws_sns_topic_policy", "alerts-policy")["policy"])
        if "sns:Publish" in statement["Action"] and statement["Effect"] == "Allow"
        for service in service_principals(statement)
    }
    senders = [made for made in environment.resources() if TOPIC in made.reads()]
    assert {made.type for made in senders} == PUBLISHES.keys()
    for sender in senders:
        assert PUBLISHES[sender.type] in let_in, f"{sender.address} would not be heard"
