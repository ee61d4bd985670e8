"""Backup: plans that test whether recovery points can be restored, and the resources they test with.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

import json

from moto.backup import urls
from moto.backup.exceptions import AlreadyExistsException, InvalidRequestException
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random

from emulator.extension import extends
from emulator.services.backup_jobs import Record, find, records_of

urls.url_paths.update(
    {
        "{0}/restore-testing/plans$": BackupResponse.dispatch,
        "{0}/restore-testing/plans/(?P<rest>.+)$": BackupResponse.dispatch,
    }
)


@extends(BackupResponse)
class RestoreTestingResponses(BackupResponse):
    """Restore testing plans and what they select.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
    """

    def create_restore_testing_plan(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateRestoreTestingPlan.html."""
        backend, params = self.backup_backend, json.loads(self.body)
        plans, plan = records_of(backend, "restore_testing_plans"), params["RestoreTestingPlan"]
        name = plan["RestoreTestingPlanName"]
        if name in plans:
            raise AlreadyExistsException(f"Restore testing plan {name} already exists")
        now, owner = unix_time(), f"{backend.region_name}:{backend.account_id}"
        arn = f"arn:{backend.partition}:backup:{owner}:restore-testing-plan:{name}-{mock_random.uuid4()}"
        plans[name] = {
            "ScheduleExpressionTimezone": "Etc/UTC",
            "StartWindowHours": 24,
            **plan,
            "RecoveryPointSelection": {
                "ExcludeVaults": [],
                "SelectionWindowDays": 30,
                **plan["RecoveryPointSelection"],
            },
            "RestoreTestingPlanArn": arn,
            "CreationTime": now,
            "LastUpdateTime": now,
            "CreatorRequestId": params.get("CreatorRequestId"),
        }
        if params.get("Tags"):
            backend.tag_resource(arn, params["Tags"])
        return ActionResult(plans[name])

    def get_restore_testing_plan(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRestoreTestingPlan.html."""
        return ActionResult({"RestoreTestingPlan": self._testing_plan()})

    def list_restore_testing_plans(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRestoreTestingPlans.html."""
        plans = records_of(self.backup_backend, "restore_testing_plans")
        return ActionResult({"RestoreTestingPlans": list(plans.values())})

    def update_restore_testing_plan(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRestoreTestingPlan.html."""
        plan, changes = self._testing_plan(), json.loads(self.body)["RestoreTestingPlan"]
        selection = {**plan["RecoveryPointSelection"], **(changes.get("RecoveryPointSelection") or {})}
        plan.update({**changes, "RecoveryPointSelection": selection, "LastUpdateTime": unix_time()})
        return ActionResult({**plan, "UpdateTime": plan["LastUpdateTime"]})

    def delete_restore_testing_plan(self) -> EmptyResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRestoreTestingPlan.html."""
        name = self._testing_plan()["RestoreTestingPlanName"]
        if self._testing_selections():
            raise InvalidRequestException("Delete the restore testing selections of the plan first")
        del records_of(self.backup_backend, "restore_testing_plans")[name]
        return EmptyResult()

    def create_restore_testing_selection(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateRestoreTestingSelection.html."""
        plan, params = self._testing_plan(), json.loads(self.body)
        selection, known = params["RestoreTestingSelection"], self._testing_selections()
        name = selection["RestoreTestingSelectionName"]
        if name in known:
            raise AlreadyExistsException(f"Restore testing selection {name} already exists")
        known[name] = {
            "ProtectedResourceConditions": {"StringEquals": [], "StringNotEquals": []},
            "RestoreMetadataOverrides": {},
            "ValidationWindowHours": 0,
            **selection,
            "RestoreTestingPlanName": plan["RestoreTestingPlanName"],
            "RestoreTestingPlanArn": plan["RestoreTestingPlanArn"],
            "CreationTime": unix_time(),
            "CreatorRequestId": params.get("CreatorRequestId"),
        }
        return ActionResult(known[name])

    def get_restore_testing_selection(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRestoreTestingSelection.html."""
        return ActionResult({"RestoreTestingSelection": self._testing_selection()})

    def list_restore_testing_selections(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRestoreTestingSelections.html."""
        return ActionResult({"RestoreTestingSelections": list(self._testing_selections().values())})

    def update_restore_testing_selection(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRestoreTestingSelection.html."""
        selection = self._testing_selection()
        selection.update(json.loads(self.body)["RestoreTestingSelection"])
        return ActionResult({**selection, "UpdateTime": unix_time()})

    def delete_restore_testing_selection(self) -> EmptyResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRestoreTestingSelection.html."""
        del self._testing_selections()[self._testing_selection()["RestoreTestingSelectionName"]]
        return EmptyResult()

    def _testing_plan(self) -> Record:
        plans = records_of(self.backup_backend, "restore_testing_plans")
        return find(plans, self._get_param("RestoreTestingPlanName"))

    def _testing_selections(self) -> dict[str, Record]:
        name = self._testing_plan()["RestoreTestingPlanArn"]
        return records_of(self.backup_backend, f"restore_testing_selections_{name}")

    def _testing_selection(self) -> Record:
        return find(self._testing_selections(), self._get_param("RestoreTestingSelectionName"))
