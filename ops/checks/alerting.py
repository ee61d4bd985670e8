"""Checks of the alert topics: who may publish, who listens, and who hears when nobody could be told."""

from typing import Any

from ops.checks.deployed import Deployed
from ops.checks.framework import check, none_of, only, require, same, same_set
from ops.checks.keys import PUBLISHERS
from ops.checks.policies import denies_insecure, services, statements, unguarded_services

TOPICS = ("alerts", "delivery-failures")


def _attributes(aws: Deployed, role: str) -> dict[str, Any]:
    return dict(aws.ask("sns", "get_topic_attributes", TopicArn=aws.topic_arn(role))["Attributes"])


@check("OBS-1", "ENV-8")
def topics_are_encrypted(aws: Deployed) -> None:
    """Both topics are encrypted with the environment's own key for alerts."""
    arn = aws.key_arn("alerts")
    for role in TOPICS:
        key = _attributes(aws, role).get("KmsMasterKeyId", "")
        require(key in {arn, arn.rsplit("/", 1)[1]}, f"{aws.names('sns', role)} is encrypted with {key or 'nothing'}")


@check("OBS-1")
def alert_topic_lets_every_publisher_in(aws: Deployed) -> None:
    """Every service that has something to tell may publish to the alert topic."""
    found = [one for one in statements(_attributes(aws, "alerts")["Policy"]) if "sns:Publish" in one.actions]
    missing = PUBLISHERS - services(found)
    require(not missing, f"the alert topic lets {', '.join(sorted(missing))} not publish")


@check("OBS-1", "ENV-7")
def topics_let_in_nobody_unknown(aws: Deployed) -> None:
    """The topics take messages from this account alone, and over TLS alone."""
    for role in TOPICS:
        name = aws.names("sns", role)
        found = statements(_attributes(aws, role)["Policy"])
        none_of(unguarded_services(found, name))
        open_to_all = [one for one in found if one.allows and "*" in one.principals and not one.conditions]
        require(not open_to_all, f"{name} lets everybody in")
        require(denies_insecure(found, "sns:Publish"), f"{name} takes messages without TLS")


@check("OBS-1")
def everybody_is_subscribed(aws: Deployed) -> None:
    """Every address of the settings is subscribed to both topics, and there are at least two."""
    require(len(aws.settings.alerting.emails) >= 2, "the settings name fewer than two addresses")
    for role in TOPICS:
        found = aws.listed("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=aws.topic_arn(role))
        addresses = [one["Endpoint"] for one in found if one["Protocol"] == "email"]
        same_set(f"{aws.names('sns', role)}: its list of addresses", addresses, aws.settings.alerting.emails)


@check("OBS-1", "OBS-2")
def failed_deliveries_are_heard_of(aws: Deployed) -> None:
    """An alert that could not be delivered raises an alarm, on the topic that did not fail."""
    name = aws.names("alarm", "alert-delivery")
    alarm = only(name, aws.ask("cloudwatch", "describe_alarms", AlarmNames=[name])["MetricAlarms"])
    same(f"{name} watches", alarm["MetricName"], "NumberOfNotificationsFailed")
    watched = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
    same(f"{name} watches", watched, {"TopicName": aws.names("sns", "alerts")})
    for kind in ("AlarmActions", "OKActions"):
        same(f"{name} tells", alarm[kind], [aws.topic_arn("delivery-failures")])
