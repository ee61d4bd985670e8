"""From an alarm to a person: every link is walked, and the first one that is broken is named.

A broken link is silent: CloudWatch and EventBridge report nothing when a key or a topic turns them away.
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ops.configuration import Configuration, Resource
from ops.detection.statements import Caller, may

# Who publishes for each type of resource that tells a topic.
PUBLISHERS = {
    "aws_backup_vault_notifications": "backup.amazonaws.com",
    "aws_budgets_budget": "budgets.amazonaws.com",
    "aws_cloudwatch_composite_alarm": "cloudwatch.amazonaws.com",
    "aws_cloudwatch_event_target": "events.amazonaws.com",
    "aws_cloudwatch_metric_alarm": "cloudwatch.amazonaws.com",
    "aws_db_event_subscription": "events.rds.amazonaws.com",
}
# It publishes to topics without saying for whom: docs/decisions/eventbridge-without-conditions.md.
_SAYS_NOTHING = "events.amazonaws.com"
_USES_KEY = ("kms:Decrypt", "kms:GenerateDataKey")
_FEWEST_LISTENERS = 2
_TOPIC = re.compile(r"arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]+")
_CHILD = re.compile(r"ALARM\(\"?([\w-]+)\"?\)")


def announcing(configuration: Configuration) -> list[Resource]:
    """The event rules that have something to tell. Others start something, for which they are lent a role."""
    targets = configuration.resources("aws_cloudwatch_event_target")
    starting = {target["rule"] for target in targets if target.get("role_arn")}
    rules = configuration.resources("aws_cloudwatch_event_rule")
    return [rule for rule in rules if f"${{aws_cloudwatch_event_rule.{rule.name}.name}}" not in starting]


@dataclass(frozen=True)
class Delivery:
    """Who tells which topic, whether it gets through, and who listens."""

    configuration: Configuration

    def broken_links(self) -> list[str]:
        """Everything that keeps a message from a person, in words; empty when all is well."""
        return [*self._alarms(), *self._events(), *self._walks(), *self._listeners()]

    def listeners(self, sender: Resource) -> set[str]:
        """The addresses that hear what a resource tells."""
        return {address for arn in self._told(sender) for address in self._subscribed.get(arn, set())}

    def teller(self, alarm: Resource) -> Resource | None:
        """What tells people of a metric alarm: the alarm itself, or the composite one that may be silenced."""
        if alarm.get("alarm_actions"):
            return alarm
        name = self.configuration.attribute(alarm, "alarm_name")
        return next(
            (one for one in self._composites if self._children(one) == [name] and one.get("alarm_actions")), None
        )

    def _alarms(self) -> Iterator[str]:
        for alarm in self.configuration.resources("aws_cloudwatch_metric_alarm"):
            teller = self.teller(alarm)
            if teller is None:
                yield f"{alarm.address} tells nobody, neither by itself nor through an alarm on it alone"
                continue
            for kind, when in (("alarm_actions", "goes off"), ("ok_actions", "is over")):
                if not teller.get(kind):
                    yield f"{teller.address} tells nobody when it {when}"
            if teller.get("actions_enabled", True) is False:
                yield f"{teller.address} is muted"

    def _events(self) -> Iterator[str]:
        targets = map(self.configuration.resolved, self.configuration.resources("aws_cloudwatch_event_target"))
        reached = {target["rule"] for target in targets if _TOPIC.fullmatch(target["arn"])}
        for rule in announcing(self.configuration):
            if self.configuration.attribute(rule, "name") not in reached:
                yield f"{rule.address} has no target that is a topic"
            if rule.get("state", "ENABLED") == "DISABLED":
                yield f"{rule.address} is disabled"

    def _walks(self) -> Iterator[str]:
        """Each link between every sender and its topics."""
        for sender in self.configuration.resources(*PUBLISHERS):
            for arn in self._told(sender):
                topic = self._topics.get(arn)
                if topic is None:
                    yield f"{sender.address} tells {arn}, which is no topic of the layers"
                else:
                    caller = self._caller(PUBLISHERS[sender.type])
                    yield from (f"{sender.address}: {link}" for link in self._links(topic, caller, arn))

    def _links(self, topic: Resource, caller: Caller, arn: str) -> Iterator[str]:
        policies = [body["policy"] for body in self._topic_policies if body["arn"] == arn]
        if not any(may(policy, caller, "sns:Publish", on=arn) for policy in policies):
            yield f"the policy of {topic.address} does not let {caller.service} publish"
        key_arn = self.configuration.resolved(topic).get("kms_master_key_id")
        if key_arn is not None:
            yield from self._key_links(topic, caller, key_arn)
        if not self._subscribed.get(arn):
            yield f"nobody is subscribed to {topic.address}"

    def _key_links(self, topic: Resource, caller: Caller, key_arn: str) -> Iterator[str]:
        key = self._keys.get(key_arn)
        if key is None:
            yield f"the key of {topic.address} is {key_arn}, whose policy does not name {caller.service}"
            return
        if key.get("is_enabled", True) is False:
            yield f"the key of {topic.address}, {key.address}, is disabled"
        policy = self.configuration.resolved(key)["policy"]
        for action in _USES_KEY:
            if not may(policy, caller, action, on=key_arn):
                yield f"the policy of {key.address}, the key of {topic.address}, does not let {caller.service} {action}"

    def _listeners(self) -> Iterator[str]:
        everybody = {address for addresses in self._subscribed.values() for address in addresses}
        for arn, topic in self._topics.items():
            listening = self._subscribed.get(arn, set())
            for deaf in sorted(everybody - listening):
                yield f"{deaf} hears of another topic, but is not subscribed to {topic.address}"
            if len(listening) < _FEWEST_LISTENERS:
                yield f"{topic.address} has {len(listening)} subscribers; one person may be asleep, away or gone"

    def _told(self, sender: Resource) -> set[str]:
        """The topics that a resource names, wherever in it that is; a target names one only if it is one."""
        return set(_TOPIC.findall(str(self.configuration.resolved(sender))))

    def _caller(self, service: str) -> Caller:
        account = self.configuration.account_id
        says = {} if service == _SAYS_NOTHING else {"aws:SourceAccount": account}
        return Caller(service=service, context={"aws:SecureTransport": "true", **says})

    def _children(self, composite: Resource) -> list[str]:
        return _CHILD.findall(self.configuration.resolved(composite)["alarm_rule"])

    @cached_property
    def _composites(self) -> list[Resource]:
        return self.configuration.resources("aws_cloudwatch_composite_alarm")

    @cached_property
    def _topics(self) -> Mapping[str, Resource]:
        found = self.configuration.resources("aws_sns_topic")
        return {self.configuration.attribute(topic, "arn"): topic for topic in found}

    @cached_property
    def _keys(self) -> Mapping[str, Resource]:
        return {self.configuration.attribute(key, "arn"): key for key in self.configuration.resources("aws_kms_key")}

    @cached_property
    def _topic_policies(self) -> list[dict[str, Any]]:
        return [*map(self.configuration.resolved, self.configuration.resources("aws_sns_topic_policy"))]

    @cached_property
    def _subscribed(self) -> Mapping[str, set[str]]:
        subscriptions = [*map(self.configuration.resolved, self.configuration.resources("aws_sns_topic_subscription"))]
        return {
            arn: {each["endpoint"] for each in subscriptions if each["topic_arn"] == arn}
            for arn in {each["topic_arn"] for each in subscriptions}
        }
