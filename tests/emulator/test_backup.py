import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.backup
import emulator.services.backup_jobs
import emulator.services.backup_restores
import emulator.services.backup_testing  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

# Reads the model of a service once, where a session for every test would read it again.
AWS = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")

ROLE = "arn:aws:iam::123456789012:role/backup"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/sessions"
CLUSTER = "arn:aws:rds:us-east-1:123456789012:cluster:db"


@pytest.fixture
def backup() -> Iterator[Client]:
    with mock_aws():
        client = AWS.client("backup")
        client.create_backup_vault(BackupVaultName="vault", EncryptionKeyArn="arn:key")
        yield client


def rule(**settings: object) -> dict[str, Any]:
    return {"RuleName": "daily", "TargetBackupVaultName": "vault", **settings}


def create_plan(backup: Client, *rules: dict[str, Any], tags: dict[str, str] | None = None) -> str:
    plan = {"BackupPlanName": "plan", "Rules": list(rules) or [rule()]}
    identifier: str = backup.create_backup_plan(BackupPlan=plan, BackupPlanTags=tags or {})["BackupPlanId"]
    return identifier


def select(backup: Client, plan: str, name: str = "all") -> str:
    selection = {"SelectionName": name, "IamRoleArn": ROLE, "Resources": [TABLE]}
    created = backup.create_backup_selection(BackupPlanId=plan, BackupSelection=selection)
    identifier: str = created["SelectionId"]
    return identifier


def start_job(backup: Client, resource: str = TABLE, **settings: object) -> dict[str, Any]:
    job = {"BackupVaultName": "vault", "ResourceArn": resource, "IamRoleArn": ROLE, **settings}
    answer: dict[str, Any] = backup.start_backup_job(**job)
    return answer


def create_testing_plan(backup: Client) -> str:
    plan = {
        "RestoreTestingPlanName": "weekly",
        "ScheduleExpression": "cron(0 9 ? * MON *)",
        "RecoveryPointSelection": {
            "Algorithm": "LATEST_WITHIN_WINDOW",
            "IncludeVaults": ["*"],
            "RecoveryPointTypes": ["SNAPSHOT"],
        },
    }
    arn: str = backup.create_restore_testing_plan(RestoreTestingPlan=plan, Tags={"a": "1"})["RestoreTestingPlanArn"]
    return arn


def error(call: Client, **arguments: object) -> str:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    code: str = raised.value.response["Error"]["Code"]
    return code


def test_a_plan_keeps_its_rules_and_changes_version_with_them(backup: Client) -> None:
    lifecycle = {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 120}
    identifier = create_plan(backup, rule(Lifecycle=lifecycle, RecoveryPointTags={"a": "1"}), rule(RuleName="two"))
    before = backup.get_backup_plan(BackupPlanId=identifier)
    assert [found["RuleName"] for found in before["BackupPlan"]["Rules"]] == ["daily", "two"]
    assert before["BackupPlan"]["Rules"][0]["Lifecycle"] == lifecycle
    assert before["BackupPlan"]["Rules"][0]["RecoveryPointTags"] == {"a": "1"}
    changed = {"BackupPlanName": "plan", "Rules": [rule(StartWindowMinutes=90)]}
    backup.update_backup_plan(BackupPlanId=identifier, BackupPlan=changed)
    after = backup.get_backup_plan(BackupPlanId=identifier)
    assert [found["StartWindowMinutes"] for found in after["BackupPlan"]["Rules"]] == [90]
    assert after["VersionId"] != before["VersionId"]
    assert error(backup.update_backup_plan, BackupPlanId="no", BackupPlan=changed) == "ResourceNotFoundException"


def test_a_recovery_point_stays_cold_for_ninety_days(backup: Client) -> None:
    lifecycle = {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 100}
    plan = {"BackupPlanName": "plan", "Rules": [rule(Lifecycle=lifecycle)]}
    assert error(backup.create_backup_plan, BackupPlan=plan) == "InvalidParameterValueException"


def test_the_name_of_a_plan_is_taken_until_it_is_deleted(backup: Client) -> None:
    identifier = create_plan(backup)
    again = {"BackupPlanName": "plan", "Rules": [rule()]}
    assert error(backup.create_backup_plan, BackupPlan=again) == "AlreadyExistsException"
    backup.delete_backup_plan(BackupPlanId=identifier)
    assert backup.create_backup_plan(BackupPlan=again)["BackupPlanId"] != identifier


def test_a_selection_is_read_listed_and_deleted(backup: Client) -> None:
    plan = create_plan(backup)
    identifier = select(backup, plan)
    found = backup.get_backup_selection(BackupPlanId=plan, SelectionId=identifier)["BackupSelection"]
    assert (found["SelectionName"], found["Resources"]) == ("all", [TABLE])
    [listed] = backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"]
    assert (listed["SelectionId"], listed["IamRoleArn"]) == (identifier, ROLE)
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        select(backup, plan)
    assert error(backup.delete_backup_plan, BackupPlanId=plan) == "InvalidRequestException"
    backup.delete_backup_selection(BackupPlanId=plan, SelectionId=identifier)
    missing = error(backup.get_backup_selection, BackupPlanId=plan, SelectionId=identifier)
    assert missing == "ResourceNotFoundException"
    backup.delete_backup_plan(BackupPlanId=plan)
    assert error(backup.list_backup_selections, BackupPlanId=plan) == "ResourceNotFoundException"


def test_the_policy_of_a_vault(backup: Client) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    assert error(backup.get_backup_vault_access_policy, BackupVaultName="vault") == "ResourceNotFoundException"
    backup.put_backup_vault_access_policy(BackupVaultName="vault", Policy=policy)
    found = backup.get_backup_vault_access_policy(BackupVaultName="vault")
    assert (found["Policy"], found["BackupVaultName"]) == (policy, "vault")
    backup.delete_backup_vault_access_policy(BackupVaultName="vault")
    assert error(backup.get_backup_vault_access_policy, BackupVaultName="vault") == "ResourceNotFoundException"


def test_the_notifications_of_a_vault(backup: Client) -> None:
    settings = {"SNSTopicArn": "arn:topic", "BackupVaultEvents": ["BACKUP_JOB_FAILED"]}
    backup.put_backup_vault_notifications(BackupVaultName="vault", **settings)
    found = backup.get_backup_vault_notifications(BackupVaultName="vault")
    assert {name: found[name] for name in settings} == settings
    assert found["BackupVaultArn"].endswith(":backup-vault:vault")
    backup.delete_backup_vault_notifications(BackupVaultName="vault")
    assert error(backup.get_backup_vault_notifications, BackupVaultName="vault") == "ResourceNotFoundException"
    assert error(backup.put_backup_vault_notifications, BackupVaultName="no", **settings) == (
        "ResourceNotFoundException"
    )


def test_settings_of_the_region_are_merged(backup: Client) -> None:
    backup.update_region_settings(ResourceTypeOptInPreference={"Aurora": True, "EBS": True})
    backup.update_region_settings(
        ResourceTypeOptInPreference={"EBS": False}, ResourceTypeManagementPreference={"DynamoDB": True}
    )
    found = backup.describe_region_settings()
    assert found["ResourceTypeOptInPreference"] == {"Aurora": True, "EBS": False}
    assert found["ResourceTypeManagementPreference"] == {"DynamoDB": True}
    other = AWS.client("backup", region_name="eu-west-1").describe_region_settings()
    assert other["ResourceTypeOptInPreference"] == {}


def test_tags_are_added_and_removed(backup: Client) -> None:
    plan = create_plan(backup, tags={"a": "1"})
    arn = backup.get_backup_plan(BackupPlanId=plan)["BackupPlanArn"]
    backup.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    backup.untag_resource(ResourceArn=arn, TagKeyList=["a"])
    assert backup.list_tags(ResourceArn=arn)["Tags"] == {"b": "2"}


@pytest.mark.parametrize(("resource", "kind"), [(TABLE, "DynamoDB"), (CLUSTER, "Aurora")])
def test_a_job_completes_and_leaves_a_recovery_point(backup: Client, resource: str, kind: str) -> None:
    started = start_job(backup, resource, Lifecycle={"DeleteAfterDays": 7}, RecoveryPointTags={"a": "1"})
    job = backup.describe_backup_job(BackupJobId=started["BackupJobId"])
    assert (job["State"], job["ResourceType"], job["PercentDone"]) == ("COMPLETED", kind, "100.0")
    [point] = backup.list_recovery_points_by_backup_vault(BackupVaultName="vault")["RecoveryPoints"]
    assert (point["RecoveryPointArn"], point["ResourceArn"]) == (started["RecoveryPointArn"], resource)
    assert (point["CalculatedLifecycle"]["DeleteAt"] - point["CreationDate"]).days == 7
    where = {"BackupVaultName": "vault", "RecoveryPointArn": point["RecoveryPointArn"]}
    assert backup.describe_recovery_point(**where)["EncryptionKeyArn"] == "arn:key"
    assert backup.list_tags(ResourceArn=point["RecoveryPointArn"])["Tags"] == {"a": "1"}


def test_jobs_and_recovery_points_are_filtered(backup: Client) -> None:
    start_job(backup, TABLE)
    start_job(backup, CLUSTER)
    [job] = backup.list_backup_jobs(ByResourceArn=CLUSTER, ByState="COMPLETED")["BackupJobs"]
    assert job["ResourceArn"] == CLUSTER
    assert backup.list_backup_jobs(ByState="FAILED")["BackupJobs"] == []
    assert len(backup.list_backup_jobs(ByBackupVaultName="vault")["BackupJobs"]) == 2
    points = backup.list_recovery_points_by_backup_vault(BackupVaultName="vault", ByResourceType="DynamoDB")
    assert [point["ResourceArn"] for point in points["RecoveryPoints"]] == [TABLE]
    assert error(backup.describe_backup_job, BackupJobId="no") == "ResourceNotFoundException"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        start_job(backup, BackupVaultName="no")


def test_a_vault_is_deleted_when_it_is_empty(backup: Client) -> None:
    point = start_job(backup)["RecoveryPointArn"]
    assert backup.describe_backup_vault(BackupVaultName="vault")["NumberOfRecoveryPoints"] == 1
    assert error(backup.delete_backup_vault, BackupVaultName="vault") == "InvalidRequestException"
    backup.delete_recovery_point(BackupVaultName="vault", RecoveryPointArn=point)
    backup.delete_backup_vault(BackupVaultName="vault")
    assert error(backup.delete_backup_vault, BackupVaultName="vault") == "ResourceNotFoundException"
    listed = error(backup.list_recovery_points_by_backup_vault, BackupVaultName="vault")
    assert listed == "ResourceNotFoundException"


def test_a_restore_testing_plan_and_its_selection(backup: Client) -> None:
    arn = create_testing_plan(backup)
    where = {"RestoreTestingPlanName": "weekly"}
    found = backup.get_restore_testing_plan(**where)["RestoreTestingPlan"]
    assert (found["StartWindowHours"], found["RecoveryPointSelection"]["SelectionWindowDays"]) == (24, 30)
    assert backup.list_tags(ResourceArn=arn)["Tags"] == {"a": "1"}
    backup.update_restore_testing_plan(**where, RestoreTestingPlan={"StartWindowHours": 2})
    assert [p["StartWindowHours"] for p in backup.list_restore_testing_plans()["RestoreTestingPlans"]] == [2]

    selection = {
        "RestoreTestingSelectionName": "tables",
        "ProtectedResourceType": "DynamoDB",
        "ProtectedResourceArns": [TABLE],
        "IamRoleArn": ROLE,
    }
    backup.create_restore_testing_selection(**where, RestoreTestingSelection=selection)
    one = {**where, "RestoreTestingSelectionName": "tables"}
    change = {"ValidationWindowHours": 3}
    backup.update_restore_testing_selection(**one, RestoreTestingSelection=change)
    read = backup.get_restore_testing_selection(**one)["RestoreTestingSelection"]
    assert {name: read[name] for name in selection} == selection
    assert read["ValidationWindowHours"] == 3
    assert len(backup.list_restore_testing_selections(**where)["RestoreTestingSelections"]) == 1

    with pytest.raises(ClientError, match="AlreadyExistsException"):
        create_testing_plan(backup)
    assert error(backup.delete_restore_testing_plan, **where) == "InvalidRequestException"
    backup.delete_restore_testing_selection(**one)
    assert error(backup.get_restore_testing_selection, **one) == "ResourceNotFoundException"
    backup.delete_restore_testing_plan(**where)
    assert error(backup.get_restore_testing_plan, **where) == "ResourceNotFoundException"


def test_backups_belong_to_an_account_and_a_region(backup: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    create_testing_plan(backup)
    start_job(backup)
    other = AWS.client("backup", region_name="eu-west-1")
    assert other.list_restore_testing_plans()["RestoreTestingPlans"] == []
    assert other.list_backup_jobs()["BackupJobs"] == []
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "210987654321")
    assert backup.list_backup_jobs()["BackupJobs"] == []
    assert backup.list_restore_testing_plans()["RestoreTestingPlans"] == []


def start_restore(backup: Client) -> str:
    point = start_job(backup)["RecoveryPointArn"]
    job: str = backup.start_restore_job(RecoveryPointArn=point, IamRoleArn=ROLE, Metadata={})["RestoreJobId"]
    return job


def test_a_restore_job_is_complete_at_once_and_of_its_recovery_point(backup: Client) -> None:
    job = backup.describe_restore_job(RestoreJobId=start_restore(backup))
    assert (job["Status"], job["ResourceType"], job["SourceResourceArn"]) == ("COMPLETED", "DynamoDB", TABLE)
    assert "ValidationStatus" not in job


def test_restore_jobs_are_listed_by_type(backup: Client) -> None:
    job = start_restore(backup)
    assert [one["RestoreJobId"] for one in backup.list_restore_jobs(ByResourceType="DynamoDB")["RestoreJobs"]] == [job]
    assert backup.list_restore_jobs(ByResourceType="Aurora")["RestoreJobs"] == []
    assert len(backup.list_restore_jobs()["RestoreJobs"]) == 1


def test_what_was_found_of_a_restored_copy_is_kept(backup: Client) -> None:
    job = start_restore(backup)
    backup.put_restore_validation_result(
        RestoreJobId=job, ValidationStatus="FAILED", ValidationStatusMessage="another key"
    )
    found = backup.describe_restore_job(RestoreJobId=job)
    assert (found["ValidationStatus"], found["ValidationStatusMessage"]) == ("FAILED", "another key")


def test_there_is_no_restore_without_a_recovery_point(backup: Client) -> None:
    restore = {"RecoveryPointArn": "arn:none", "IamRoleArn": ROLE, "Metadata": {}}
    assert error(backup.start_restore_job, **restore) == "ResourceNotFoundException"
    missing = {"RestoreJobId": "none", "ValidationStatus": "SUCCESSFUL"}
    assert error(backup.put_restore_validation_result, **missing) == "ResourceNotFoundException"
