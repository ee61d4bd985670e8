"""Backup: what a plan selects, changes of a plan, a vault's policy and notifications, and the region's settings.

Jobs and recovery points are in `backup_jobs`, the tests that restore them in `backup_testing`.
"""

import json
from typing import Any
from urllib.parse import unquote

from moto.backup import urls
from moto.backup.exceptions import (
    AlreadyExistsException,
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from moto.backup.models import BackupBackend, Plan, Vault
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random

from emulator.extension import extends, state

_delete_plan = BackupBackend.delete_backup_plan

# A recovery point stays cold for at least 90 days.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
_COLD_DAYS = 90

urls.url_paths.update(
    {
        "{0}/account-settings$": BackupResponse.dispatch,
        "{0}/backup-vaults/(?P<backupVaultName>[^/]+)/(?P<setting>.+)$": BackupResponse.dispatch,
    }
)


def selections(backend: BackupBackend, plan_id: str) -> dict[str, dict[str, Any]]:
    """Return the selections of a plan by their ids."""
    if plan_id not in backend.plans or backend.plans[plan_id].deletion_date:
        raise ResourceNotFoundException(f"Cannot find Backup plan with ID {plan_id}")
    by_plan: dict[str, dict[str, dict[str, Any]]] = state(backend, "selections", dict)
    return by_plan.setdefault(plan_id, {})


def _vault_settings(backend: BackupBackend, vault_name: str) -> dict[str, Any]:
    """Return the policy and the notifications of a vault, which go when it goes."""
    settings: dict[str, Any] = vars(backend.describe_backup_vault(vault_name)).setdefault("_settings", {})
    return settings


def _region_settings(backend: BackupBackend) -> dict[str, dict[str, bool]]:
    names = ("ResourceTypeOptInPreference", "ResourceTypeManagementPreference")
    return state(backend, "region_settings", lambda: {name: {} for name in names})


@extends(Vault)
class CountedVault(Vault):
    """A vault that says how much is in it, under the name that DescribeBackupVault answers.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupVault.html
    """

    @property
    def number_of_recovery_points(self) -> int:
        """Return the count that moto answers in lists of vaults only."""
        return self.num_of_recovery_points


@extends(BackupBackend)
class PlanCalls(BackupBackend):
    """What moto's own calls on plans and vaults accept and AWS does not, or the other way round."""

    def create_backup_plan(
        self, backup_plan: dict[str, Any], backup_plan_tags: dict[str, str], creator_request_id: str
    ) -> Plan:
        """Create a plan; one that was deleted does not keep its name.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupPlan.html
        """
        alive = [plan.backup_plan for plan in self.plans.values() if not plan.deletion_date]
        if any(plan["BackupPlanName"] == backup_plan["BackupPlanName"] for plan in alive):
            raise AlreadyExistsException("Backup plan with the same plan document already exists")
        for rule in backup_plan["Rules"]:
            lifecycle = rule.get("Lifecycle") or {}
            cold, deleted = lifecycle.get("MoveToColdStorageAfterDays"), lifecycle.get("DeleteAfterDays")
            if cold and deleted and deleted < cold + _COLD_DAYS:
                raise InvalidParameterValueException(
                    f"DeleteAfterDays cannot be less than {_COLD_DAYS} days apart from MoveToColdStorageAfterDays"
                )
        plan = Plan(backup_plan, creator_request_id, self)
        self.plans[plan.backup_plan_id] = plan
        if backup_plan_tags:
            self.tag_resource(plan.backup_plan_arn, backup_plan_tags)
        return plan

    def delete_backup_plan(self, backup_plan_id: str) -> tuple[str, str, float, str]:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupPlan.html."""
        if selections(self, backup_plan_id):
            raise InvalidRequestException(
                "Related backup plan selections must be deleted prior to backup plan deletion"
            )
        return _delete_plan(self, backup_plan_id)

    def delete_backup_vault(self, backup_vault_name: str) -> None:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVault.html."""
        if self.describe_backup_vault(backup_vault_name).num_of_recovery_points:
            raise InvalidRequestException("Backup vault cannot be deleted because it contains recovery points")
        del self.vaults[backup_vault_name]


@extends(BackupResponse)
class PlanResponses(BackupResponse):
    """Selections, changes of plans, settings of vaults and of the region, and tags."""

    def update_backup_plan(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateBackupPlan.html."""
        backend, plan_id = self.backup_backend, self._get_param("backupPlanId")
        selections(backend, plan_id)
        plan = backend.plans[plan_id]
        changed = Plan(json.loads(self.body)["BackupPlan"], plan.creator_request_id, backend)
        plan.backup_plan = changed.backup_plan
        plan.advanced_backup_settings = changed.advanced_backup_settings
        plan.version_id = changed.version_id
        return ActionResult(plan.to_dict())

    def create_backup_selection(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html."""
        plan_id, params = self._get_param("backupPlanId"), json.loads(self.body)
        known, selection = selections(self.backup_backend, plan_id), params["BackupSelection"]
        for identifier, other in known.items():
            if other["BackupSelection"]["SelectionName"] == selection["SelectionName"]:
                raise AlreadyExistsException(f"Backup selection already exists: {identifier}")
        identifier = str(mock_random.uuid4())
        known[identifier] = {
            "BackupSelection": selection,
            "SelectionId": identifier,
            "BackupPlanId": plan_id,
            "CreationDate": unix_time(),
            "CreatorRequestId": params.get("CreatorRequestId"),
        }
        return ActionResult(known[identifier])

    def get_backup_selection(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupSelection.html."""
        return ActionResult(self._selections()[self._selection_id()])

    def delete_backup_selection(self) -> EmptyResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupSelection.html."""
        del self._selections()[self._selection_id()]
        return EmptyResult()

    def list_backup_selections(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupSelections.html."""
        found = [{**each, **each["BackupSelection"]} for each in self._selections().values()]
        return ActionResult({"BackupSelectionsList": found})

    def put_backup_vault_notifications(self) -> EmptyResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultNotifications.html."""
        return self._put_vault_setting("notifications")

    def get_backup_vault_notifications(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupVaultNotifications.html."""
        return self._get_vault_setting("notifications")

    def delete_backup_vault_notifications(self) -> EmptyResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVaultNotifications.html."""
        return self._delete_vault_setting("notifications")

    def put_backup_vault_access_policy(self) -> EmptyResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultAccessPolicy.html."""
        return self._put_vault_setting("access policy")

    def get_backup_vault_access_policy(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupVaultAccessPolicy.html."""
        return self._get_vault_setting("access policy")

    def delete_backup_vault_access_policy(self) -> EmptyResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVaultAccessPolicy.html."""
        return self._delete_vault_setting("access policy")

    def describe_region_settings(self) -> ActionResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRegionSettings.html."""
        return ActionResult(_region_settings(self.backup_backend))

    def update_region_settings(self) -> EmptyResult:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html."""
        params = json.loads(self.body)
        for name, settings in _region_settings(self.backup_backend).items():
            settings.update(params.get(name) or {})
        return EmptyResult()

    def list_tags(self) -> str:
        """Read the ARN where the request has it; moto's wants a slash behind it, which not every client sends.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListTags.html
        """
        arn = unquote(self.path.split("/tags/", 1)[1]).rstrip("/")
        return json.dumps({"Tags": self.backup_backend.list_tags(arn)})

    def _selections(self) -> dict[str, dict[str, Any]]:
        return selections(self.backup_backend, self._get_param("backupPlanId"))

    def _selection_id(self) -> str:
        identifier: str = self._get_param("selectionId")
        if identifier not in self._selections():
            raise ResourceNotFoundException(f"Cannot find Backup selection with ID {identifier}")
        return identifier

    def _put_vault_setting(self, setting: str) -> EmptyResult:
        params = json.loads(self.body) if self.body else {}
        _vault_settings(self.backup_backend, self._get_param("backupVaultName"))[setting] = params
        return EmptyResult()

    def _get_vault_setting(self, setting: str) -> ActionResult:
        vault = self.backup_backend.describe_backup_vault(self._get_param("backupVaultName"))
        found = _vault_settings(self.backup_backend, vault.backup_vault_name).get(setting)
        if found is None:
            raise ResourceNotFoundException(f"Backup vault {vault.backup_vault_name} has no {setting}")
        name, arn = vault.backup_vault_name, vault.backup_vault_arn
        return ActionResult({**found, "BackupVaultName": name, "BackupVaultArn": arn})

    def _delete_vault_setting(self, setting: str) -> EmptyResult:
        _vault_settings(self.backup_backend, self._get_param("backupVaultName")).pop(setting, None)
        return EmptyResult()
