"""Backup: restore jobs, which complete at once and restore nothing, and what was found when a copy was looked at."""

import json
from typing import Any

from moto.backup import urls
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random

from emulator.extension import extends
from emulator.services.backup_jobs import find, records_of

urls.url_paths.update(
    {
        "{0}/restore-jobs/?$": BackupResponse.dispatch,
        "{0}/restore-jobs/(?P<restoreJobId>[^/]+)$": BackupResponse.dispatch,
        "{0}/restore-jobs/(?P<restoreJobId>[^/]+)/validations$": BackupResponse.dispatch,
    }
)


@extends(BackupResponse)
class RestoreJobResponses(BackupResponse):
    """Restore jobs."""

    def start_restore_job(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartRestoreJob.html."""
        backend, params = self.backup_backend, json.loads(self.body)
        point = find(records_of(backend, "recovery_points"), params["RecoveryPointArn"])
        now, job_id = unix_time(), str(mock_random.uuid4())
        records_of(backend, "restore_jobs")[job_id] = {
            "AccountId": backend.account_id,
            "RestoreJobId": job_id,
            "RecoveryPointArn": point["RecoveryPointArn"],
            "SourceResourceArn": point["ResourceArn"],
            "BackupVaultArn": point["BackupVaultArn"],
            "ResourceType": point["ResourceType"],
            "CreationDate": now,
            "CompletionDate": now,
            "Status": "COMPLETED",
            "PercentDone": "100.00%",
            "IamRoleArn": params.get("IamRoleArn"),
        }
        return ActionResult({"RestoreJobId": job_id})

    def describe_restore_job(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRestoreJob.html."""
        return ActionResult(self._restore_job())

    def list_restore_jobs(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRestoreJobs.html."""
        asked = {"ResourceType": self._get_param("resourceType"), "Status": self._get_param("status")}
        jobs = records_of(self.backup_backend, "restore_jobs").values()
        found = [job for job in jobs if all(value in (None, job[name]) for name, value in asked.items())]
        return ActionResult({"RestoreJobs": found})

    def put_restore_validation_result(self) -> EmptyResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutRestoreValidationResult.html."""
        params = json.loads(self.body)
        job = self._restore_job()
        job["ValidationStatus"] = params["ValidationStatus"]
        job["ValidationStatusMessage"] = params.get("ValidationStatusMessage")
        return EmptyResult()

    def _restore_job(self) -> dict[str, Any]:
        return find(records_of(self.backup_backend, "restore_jobs"), self._get_param("restoreJobId"))
