"""Keys: one customer-managed KMS key per purpose, each usable by just the services of that purpose.

The account itself administers every key, and may use it only through the services named here (`kms:ViaService`), so
that a stolen role with `kms:Decrypt` still cannot decrypt anything by hand. AWS services that act in their own name get
a statement each, bound to this account. https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from stacks.base import Layer
from stacks.iam import EVERYTHING, Condition, Statement, account, allow, policy, service
from stacks.settings import Settings

DELETION_WINDOW_DAYS = 7  # the shortest that KMS allows, so that a destroyed environment is gone in a week

ADMINISTER = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")

# Every service that publishes to the alert topics. Without its own grant an alarm vanishes without a trace:
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
PUBLISHERS = (
    "backup.amazonaws.com",
    "budgets.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "events.rds.amazonaws.com",
)
# One more, which cannot be asked for whom it publishes: docs/decisions/eventbridge-without-conditions.md.
EVENTBRIDGE = "events.amazonaws.com"


@dataclass(frozen=True)
class KeysOutputs:
    """The ARN of each key."""

    database_key_arn: str
    storage_key_arn: str
    logs_key_arn: str
    alerts_key_arn: str
    backup_key_arn: str
    registry_key_arn: str
    tasks_key_arn: str


class Keys(Layer[KeysOutputs]):
    """A key, with its alias, for each purpose."""

    layer = "keys"
    outputs = KeysOutputs

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, settings)
        self.publish(
            KeysOutputs(
                database_key_arn=self._key("database", "Aurora and its secret", through=["rds", "secretsmanager"]),
                storage_key_arn=self._key("storage", "the data bucket and the sessions", through=["s3", "dynamodb"]),
                logs_key_arn=self._key("logs", "log groups", also=[self._logs_may_use()]),
                alerts_key_arn=self._key("alerts", "alert topics", through=["sns"], also=self._publishers_may_use()),
                backup_key_arn=self._key("backup", "recovery points", through=["backup"]),
                registry_key_arn=self._key("registry", "container images", through=["ecr"]),
                tasks_key_arn=self._key("tasks", "the disks of tasks", also=self._fargate_may_use()),
            )
        )

    def _key(self, purpose: str, protects: str, *, through: Sequence[str] = (), also: Sequence[Statement] = ()) -> str:
        key = KmsKey(
            self,
            purpose,
            description=f"Encrypts {protects} of {self.names.suffix}",
            enable_key_rotation=True,
            rotation_period_in_days=365,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            policy=policy(self._account_administers(), *self._account_uses(through), *also),
        )
        KmsAlias(self, f"{purpose}-alias", name=f"alias/{self.names('kms', purpose)}", target_key_id=key.key_id)
        return key.arn

    def _account_administers(self) -> Statement:
        return allow(*ADMINISTER, on=EVERYTHING, to=account(self.account_id), sid="AccountAdministersThisKey")

    def _account_uses(self, services: Sequence[str]) -> list[Statement]:
        """The account's roles, as far as their own policies go, through these services only."""
        if not services:
            return []
        through = {"kms:ViaService": [f"{name}.{self.region}.amazonaws.com" for name in services]}
        me = account(self.account_id)
        for_resources: Condition = {"StringEquals": through, "Bool": {"kms:GrantIsForAWSResource": "true"}}
        return [
            allow(
                *USE, on=EVERYTHING, to=me, when={"StringEquals": through}, sid="AccountUsesThisKeyThroughItsServices"
            ),
            allow("kms:CreateGrant", on=EVERYTHING, to=me, when=for_resources, sid="ItsServicesKeepUsingThisKey"),
        ]

    def _logs_may_use(self) -> Statement:
        """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html."""
        return allow(
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey*",
            "kms:ReEncrypt*",
            on=EVERYTHING,
            to=service(f"logs.{self.region}.amazonaws.com"),
            when={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": self.arn("logs", "log-group:*")}},
            sid="LogGroupsOfThisAccount",
        )

    def _publishers_may_use(self) -> list[Statement]:
        ours: Condition = {"StringEquals": {"aws:SourceAccount": self.account_id}}
        use = ("kms:Decrypt", "kms:GenerateDataKey*")
        return [
            allow(*use, on=EVERYTHING, to=service(*PUBLISHERS), when=ours, sid="PublishersOfThisAccount"),
            allow(*use, on=EVERYTHING, to=service(EVENTBRIDGE), sid="EventBridgeSupportsNoCondition"),
        ]

    def _fargate_may_use(self) -> list[Statement]:
        """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html."""
        fargate = service("fargate.amazonaws.com")
        cluster = {
            "kms:EncryptionContext:aws:ecs:clusterAccount": [self.account_id],
            "kms:EncryptionContext:aws:ecs:clusterName": [self.names("ecs-cluster")],
        }
        only_decrypt = {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt"]}}
        data_key = allow(
            "kms:GenerateDataKeyWithoutPlaintext",
            on=EVERYTHING,
            to=fargate,
            when={"StringEquals": cluster},
            sid="Disks",
        )
        grant = allow(
            "kms:CreateGrant",
            on=EVERYTHING,
            to=fargate,
            when={"StringEquals": cluster, **only_decrypt},
            sid="DisksStayReadable",
        )
        return [data_key, grant]
