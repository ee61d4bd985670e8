"""What AWS Backup may do: back up and restore this environment's cluster and session table, and nothing else.

The actions are those of AWS's own policies for Aurora and DynamoDB, narrowed to these resources:
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html and
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForRestores.html
"""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.iam_role import IamRole

from stacks.base import AnyLayer
from stacks.database import DatabaseOutputs
from stacks.iam import EVERYTHING, Statement, allow, role, trust
from stacks.keys import KeysOutputs
from stacks.storage import StorageOutputs

# Restore tests name what they restore themselves; people restore beside the running resource, under its name and more.
TEST_PREFIX = "awsbackup-restore-test"


@dataclass(frozen=True, kw_only=True)
class Protected:
    """What is backed up, and the keys that it and its recovery points are encrypted with."""

    keys: KeysOutputs
    storage: StorageOutputs
    database: DatabaseOutputs


def backup_role(layer: AnyLayer, protected: Protected, *, vault_arn: str) -> IamRole:
    """The one role of plan, selection and restores."""
    return role(
        layer,
        "role",
        name=layer.names("role", "backup"),
        description="Lets AWS Backup back up and restore the database and the session table",
        trusts=trust("backup.amazonaws.com", account_id=layer.account_id),
        may=[
            *_database(layer, protected.database),
            *_sessions(layer, protected.storage),
            *_recovery_points(layer, vault_arn=vault_arn),
            *_keys(layer, protected.keys),
        ],
    )


def _database(layer: AnyLayer, database: DatabaseOutputs) -> list[Statement]:
    snapshots = layer.arn("rds", "cluster-snapshot:awsbackup:*")
    copies = [layer.arn("rds", f"cluster:{TEST_PREFIX}*"), layer.arn("rds", f"cluster:{database.cluster_identifier}-*")]
    around = [
        layer.arn("rds", f"subgrp:{database.subnet_group_name}"),
        layer.arn("rds", f"cluster-pg:{layer.names('db-cluster-parameter-group')}"),
        # Aurora has no options to set, but AWS's reference calls an option group required for a restore.
        layer.arn("rds", "og:default:aurora-postgresql-15"),
    ]
    describe = ("DescribeDBClusterAutomatedBackups", "DescribeDBClusterSnapshots", "DescribeDBClusters")
    snapshot = ("AddTagsToResource", "CopyDBClusterSnapshot", "DeleteDBClusterSnapshot")
    restore = ("AddTagsToResource", "DeleteDBCluster", "ListTagsForResource")
    return [
        allow(*(f"rds:{action}" for action in describe), on=[layer.arn("rds", "*")]),
        allow("rds:CreateDBClusterSnapshot", "rds:ListTagsForResource", on=[database.cluster_arn, snapshots]),
        allow(*(f"rds:{action}" for action in snapshot), on=[snapshots]),
        allow(*(f"rds:{action}" for action in restore), on=copies),
        allow("rds:RestoreDBClusterFromSnapshot", on=[snapshots, *copies, *around]),
    ]


def _sessions(layer: AnyLayer, storage: StorageOutputs) -> list[Statement]:
    """StartAwsBackupJob and ListTagsOfResource are what hand-written roles forget."""
    table = storage.session_table_arn
    copies = [layer.arn("dynamodb", f"table/{TEST_PREFIX}*"), f"{table}-*"]
    back_up = ("CreateBackup", "DescribeTable", "ListTagsOfResource", "StartAwsBackupJob")
    restore = ("BatchWriteItem", "DeleteItem", "DescribeTable", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
    return [
        allow(*(f"dynamodb:{action}" for action in back_up), on=[table]),
        allow("dynamodb:DeleteBackup", "dynamodb:DescribeBackup", on=[f"{table}/backup/*"]),
        allow("dynamodb:RestoreTableFromBackup", on=[f"{table}/backup/*", *copies]),
        allow("dynamodb:RestoreTableFromAwsBackup", *(f"dynamodb:{action}" for action in restore), on=copies),
    ]


def _recovery_points(layer: AnyLayer, *, vault_arn: str) -> list[Statement]:
    return [
        allow("backup:CopyIntoBackupVault", "backup:DescribeBackupVault", on=[vault_arn]),
        allow("backup:TagResource", on=[layer.arn("backup", "recovery-point:*")]),
        allow("tag:GetResources", on=EVERYTHING, sid="NoResourceLevelPermission"),
    ]


def _keys(layer: AnyLayer, keys: KeysOutputs) -> list[Statement]:
    used = [keys.database_key_arn, keys.storage_key_arn, keys.backup_key_arn]
    through = [f"{name}.{layer.region}.amazonaws.com" for name in ("backup", "dynamodb", "rds")]
    return [
        allow("kms:DescribeKey", on=used),
        allow(
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
            on=used,
            when={"StringEquals": {"kms:ViaService": through}},
        ),
        allow("kms:CreateGrant", on=used, when={"Bool": {"kms:GrantIsForAWSResource": "true"}}),
    ]
