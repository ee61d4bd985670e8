"""Restores are tested: once a week the newest recovery point of each kind is restored, looked at and thrown away.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from cdktf_cdktf_provider_aws.backup_restore_testing_plan import (
    BackupRestoreTestingPlan,
    BackupRestoreTestingPlanRecoveryPointSelection,
)
from cdktf_cdktf_provider_aws.backup_restore_testing_selection import BackupRestoreTestingSelection

from stacks.backup_role import Protected
from stacks.base import AnyLayer
from stacks.network import NetworkOutputs

SCHEDULE = "cron(0 9 ? * MON *)"
# How long a copy stays for whoever looks at it: a machine in a minute, and people if they hurry.
COPY_HOURS = 1


def restore_tests(
    layer: AnyLayer, protected: Protected, network: NetworkOutputs, *, vault_arn: str, role_arn: str
) -> BackupRestoreTestingPlan:
    """The plan, and what it restores, as it would be if it had to take over."""
    plan = BackupRestoreTestingPlan(
        layer,
        "restore-testing",
        name=layer.names("restore-testing").replace("-", "_"),
        schedule_expression=SCHEDULE,
        recovery_point_selection=[
            BackupRestoreTestingPlanRecoveryPointSelection(
                algorithm="LATEST_WITHIN_WINDOW",
                include_vaults=[vault_arn],
                recovery_point_types=["SNAPSHOT"],
                selection_window_days=layer.settings.backup.retention_days,
            )
        ],
    )
    # Otherwise a database is restored into the default VPC, which may not exist and is not isolated, and a table under
    # a key of AWS's own: https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
    overrides = {
        "Aurora": {
            "dbSubnetGroupName": protected.database.subnet_group_name,
            "vpcSecurityGroupIds": f'["{network.database_security_group_id}"]',
        },
        "DynamoDB": {"encryptionType": "KMS", "kmsMasterKeyArn": protected.keys.storage_key_arn},
    }
    for resource_type, metadata in overrides.items():
        BackupRestoreTestingSelection(
            layer,
            f"restore-testing-{resource_type.lower()}",
            name=layer.names(f"restore_test_{resource_type.lower()}").replace("-", "_"),
            restore_testing_plan_name=plan.name,
            protected_resource_type=resource_type,
            # All of its type in our vault. Which one it is changes when a restored copy takes over, and the provider
            # (5.100) does not tell AWS of other ARNs, but plans to for ever.
            protected_resource_arns=["*"],
            iam_role_arn=role_arn,
            validation_window_hours=COPY_HOURS,
            restore_metadata_overrides=metadata,
        )
    return plan
