"""Backup: daily recovery points of the database and the session table, kept seven days, and restored every week.

This comes on top of Aurora's own continuous backup and DynamoDB's point-in-time recovery: those go back to any second,
these survive the resource itself.
"""

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.backup_plan import BackupPlan, BackupPlanRule, BackupPlanRuleLifecycle
from cdktf_cdktf_provider_aws.backup_region_settings import BackupRegionSettings
from cdktf_cdktf_provider_aws.backup_selection import (
    BackupSelection,
    BackupSelectionCondition,
    BackupSelectionConditionStringEquals,
)
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.backup_vault_notifications import BackupVaultNotifications
from cdktf_cdktf_provider_aws.iam_role import IamRole
from constructs import Construct

from stacks.alarms import Alarm, Metric, Missing, raise_alarms
from stacks.alerting import Alerting
from stacks.backup_role import Protected, backup_role
from stacks.base import Layer
from stacks.database import Database
from stacks.events import Announcement, announce
from stacks.keys import Keys
from stacks.names import tags_of
from stacks.network import Network
from stacks.restore_testing import restore_tests
from stacks.restore_validation import validate_restores
from stacks.settings import Settings
from stacks.storage import Storage

DAY_SECONDS = 24 * 60 * 60
START_WITHIN_MINUTES, COMPLETE_WITHIN_MINUTES = 60, 240

VAULT_EVENTS = ["BACKUP_JOB_EXPIRED", "BACKUP_JOB_FAILED", "COPY_JOB_FAILED", "RESTORE_JOB_FAILED"]


def backup_alarms(*, vault_name: str) -> list[Alarm]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html."""

    def jobs(name: str, period: int) -> Metric:
        dimensions = {"BackupVaultName": vault_name}
        return Metric(namespace="AWS/Backup", name=name, dimensions=dimensions, statistic="Sum", period=period)

    return [
        Alarm(
            name="backup-failed",
            watches=jobs("NumberOfBackupJobsFailed", period=300),
            above=0,
            missing=Missing.OK,
            means="A backup job failed.",
            runbook="backup-failed",
        ),
        Alarm(
            name="backup-missing",
            watches=jobs("NumberOfBackupJobsCompleted", period=DAY_SECONDS),
            below=1,
            missing=Missing.ALARM,
            severity="ticket",
            means="No backup job has completed for a day.",
            runbook="backup-failed",
        ),
    ]


def backup_events(*, role_arn: str) -> list[Announcement]:
    """Jobs of this environment are those that run as its role.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
    """
    unsuccessful = ["ABORTED", "EXPIRED", "FAILED"]
    return [
        Announcement(
            name="backup-job",
            means="A backup job ended without success",
            pattern={
                "source": ["aws.backup"],
                "detail-type": ["Backup Job State Change"],
                "detail": {"iamRoleArn": [role_arn], "state": unsuccessful},
            },
            sentence="a backup of <resource> ended as <state>: <message>",
            words={"resource": "$.detail.resourceArn", "state": "$.detail.state", "message": "$.detail.statusMessage"},
            runbook="backup-failed",
        ),
        Announcement(
            name="restore-job",
            means="A restore job, or a test of one, ended without success",
            pattern={
                "source": ["aws.backup"],
                "detail-type": ["Restore Job State Change"],
                "detail": {"iamRoleArn": [role_arn], "status": unsuccessful},
            },
            sentence="a restore of type <type> ended as <state>: <message>",
            words={"type": "$.detail.resourceType", "state": "$.detail.status", "message": "$.detail.statusMessage"},
            runbook="backup-failed",
        ),
    ]


@dataclass(frozen=True)
class BackupOutputs:
    """Where recovery points are, who may restore them, and which alarms page."""

    vault_name: str
    vault_arn: str
    backup_role_arn: str
    paging_alarm_names: list[str]


class Backup(Layer[BackupOutputs]):
    """The vault, the plan that fills it, and the test that proves that it can be emptied back into the world."""

    layer = "backup"
    outputs = BackupOutputs

    def __init__(
        self,
        scope: Construct,
        settings: Settings,
        *,
        keys: Keys,
        alerting: Alerting,
        network: Network,
        storage: Storage,
        database: Database,
    ) -> None:
        super().__init__(scope, settings)
        protected = Protected(keys=self.read(keys), storage=self.read(storage), database=self.read(database))
        topic_arn = self.read(alerting).alert_topic_arn
        self._opt_in()
        vault = self._vault(key_arn=protected.keys.backup_key_arn, topic_arn=topic_arn)
        role = backup_role(self, protected, vault_arn=vault.arn)
        self._plan(vault, protected, role)
        beside = self.read(network)
        tests = restore_tests(self, protected, beside, vault_arn=vault.arn, role_arn=role.arn)
        validate_restores(self, protected, beside, plan_arn=tests.arn, topic_arn=topic_arn)
        paging = self._watch(vault, role, topic_arn=topic_arn)

        self.publish(
            BackupOutputs(
                vault_name=vault.name, vault_arn=vault.arn, backup_role_arn=role.arn, paging_alarm_names=paging
            )
        )

    def _opt_in(self) -> None:
        """Switch AWS Backup on for the two services; the account's other choices are not ours to make or to undo.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
        """
        BackupRegionSettings(
            self,
            "region-settings",
            resource_type_opt_in_preference={"Aurora": True, "DynamoDB": True},
            resource_type_management_preference={"DynamoDB": True},
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=["resource_type_opt_in_preference", "resource_type_management_preference"]
            ),
        )

    def _vault(self, *, key_arn: str, topic_arn: str) -> BackupVault:
        vault = BackupVault(self, "vault", name=self.names("backup-vault"), kms_key_arn=key_arn, force_destroy=True)
        BackupVaultNotifications(
            self,
            "vault-notifications",
            backup_vault_name=vault.name,
            sns_topic_arn=topic_arn,
            backup_vault_events=VAULT_EVENTS,
        )
        return vault

    def _plan(self, vault: BackupVault, protected: Protected, role: IamRole) -> None:
        environment, backup = self.settings.environment, self.settings.backup
        plan = BackupPlan(
            self,
            "plan",
            name=self.names("backup-plan"),
            rule=[
                BackupPlanRule(
                    rule_name="daily",
                    target_vault_name=vault.name,
                    schedule=backup.schedule,
                    start_window=START_WITHIN_MINUTES,
                    completion_window=COMPLETE_WITHIN_MINUTES,
                    lifecycle=BackupPlanRuleLifecycle(delete_after=backup.retention_days),
                    # The provider's default tags reach the plan, not what it makes.
                    recovery_point_tags=tags_of(self.settings, layer=self.layer, managed_by="aws-backup"),
                )
            ],
        )
        ours = BackupSelectionConditionStringEquals(key="aws:ResourceTag/Environment", value=environment.suffix)
        BackupSelection(
            self,
            "selection",
            name=self.names("backup-selection"),
            plan_id=plan.id,
            iam_role_arn=role.arn,
            resources=[protected.database.cluster_arn, protected.storage.session_table_arn],
            condition=[BackupSelectionCondition(string_equals=[ours])],
        )

    def _watch(self, vault: BackupVault, role: IamRole, *, topic_arn: str) -> list[str]:
        for event in backup_events(role_arn=role.arn):
            announce(self, event, topic_arn=topic_arn)
        return raise_alarms(self, backup_alarms(vault_name=vault.name), topic_arn=topic_arn)
