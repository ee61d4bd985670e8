"""Backup: jobs that complete at once, and the recovery points they leave in a vault."""

import json
from typing import Any
from urllib.parse import unquote

from moto.backup import urls
from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.models import BackupBackend
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random

from emulator.extension import extends, state

Record = dict[str, Any]

_DAY = 24 * 60 * 60

# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ProtectedResource.html
_RESOURCE_TYPES = {
    ("rds", "cluster"): "Aurora",
    ("rds", "db"): "RDS",
    ("dynamodb", "table"): "DynamoDB",
    ("ec2", "instance"): "EC2",
    ("ec2", "volume"): "EBS",
    ("elasticfilesystem", "file-system"): "EFS",
    ("s3", ""): "S3",
}

urls.url_paths.update(
    {
        "{0}/backup-jobs/?$": BackupResponse.dispatch,
        "{0}/backup-jobs/(?P<backupJobId>[^/]+)$": BackupResponse.dispatch,
    }
)


def records_of(backend: BackupBackend, kind: str) -> dict[str, Record]:
    """Return the records of one kind, as they are answered, by what they are asked for."""
    records: dict[str, Record] = state(backend, kind, dict)
    return records


def find(records: dict[str, Record], name: str) -> Record:
    """Return one record, or answer as AWS does that there is none."""
    if name not in records:
        raise ResourceNotFoundException(f"Cannot find {name}")
    return records[name]


def _resource_type(arn: str) -> str:
    _, _, service, _, _, resource = arn.split(":", 5)
    kind = resource.replace("/", ":").split(":")[0]
    return _RESOURCE_TYPES.get((service, kind)) or _RESOURCE_TYPES.get((service, ""), service)


@extends(BackupResponse)
class JobResponses(BackupResponse):
    """Backup jobs and recovery points."""

    def start_backup_job(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html."""
        backend, params = self.backup_backend, json.loads(self.body)
        vault = backend.describe_backup_vault(params["BackupVaultName"])
        now, job_id = unix_time(), str(mock_random.uuid4())
        owner = f"{backend.region_name}:{backend.account_id}"
        point_arn = f"arn:{backend.partition}:backup:{owner}:recovery-point:{mock_random.uuid4()}"
        lifecycle = params.get("Lifecycle") or {}
        common = {
            "BackupVaultName": vault.backup_vault_name,
            "BackupVaultArn": vault.backup_vault_arn,
            "RecoveryPointArn": point_arn,
            "ResourceArn": params["ResourceArn"],
            "ResourceType": _resource_type(params["ResourceArn"]),
            "IamRoleArn": params["IamRoleArn"],
            "CreationDate": now,
            "CompletionDate": now,
            "BackupSizeInBytes": 0,
            "IsEncrypted": True,
            "EncryptionKeyArn": vault.encryption_key_arn,
            "IsParent": False,
        }
        records_of(backend, "jobs")[job_id] = {
            **common,
            "AccountId": backend.account_id,
            "BackupJobId": job_id,
            "State": "COMPLETED",
            "PercentDone": "100.0",
            "StartBy": now + 60 * params.get("StartWindowMinutes", 480),
            "RecoveryPointLifecycle": lifecycle,
        }
        expiry = lifecycle.get("DeleteAfterDays")
        records_of(backend, "recovery_points")[point_arn] = {
            **common,
            "Status": "COMPLETED",
            "Lifecycle": lifecycle,
            "CalculatedLifecycle": {"DeleteAt": now + expiry * _DAY} if expiry else {},
            "StorageClass": "WARM",
            "VaultType": "BACKUP_VAULT",
        }
        if params.get("RecoveryPointTags"):
            backend.tag_resource(point_arn, params["RecoveryPointTags"])
        vault.num_of_recovery_points += 1
        return ActionResult({"BackupJobId": job_id, "RecoveryPointArn": point_arn, "CreationDate": now})

    def describe_backup_job(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupJob.html."""
        return ActionResult(find(records_of(self.backup_backend, "jobs"), self._get_param("backupJobId")))

    def list_backup_jobs(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html."""
        filters = {
            "State": self._get_param("state"),
            "ResourceArn": self._get_param("resourceArn"),
            "BackupVaultName": self._get_param("backupVaultName"),
            "ResourceType": self._get_param("resourceType"),
        }
        return ActionResult({"BackupJobs": self._matching("jobs", filters)})

    def list_recovery_points_by_backup_vault(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByBackupVault.html."""
        vault = self.backup_backend.describe_backup_vault(self._get_param("backupVaultName"))
        filters = {
            "BackupVaultName": vault.backup_vault_name,
            "ResourceArn": self._get_param("resourceArn"),
            "ResourceType": self._get_param("resourceType"),
        }
        return ActionResult({"RecoveryPoints": self._matching("recovery_points", filters)})

    def describe_recovery_point(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html."""
        return ActionResult(self._recovery_point())

    def delete_recovery_point(self) -> EmptyResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html."""
        point = self._recovery_point()
        del records_of(self.backup_backend, "recovery_points")[point["RecoveryPointArn"]]
        self.backup_backend.describe_backup_vault(point["BackupVaultName"]).num_of_recovery_points -= 1
        return EmptyResult()

    def _recovery_point(self) -> Record:
        arn = unquote(self._get_param("recoveryPointArn"))
        point = find(records_of(self.backup_backend, "recovery_points"), arn)
        if point["BackupVaultName"] != self._get_param("backupVaultName"):
            raise ResourceNotFoundException(f"Cannot find {arn}")
        return point

    def _matching(self, kind: str, filters: dict[str, str | None]) -> list[Record]:
        records = records_of(self.backup_backend, kind).values()
        return [record for record in records if all(value in (None, record[name]) for name, value in filters.items())]
