"""Alerting: the topic that every alarm tells, the people who hear it, and a second topic for when the first fails."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from stacks.alarms import Alarm, Metric, Missing, raise_alarms
from stacks.base import Layer
from stacks.iam import ANYONE, INSECURE, Statement, account, allow, deny, policy, service
from stacks.keys import EVENTBRIDGE, PUBLISHERS, Keys
from stacks.settings import Settings


def delivery_alarms(*, topic_name: str) -> list[Alarm]:
    """What can go wrong between an alarm and a person. https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html."""
    return [
        Alarm(
            name="alert-delivery",
            watches=Metric(
                namespace="AWS/SNS",
                name="NumberOfNotificationsFailed",
                dimensions={"TopicName": topic_name},
                statistic="Sum",
            ),
            above=0,
            missing=Missing.OK,
            means="An alert could not be delivered to somebody who is subscribed to it.",
            runbook="alert-delivery",
        )
    ]


@dataclass(frozen=True)
class AlertingOutputs:
    """Where alarms go, and where failed deliveries of alarms go."""

    alert_topic_arn: str
    delivery_failure_topic_arn: str


class Alerting(Layer[AlertingOutputs]):
    """The two topics, their subscribers, and the alarm between them."""

    layer = "alerting"
    outputs = AlertingOutputs

    def __init__(self, scope: Construct, settings: Settings, *, keys: Keys) -> None:
        super().__init__(scope, settings)
        key_arn = self.read(keys).alerts_key_arn

        alerts = self._topic("alerts", key_arn=key_arn, publishers=PUBLISHERS, also=[EVENTBRIDGE])
        failures = self._topic("delivery-failures", key_arn=key_arn, publishers=["cloudwatch.amazonaws.com"])
        raise_alarms(self, delivery_alarms(topic_name=self.names("sns", "alerts")), topic_arn=failures.arn)

        self.publish(AlertingOutputs(alert_topic_arn=alerts.arn, delivery_failure_topic_arn=failures.arn))

    def _topic(self, role: str, *, key_arn: str, publishers: Sequence[str], also: Sequence[str] = ()) -> SnsTopic:
        """A topic for `publishers`, who are asked for whom they publish, and `also` for those that cannot be asked."""
        topic = SnsTopic(self, role, name=self.names("sns", role), kms_master_key_id=key_arn, signature_version=2)
        unasked = [
            allow("sns:Publish", on=[topic.arn], to=service(principal), sid="EventBridgeSupportsNoCondition")
            for principal in also
        ]
        access = policy(*self._access(topic.arn, publishers), *unasked)
        SnsTopicPolicy(self, f"{role}-policy", arn=topic.arn, policy=access)
        for position, email in enumerate(self.settings.alerting.emails, start=1):
            SnsTopicSubscription(
                self, f"{role}-email-{position}", topic_arn=topic.arn, protocol="email", endpoint=email
            )
        return topic

    def _access(self, topic_arn: str, publishers: Sequence[str]) -> list[Statement]:
        return [
            allow(
                "sns:Publish",
                on=[topic_arn],
                to=service(*publishers),
                when={"StringEquals": {"aws:SourceAccount": self.account_id}},
                sid="PublishersOfThisAccount",
            ),
            allow(
                "sns:GetTopicAttributes",
                "sns:ListSubscriptionsByTopic",
                "sns:Publish",
                "sns:SetTopicAttributes",
                "sns:Subscribe",
                on=[topic_arn],
                to=account(self.account_id),
                sid="AccountOwnsTheTopic",
            ),
            deny("sns:Publish", on=[topic_arn], to=ANYONE, when=INSECURE, sid="OnlyOverTls"),
        ]
