"""Alerting: what happens is heard by several people, and so is that it was not heard."""

import pytest

from tests.unit.synthesized import Resource, Synthesized, service_principals, statements

# Who publishes on behalf of each type of resource that names a topic.
PUBLISHES = {
    "aws_cloudwatch_metric_alarm": "cloudwatch.amazonaws.com",
    "aws_cloudwatch_composite_alarm": "cloudwatch.amazonaws.com",
    "aws_cloudwatch_event_target": "events.amazonaws.com",
    "aws_db_event_subscription": "events.rds.amazonaws.com",
    "aws_backup_vault_notifications": "backup.amazonaws.com",
    "aws_budgets_budget": "budgets.amazonaws.com",
}
# Under which name other layers read the ARN of each topic.
TOPICS = {"alerts": "alert_topic_arn", "delivery-failures": "delivery_failure_topic_arn"}


def senders(environment: Synthesized, topic: str) -> list[Resource]:
    """Everything that names a topic, in its own layer or another, other than what belongs to the topic."""
    return [
        made
        for made in environment.resources()
        if made.type not in {"aws_sns_topic_policy", "aws_sns_topic_subscription"}
        and (
            ("alerting", TOPICS[topic]) in made.reads()
            or (made.layer == "alerting" and f"aws_sns_topic.{topic}" in made.references())
        )
    ]


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
@pytest.mark.parametrize("topic", TOPICS)
def test_whoever_publishes_to_a_topic_is_let_in_and_nobody_else(environment: Synthesized, topic: str) -> None:
    assert environment.outputs("alerting")[TOPICS[topic]] == f"${{aws_sns_topic.{topic}.arn}}"
    policy = environment.one("aws_sns_topic_policy", f"{topic}-policy")
    assert policy["arn"] == f"${{aws_sns_topic.{topic}.arn}}", policy.address
    let_in = {
        service
        for statement in statements(policy["policy"])
        if "sns:Publish" in statement["Action"] and statement["Effect"] == "Allow"
        for service in service_principals(statement)
    }
    sending = senders(environment, topic)
    for sender in sending:
        assert PUBLISHES[sender.type] in let_in, f"{sender.address} would not be heard"
    idle = let_in - {PUBLISHES[sender.type] for sender in sending}
    assert not idle, f"{policy.address} lets in {idle}, which send nothing"


@pytest.mark.requirement("OBS-1", "OBS-2", "BK-3")
def test_every_kind_of_publisher_tells_the_alert_topic(environment: Synthesized) -> None:
    assert {made.type for made in senders(environment, "alerts")} == PUBLISHES.keys()
