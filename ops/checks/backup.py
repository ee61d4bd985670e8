"""Checks of AWS Backup: where recovery points go, what is protected, who is told, and that restores are tested."""

import json
from typing import Any

from ops.checks.database import cluster
from ops.checks.deployed import Deployed
from ops.checks.framework import check, only, require, same, same_set
from ops.checks.policies import statements
from stacks.names import session_table_of

FAILURES = {"BACKUP_JOB_FAILED", "RESTORE_JOB_FAILED"}


def _vault(aws: Deployed) -> dict[str, Any]:
    return dict(aws.ask("backup", "describe_backup_vault", BackupVaultName=aws.names("backup-vault")))


def _plan_id(aws: Deployed) -> str:
    name = aws.names("backup-plan")
    plans = aws.listed("backup", "list_backup_plans", "BackupPlansList")
    return str(only(name, [plan for plan in plans if plan["BackupPlanName"] == name])["BackupPlanId"])


def _plan(aws: Deployed) -> dict[str, Any]:
    return dict(aws.ask("backup", "get_backup_plan", BackupPlanId=_plan_id(aws))["BackupPlan"])


def _selection(aws: Deployed) -> dict[str, Any]:
    plan = _plan_id(aws)
    found = only(
        "selections", aws.listed("backup", "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan)
    )
    arguments = {"BackupPlanId": plan, "SelectionId": found["SelectionId"]}
    return dict(aws.ask("backup", "get_backup_selection", **arguments)["BackupSelection"])


def _protected(aws: Deployed) -> set[str]:
    table = aws.ask("dynamodb", "describe_table", TableName=session_table_of(aws.settings))["Table"]
    return {cluster(aws)["DBClusterArn"], table["TableArn"]}


@check("BK-1", "ENV-8")
def vault_is_encrypted(aws: Deployed) -> None:
    """The vault is encrypted with the environment's own key for backups, and is not locked against destruction."""
    vault = _vault(aws)
    same("key of the vault", vault["EncryptionKeyArn"], aws.key_arn("backup"))
    require(not vault.get("Locked"), "the vault is locked: destroy would fail")


@check("BK-1", "COST-1")
def recovery_points_are_daily_and_kept_seven_days(aws: Deployed) -> None:
    """Recovery points are made every day, go to the vault, and are kept for seven days."""
    rule = only("rules of the plan", _plan(aws)["Rules"])
    same("vault", rule["TargetBackupVaultName"], aws.names("backup-vault"))
    same("schedule", rule["ScheduleExpression"], aws.settings.backup.schedule)
    same("days that recovery points are kept", rule["Lifecycle"]["DeleteAfterDays"], 7)


@check("BK-2")
def recovery_points_carry_tags(aws: Deployed) -> None:
    """Recovery points carry the tags that say whose costs they are."""
    found = only("rules of the plan", _plan(aws)["Rules"]).get("RecoveryPointTags", {})
    environment = aws.settings.environment
    wanted = {
        "Environment": environment.suffix,
        "Project": environment.project,
        "Owner": environment.owner,
        "CostCenter": environment.cost_center,
    }
    same("tags of recovery points", {name: found.get(name) for name in wanted}, wanted)


@check("BK-1", "BK-2")
def database_and_sessions_are_selected(aws: Deployed) -> None:
    """The plan protects the cluster and the session table, named by ARN and by the environment's tag."""
    selection = _selection(aws)
    same_set("the selection", selection.get("Resources", []), _protected(aws))
    conditions = selection.get("Conditions", {}).get("StringEquals", [])
    tags = {one["ConditionKey"].removeprefix("aws:ResourceTag/"): one["ConditionValue"] for one in conditions}
    same("tag that the selection wants", tags.get("Environment"), aws.suffix)


@check("BK-1")
def region_is_opted_in(aws: Deployed) -> None:
    """AWS Backup is switched on for Aurora and DynamoDB in this region, without which the plan does nothing."""
    opted = aws.ask("backup", "describe_region_settings")["ResourceTypeOptInPreference"]
    for kind in ("Aurora", "DynamoDB"):
        require(opted.get(kind), f"AWS Backup is not switched on for {kind}")


@check("BK-3")
def backup_role_is_narrow(aws: Deployed) -> None:
    """The role can back up and restore the cluster and the table, cannot create others, and serves AWS Backup alone."""
    name = aws.names("role", "backup")
    same("role of the selection", _selection(aws)["IamRoleArn"].rsplit("/", 1)[1], name)
    role = aws.ask("iam", "get_role", RoleName=name)["Role"]
    trusted = [principal for one in statements(role["AssumeRolePolicyDocument"]) for principal in one.principals]
    same("who may take the role", trusted, ["backup.amazonaws.com"])
    attached = aws.listed("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    require(not attached, f"{name} has policies that are not its own")
    inline = aws.listed("iam", "list_role_policies", "PolicyNames", RoleName=name)
    found = [
        one
        for policy in inline
        for one in statements(aws.ask("iam", "get_role_policy", RoleName=name, PolicyName=policy)["PolicyDocument"])
    ]
    allowed = {action for one in found if one.allows for action in one.actions}
    for needed in ("dynamodb:StartAwsBackupJob", "dynamodb:ListTagsOfResource", "rds:CreateDBClusterSnapshot"):
        require(needed in allowed, f"{name} may not {needed}: backups would fail")
    whole = [action for action in allowed if action.endswith("*")]
    require(not whole, f"{name} may {', '.join(sorted(whole))}")


@check("BK-3", "OBS-2")
def failures_reach_the_alert_topic(aws: Deployed) -> None:
    """The vault tells the alert topic of backups and restores that fail."""
    arguments = {"BackupVaultName": aws.names("backup-vault")}
    found = aws.ask("backup", "get_backup_vault_notifications", **arguments)
    same("who the vault tells", found["SNSTopicArn"], aws.topic_arn("alerts"))
    missing = FAILURES - set(found["BackupVaultEvents"])
    require(not missing, f"the vault says nothing of {', '.join(sorted(missing))}")


@check("BK-4")
def restores_are_tested(aws: Deployed) -> None:
    """Restores of the cluster and of the table are tested regularly, from this vault."""
    name = aws.names("restore-testing").replace("-", "_")
    plan = aws.ask("backup", "get_restore_testing_plan", RestoreTestingPlanName=name)["RestoreTestingPlan"]
    vaults = plan["RecoveryPointSelection"]["IncludeVaults"]
    same("vaults whose restores are tested", vaults, [_vault(aws)["BackupVaultArn"]])
    arguments = {"RestoreTestingPlanName": name}
    selections = aws.listed("backup", "list_restore_testing_selections", "RestoreTestingSelections", **arguments)
    same_set("the restore test", [one["ProtectedResourceType"] for one in selections], ["Aurora", "DynamoDB"])


@check("BK-4", "DB-3")
def restored_databases_stay_isolated(aws: Deployed) -> None:
    """A database that is restored as a test comes into the isolated subnets, not into the default VPC."""
    name = aws.names("restore-testing").replace("-", "_")
    selections = aws.listed(
        "backup", "list_restore_testing_selections", "RestoreTestingSelections", RestoreTestingPlanName=name
    )
    aurora = only("tests of Aurora", [one for one in selections if one["ProtectedResourceType"] == "Aurora"])
    arguments = {"RestoreTestingPlanName": name, "RestoreTestingSelectionName": aurora["RestoreTestingSelectionName"]}
    selection = aws.ask("backup", "get_restore_testing_selection", **arguments)["RestoreTestingSelection"]
    overrides = {key.lower(): value for key, value in selection.get("RestoreMetadataOverrides", {}).items()}
    same("subnet group of a restored database", overrides.get("dbsubnetgroupname"), aws.names("db-subnet-group"))


@check("BK-4", "OBS-2")
def restored_copies_are_looked_at(aws: Deployed) -> None:
    """What a restore test has restored is looked at as soon as it is there, and people are told if it is wrong."""
    name = aws.names("restore-testing").replace("-", "_")
    plan = aws.ask("backup", "get_restore_testing_plan", RestoreTestingPlanName=name)["RestoreTestingPlan"]
    machines = aws.listed("stepfunctions", "list_state_machines", "stateMachines")
    wanted = aws.names("state-machine", "restore-validation")
    machine = only(wanted, [one for one in machines if one["name"] == wanted])["stateMachineArn"]
    complete = _event_rule(aws, "restore-test-complete", target=machine)
    same("plan that is listened to", complete["restoreTestingPlanArn"], [plan["RestoreTestingPlanArn"]])
    failed = _event_rule(aws, "restore-validation-failed", target=aws.topic_arn("alerts"))
    same("state machine that is listened to", failed["stateMachineArn"], [machine])


def _event_rule(aws: Deployed, role: str, *, target: str) -> dict[str, Any]:
    """What a rule listens to, which is on and has one target."""
    name = aws.names("event", role)
    rule = aws.ask("events", "describe_rule", Name=name)
    same(f"{name} is", rule["State"], "ENABLED")
    targets = aws.ask("events", "list_targets_by_rule", Rule=name)["Targets"]
    same(f"targets of {name}", [one["Arn"] for one in targets], [target])
    return dict(json.loads(rule["EventPattern"])["detail"])
