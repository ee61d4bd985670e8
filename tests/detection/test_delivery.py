"""From every alarm and event to a person: the whole way is open, and each link that is cut names itself."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ops.audit.configuration import Configuration
from ops.detection.delivery import PUBLISHERS, Delivery
from tests.audit.changed import with_resource, without_resource

ALARM, COMPOSITE = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"
TOPIC, POLICY, SUBSCRIPTION = "aws_sns_topic", "aws_sns_topic_policy", "aws_sns_topic_subscription"
RULE, TARGET, KEY = "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target", "aws_kms_key"

Statement = dict[str, Any]


def broken(configuration: Configuration) -> list[str]:
    return Delivery(configuration).broken_links()


def with_policy(
    configuration: Configuration, layer: str, kind: str, name: str, change: Callable[[list[Statement]], None]
) -> Configuration:
    """With the statements of a resource's policy changed."""
    document = json.loads(configuration.one(kind, name, layer=layer)["policy"])
    change(document["Statement"])
    return with_resource(configuration, layer, kind, name, policy=json.dumps(document))


def without_principal(service: str) -> Callable[[list[Statement]], None]:
    """A change that takes a service out of every statement."""

    def change(statements: list[Statement]) -> None:
        for statement in statements:
            services = statement["Principal"].get("Service", [])
            statement["Principal"] |= {"Service": [one for one in services if one != service]} if services else {}

    return change


def addressed(configuration: Configuration, *types: str) -> set[str]:
    """Everything of some types that tells a topic."""
    return {one.address for one in configuration.resources(*types) if Delivery(configuration).listeners(one)}


@pytest.mark.requirement("OBS-1", "OBS-2", "BK-3")
def test_every_alarm_and_event_reaches_everybody(configuration: Configuration, other: Configuration) -> None:
    for environment in (configuration, other):
        delivery = Delivery(environment)
        assert delivery.broken_links() == []
        for alarm in environment.resources(ALARM):
            teller = delivery.teller(alarm)
            assert teller is not None
            assert len(delivery.listeners(teller)) >= 2, alarm.address
        for target in environment.resources(TARGET):
            if target.get("role_arn"):
                continue  # it tells nobody anything, but starts something
            assert len(delivery.listeners(target)) >= 2, target.address


@pytest.mark.requirement("OBS-1", "ENV-8")
@pytest.mark.parametrize("service", sorted(set(PUBLISHERS.values())))
def test_a_publisher_that_may_not_use_the_key_is_named(configuration: Configuration, service: str) -> None:
    locked = with_policy(configuration, "keys", KEY, "alerts", without_principal(service))
    types = [kind for kind, publisher in PUBLISHERS.items() if publisher == service]
    found = broken(locked)
    for sender in addressed(configuration, *types):
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            told = [line for line in found if line.startswith(f"{sender}: ") and line.endswith(f"{service} {action}")]
            assert told, sender
            assert all("the policy of keys: aws_kms_key.alerts" in line for line in told)
    assert all(service in line for line in found)


@pytest.mark.requirement("OBS-1")
@pytest.mark.parametrize("service", sorted(set(PUBLISHERS.values())))
def test_a_publisher_that_the_topic_does_not_let_in_is_named(configuration: Configuration, service: str) -> None:
    closed = with_policy(configuration, "alerting", POLICY, "alerts-policy", without_principal(service))
    said = f"the policy of alerting: {TOPIC}.alerts does not let {service} publish"
    found = broken(closed)
    assert found
    assert all(line.endswith(said) for line in found)


@pytest.mark.requirement("OBS-1", "ENV-8")
def test_half_a_grant_is_named(configuration: Configuration) -> None:
    def only_decrypt(statements: list[Statement]) -> None:
        for statement in statements:
            if "cloudwatch.amazonaws.com" in statement["Principal"].get("Service", []):
                statement["Action"] = ["kms:Decrypt"]

    found = broken(with_policy(configuration, "keys", KEY, "alerts", only_decrypt))
    assert found
    assert all("does not let" in line and line.endswith("kms:GenerateDataKey") for line in found)


@pytest.mark.requirement("OBS-1", "ENV-7")
def test_a_condition_that_a_publisher_cannot_meet_is_named(configuration: Configuration) -> None:
    def for_another_account(statements: list[Statement]) -> None:
        for statement in statements:
            if "cloudwatch.amazonaws.com" in statement["Principal"].get("Service", []):
                statement["Condition"] = {"StringEquals": {"aws:SourceAccount": "999999999999"}}

    def of_eventbridge(statements: list[Statement]) -> None:
        for statement in statements:
            if "events.amazonaws.com" in statement["Principal"].get("Service", []):
                statement["Condition"] = {"StringEquals": {"aws:SourceAccount": configuration.account_id}}

    found = broken(with_policy(configuration, "alerting", POLICY, "alerts-policy", for_another_account))
    assert any(f"{ALARM}.alarm-latency: the policy of" in line for line in found)
    found = broken(with_policy(configuration, "keys", KEY, "alerts", of_eventbridge))
    assert found
    assert all(f"{TARGET}." in line for line in found), "EventBridge does not say for whom it publishes"


@pytest.mark.requirement("OBS-1")
def test_a_denial_outweighs_a_grant(configuration: Configuration) -> None:
    denial = {"Effect": "Deny", "Principal": "*", "Action": "sns:*", "Resource": "*"}
    closed = with_policy(configuration, "alerting", POLICY, "alerts-policy", lambda every: every.append(denial))
    assert any(f"{ALARM}.alarm-latency: the policy of alerting" in line for line in broken(closed))


@pytest.mark.requirement("OBS-1", "ENV-8")
@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"kms_master_key_id": "alias/aws/sns"}, "the key of alerting: aws_sns_topic.alerts is alias/aws/sns"),
        ({"kms_master_key_id": "${data.terraform_remote_state.keys.outputs.logs_key_arn}"}, "aws_kms_key.logs"),
    ],
)
def test_a_topic_under_the_wrong_key_is_named(
    configuration: Configuration, attributes: dict[str, Any], said: str
) -> None:
    found = broken(with_resource(configuration, "alerting", TOPIC, "alerts", **attributes))
    assert any(f"{ALARM}.alarm-latency" in line and said in line for line in found)


@pytest.mark.requirement("OBS-1")
def test_a_disabled_key_is_named(configuration: Configuration) -> None:
    found = broken(with_resource(configuration, "keys", KEY, "alerts", is_enabled=False))
    assert any(
        line.endswith("the key of alerting: aws_sns_topic.alerts, keys: aws_kms_key.alerts, is disabled")
        for line in found
    )


@pytest.mark.requirement("OBS-1")
def test_a_dropped_subscription_is_named(configuration: Configuration) -> None:
    (first, second) = ("alerts-email-1", "alerts-email-2")
    address = configuration.one(SUBSCRIPTION, first)["endpoint"]
    one = without_resource(configuration, "alerting", SUBSCRIPTION, first)
    assert broken(one) == [
        f"{address} hears of another topic, but is not subscribed to alerting: {TOPIC}.alerts",
        f"alerting: {TOPIC}.alerts has 1 subscribers; one person may be asleep, away or gone",
    ]
    none = without_resource(one, "alerting", SUBSCRIPTION, second)
    assert any(
        line == f"compute: {ALARM}.alarm-latency: nobody is subscribed to alerting: {TOPIC}.alerts"
        for line in broken(none)
    )


@pytest.mark.requirement("OBS-1")
def test_an_address_that_is_dropped_everywhere_is_named(configuration: Configuration) -> None:
    fewer = without_resource(configuration, "alerting", SUBSCRIPTION, "alerts-email-1")
    fewer = without_resource(fewer, "alerting", SUBSCRIPTION, "delivery-failures-email-1")
    found = broken(fewer)
    assert len(found) == 2
    assert all("has 1 subscribers" in line for line in found)


@pytest.mark.requirement("OBS-2")
@pytest.mark.parametrize("attribute", ["alarm_actions", "ok_actions"])
def test_an_alarm_that_tells_nobody_is_named(configuration: Configuration, attribute: str) -> None:
    (found,) = broken(with_resource(configuration, "compute", ALARM, "alarm-latency", **{attribute: None}))
    assert f"compute: {ALARM}.alarm-latency tells nobody" in found


@pytest.mark.requirement("OBS-2")
def test_a_symptom_without_its_own_messenger_is_named(configuration: Configuration) -> None:
    name = "alarm-load-balancer-errors"
    (found,) = broken(without_resource(configuration, "compute", COMPOSITE, f"{name}-unexplained"))
    assert found.startswith(f"compute: {ALARM}.{name} tells nobody")
    (found,) = broken(with_resource(configuration, "compute", COMPOSITE, f"{name}-unexplained", ok_actions=None))
    assert found == f"compute: {COMPOSITE}.{name}-unexplained tells nobody when it is over"


@pytest.mark.requirement("OBS-2")
def test_a_muted_alarm_is_named(configuration: Configuration) -> None:
    muted = with_resource(configuration, "database", ALARM, "alarm-writer-down", actions_enabled=False)
    assert broken(muted) == [f"database: {ALARM}.alarm-writer-down is muted"]


@pytest.mark.requirement("OBS-2")
def test_an_alarm_that_tells_another_topic_is_named(configuration: Configuration) -> None:
    elsewhere = "arn:aws:sns:us-east-1:123456789012:sns-alerts-of-somebody-else"
    lost = with_resource(configuration, "database", ALARM, "alarm-writer-down", alarm_actions=[elsewhere])
    assert broken(lost) == [f"database: {ALARM}.alarm-writer-down tells {elsewhere}, which is no topic of the layers"]


@pytest.mark.requirement("OBS-2", "BK-3")
def test_an_event_that_reaches_nobody_is_named(configuration: Configuration) -> None:
    name = "event-backup-job"
    untold = without_resource(configuration, "backup", TARGET, f"{name}-target")
    assert broken(untold) == [f"backup: {RULE}.{name} has no target that is a topic"]
    disabled = with_resource(configuration, "backup", RULE, name, state="DISABLED")
    assert broken(disabled) == [f"backup: {RULE}.{name} is disabled"]
