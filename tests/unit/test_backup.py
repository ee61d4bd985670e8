"""Backup: both stores, every day, for a week, by a role that can do just that; and restored to prove it."""

import json
import re

import pytest

from tests.unit.synthesized import Synthesized, statements

PROTECTED = {
    "Aurora": "${data.terraform_remote_state.database.outputs.cluster_arn}",
    "DynamoDB": "${data.terraform_remote_state.storage.outputs.session_table_arn}",
}


@pytest.mark.requirement("BK-1", "DB-5")
def test_both_stores_are_backed_up_daily_and_kept_for_a_week(environment: Synthesized) -> None:
    (rule,) = environment.one("aws_backup_plan")["rule"]
    assert rule["lifecycle"]["delete_after"] == 7
    assert re.fullmatch(r"cron\(\d+ \S+ (\* \* \?|\? \* \*) \*\)", rule["schedule"]), "every day"
    assert rule["start_window"] + 60 <= rule["completion_window"], "AWS refuses a tighter window"
    assert not rule.get("enable_continuous_backup"), "that would take over Aurora's own retention"


@pytest.mark.requirement("BK-2", "BK-1")
def test_the_selection_takes_both_by_arn_and_only_if_they_carry_our_tag(environment: Synthesized) -> None:
    selection = environment.one("aws_backup_selection")
    assert set(selection["resources"]) == set(PROTECTED.values())
    (condition,) = selection["condition"]
    (tag,) = condition["string_equals"]
    assert (tag["key"], tag["value"]) == ("aws:ResourceTag/Environment", environment.settings.environment.suffix)


@pytest.mark.requirement("BK-3", "ENV-7")
def test_the_role_can_back_up_and_restore_and_cannot_touch_the_originals(environment: Synthesized) -> None:
    granted = statements(environment.one("aws_iam_role_policy", "role-policy", layer="backup")["policy"])
    on_table = {a for s in granted if PROTECTED["DynamoDB"] in s["Resource"] for a in s["Action"]}
    # What hand-written roles forget:
    assert {"dynamodb:StartAwsBackupJob", "dynamodb:ListTagsOfResource", "dynamodb:DescribeTable"} <= on_table
    on_cluster = {a for s in granted if PROTECTED["Aurora"] in s["Resource"] for a in s["Action"]}
    assert "rds:CreateDBClusterSnapshot" in on_cluster
    harmful = re.compile(r":(Delete(Table|Item|DBCluster)|PutItem|UpdateItem|BatchWriteItem|Modify)\b")
    assert not [action for action in on_table | on_cluster if harmful.search(action)]
    restore = {a for s in granted for a in s["Action"]}
    assert {"rds:RestoreDBClusterFromSnapshot", "dynamodb:RestoreTableFromAwsBackup"} <= restore


@pytest.mark.requirement("BK-3", "OBS-2")
def test_a_failed_backup_or_restore_is_heard_of(environment: Synthesized) -> None:
    notifications = environment.one("aws_backup_vault_notifications")
    assert "BACKUP_JOB_FAILED" in notifications["backup_vault_events"]
    assert notifications["sns_topic_arn"] == "${data.terraform_remote_state.alerting.outputs.alert_topic_arn}"
    rules = environment.resources("aws_cloudwatch_event_rule", layer="backup")
    kinds = {kind for rule in rules for kind in json.loads(rule["event_pattern"])["detail-type"]}
    assert kinds >= {"Backup Job State Change", "Restore Job State Change"}
    assert environment.one("aws_cloudwatch_metric_alarm", "alarm-backup-missing")["treat_missing_data"] == "breaching"


@pytest.mark.requirement("BK-4")
def test_both_stores_are_restored_regularly_away_from_the_default_vpc(environment: Synthesized) -> None:
    tests = {
        made["protected_resource_type"]: made for made in environment.resources("aws_backup_restore_testing_selection")
    }
    assert tests.keys() == PROTECTED.keys()
    # The vault has nothing else, and the provider could not tell AWS of other ARNs.
    assert all(test["protected_resource_arns"] == ["*"] for test in tests.values())
    assert tests["DynamoDB"]["restore_metadata_overrides"] == {
        "encryptionType": "KMS",
        "kmsMasterKeyArn": "${data.terraform_remote_state.keys.outputs.storage_key_arn}",
    }
    overrides = tests["Aurora"]["restore_metadata_overrides"]
    assert overrides["dbSubnetGroupName"] == "${data.terraform_remote_state.database.outputs.subnet_group_name}"
    group = "${data.terraform_remote_state.network.outputs.database_security_group_id}"
    assert overrides["vpcSecurityGroupIds"] == f'["{group}"]'
    (selection,) = environment.one("aws_backup_restore_testing_plan")["recovery_point_selection"]
    assert selection["include_vaults"] == ["${aws_backup_vault.vault.arn}"]


@pytest.mark.requirement("BK-1")
def test_both_services_are_opted_in_and_the_accounts_other_choices_are_left_alone(environment: Synthesized) -> None:
    settings = environment.one("aws_backup_region_settings")
    assert settings["resource_type_opt_in_preference"] == {"Aurora": True, "DynamoDB": True}
    assert "resource_type_opt_in_preference" in settings["lifecycle"]["ignore_changes"]
