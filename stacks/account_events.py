"""Events of the account that concern the environment: a key about to vanish, trouble at AWS, an ageing certificate."""

from dataclasses import fields

from stacks.events import Announcement
from stacks.keys import KeysOutputs

# The services whose trouble is this environment's trouble, as AWS Health names them.
SERVICES = [
    "ACM",
    "BACKUP",
    "DYNAMODB",
    "ECR",
    "ECS",
    "ELASTICLOADBALANCING",
    "FARGATE",
    "KMS",
    "RDS",
    "S3",
    "SNS",
    "VPC",
]


def account_events(keys: KeysOutputs) -> list[Announcement]:
    """The rules; those about API calls need a CloudTrail trail in the account, as accounts should have."""
    key_arns = [getattr(keys, field.name) for field in fields(keys)]
    return [
        Announcement(
            name="key-deletion",
            means="Somebody disabled a key of this environment, or scheduled its deletion",
            pattern={
                "source": ["aws.kms"],
                "detail-type": ["AWS API Call via CloudTrail"],
                "detail": {
                    "eventSource": ["kms.amazonaws.com"],
                    "eventName": ["DisableKey", "ScheduleKeyDeletion"],
                    "resources": {"ARN": key_arns},
                },
            },
            sentence="<who> called <call> on one of its keys. What the key encrypts is lost once it is deleted.",
            words={"who": "$.detail.userIdentity.arn", "call": "$.detail.eventName"},
            runbook="key-deletion",
        ),
        Announcement(
            name="aws-health",
            means="AWS reports trouble or a planned change of a service that this environment uses",
            pattern={
                "source": ["aws.health"],
                "detail-type": ["AWS Health Event"],
                "detail": {"service": SERVICES, "eventTypeCategory": ["issue", "scheduledChange"]},
            },
            sentence="AWS Health reports <type> for <service>.",
            words={"type": "$.detail.eventTypeCode", "service": "$.detail.service"},
            runbook="aws-health",
        ),
        Announcement(
            name="certificate-expiring",
            means="A certificate of the account is about to expire and has not been renewed",
            pattern={"source": ["aws.acm"], "detail-type": ["ACM Certificate Approaching Expiration"]},
            sentence="the certificate for <name> expires in <days> days.",
            words={"name": "$.detail.CommonName", "days": "$.detail.DaysToExpiry"},
            runbook="certificate-expiring",
        ),
    ]
