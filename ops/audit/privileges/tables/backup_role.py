"""The role of AWS Backup: it makes, keeps, restores and throws away copies, and never touches the originals.

Which calls AWS Backup makes is known from AWS's own policies for it; which of them on which kind of resource, from the
service authorization reference. Copies of the database have the vault's or the restore test's name in theirs.
"""

from ops.audit.privileges.estate import Estate, through
from ops.audit.privileges.row import Row, must, must_not

_REFERENCE = "https://docs.aws.amazon.com/aws-managed-policy/latest/reference"
_BACKUP = f"{_REFERENCE}/AWSBackupServiceRolePolicyForBackup.html"
_RESTORE = f"{_REFERENCE}/AWSBackupServiceRolePolicyForRestores.html"
_ADVANCED = "https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html"
_RESTORE_TEST = "https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html"
_ENCRYPTION = "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html"

_FOR_AWS = {"kms:GrantIsForAWSResource": "true"}


def rows(estate: Estate) -> list[Row]:
    """The table."""
    return [*_database(estate), *_sessions(estate), *_recovery_points(estate), *_keys(estate)]


def _database(estate: Estate) -> list[Row]:
    who, original = estate.role("backup", "role"), estate.cluster
    snapshot = estate.arn("rds", "cluster-snapshot:awsbackup:job-1")
    manual = estate.arn("rds", "cluster-snapshot:manual")
    continuous = estate.arn("rds", "cluster-auto-backup:ab-1")
    by_test, by_hand = estate.arn("rds", "cluster:awsbackup-restore-test-1"), f"{original}-restored"
    subnets = estate.arn("rds", f"subgrp:{estate.configuration.one('aws_db_subnet_group', 'subnets')['name']}")
    parameters = estate.arn(
        "rds", f"cluster-pg:{estate.configuration.one('aws_rds_cluster_parameter_group', 'cluster-parameters')['name']}"
    )
    options = estate.arn("rds", "og:default:aurora-postgresql-15")
    other = estate.arn("rds", "cluster:other")
    return [
        *must(who, "rds:DescribeDBClusters", on=original, because=_BACKUP),
        *must(who, "rds:DescribeDBClusterSnapshots", on=snapshot, because=_BACKUP),
        *must(who, "rds:DescribeDBClusterAutomatedBackups", on=continuous, because=_BACKUP),
        *must(who, "rds:CreateDBClusterSnapshot", "rds:ListTagsForResource", on=original, because=_BACKUP),
        *must(who, "rds:CreateDBClusterSnapshot", "rds:CopyDBClusterSnapshot", on=snapshot, because=_BACKUP),
        *must(who, "rds:AddTagsToResource", "rds:ListTagsForResource", on=snapshot, because=_BACKUP),
        *must(who, "rds:DeleteDBClusterSnapshot", on=snapshot, because=_BACKUP),
        *[
            row
            for copy in (by_test, by_hand)
            for row in [
                *must(who, "rds:RestoreDBClusterFromSnapshot", "rds:AddTagsToResource", on=copy, because=_RESTORE),
                *must(who, "rds:ListTagsForResource", "rds:DescribeDBClusters", on=copy, because=_RESTORE),
                *must(who, "rds:DeleteDBCluster", on=copy, because=_RESTORE_TEST),
            ]
        ],
        *[
            row
            for beside in (snapshot, subnets, parameters, options)
            for row in must(who, "rds:RestoreDBClusterFromSnapshot", on=beside, because=_RESTORE)
        ],
        *must_not(who, "rds:ModifyDBCluster", on=original, because="the original"),
        *must_not(who, "rds:RestoreDBClusterFromSnapshot", on=original, because="the original"),
        *must_not(who, "rds:AddTagsToResource", on=original, because="what the backup plan selects by"),
        *must_not(who, "rds:CreateDBClusterSnapshot", "rds:DeleteDBCluster", on=other, because="another cluster"),
        *must_not(who, "rds:DeleteDBClusterSnapshot", on=manual, because="snapshots that people made"),
        *must_not(who, "rds:ModifyDBClusterSnapshotAttribute", on=snapshot, because="sharing with other accounts"),
        *must_not(who, "rds:CreateDBClusterSnapshot", on=estate.elsewhere(original), because="another account"),
    ]


def _sessions(estate: Estate) -> list[Row]:
    who, original = estate.role("backup", "role"), estate.sessions
    backup = f"{original}/backup/01234567890123-abcdef"
    items = [f"dynamodb:{call}Item" for call in ("BatchWrite", "Delete", "Get", "Put", "Update")]
    write = [*items, "dynamodb:DescribeTable", "dynamodb:Query", "dynamodb:Scan"]
    other = estate.arn("dynamodb", "table/other")
    return [
        *must(who, "dynamodb:CreateBackup", "dynamodb:DescribeTable", on=original, because=_BACKUP),
        *must(who, "dynamodb:StartAwsBackupJob", "dynamodb:ListTagsOfResource", on=original, because=_ADVANCED),
        *must(who, "dynamodb:DescribeBackup", "dynamodb:DeleteBackup", on=backup, because=_BACKUP),
        *must(who, "dynamodb:RestoreTableFromBackup", on=backup, because=_RESTORE),
        *[
            row
            for copy in (estate.arn("dynamodb", "table/awsbackup-restore-test-1"), f"{original}-restored")
            for row in [
                *must(who, "dynamodb:RestoreTableFromBackup", *write, on=copy, because=_RESTORE),
                *must(who, "dynamodb:RestoreTableFromAwsBackup", on=copy, because=_ADVANCED),
            ]
        ],
        *must_not(who, *items, "dynamodb:Query", "dynamodb:Scan", on=original, because="the original's items"),
        *must_not(who, "dynamodb:RestoreTableFromAwsBackup", on=original, because="the original"),
        *must_not(who, "dynamodb:CreateBackup", *items, on=other, because="another table"),
        *must_not(who, "dynamodb:DeleteBackup", on=f"{other}/backup/01", because="another table's backups"),
        *must_not(who, "dynamodb:StartAwsBackupJob", on=estate.elsewhere(original), because="another account"),
    ]


def _recovery_points(estate: Estate) -> list[Row]:
    who, vault = estate.role("backup", "role"), estate.of("aws_backup_vault", "vault")
    point = estate.arn("backup", "recovery-point:1")
    other = estate.arn("backup", "backup-vault:other")
    return [
        *must(who, "backup:CopyIntoBackupVault", "backup:DescribeBackupVault", on=vault, because=_BACKUP),
        *must(who, "backup:TagResource", on=point, because=_BACKUP),
        *must(who, "tag:GetResources", on="*", because=_BACKUP),
        *must_not(who, "backup:CopyIntoBackupVault", on=other, because="another vault"),
        *must_not(who, "backup:CopyIntoBackupVault", on=estate.elsewhere(vault), because="another account's vault"),
        *must_not(who, "backup:CopyFromBackupVault", on=point, because="a way out"),
        *must_not(who, "backup:DeleteBackupVault", "backup:PutBackupVaultAccessPolicy", on=vault, because="the vault"),
    ]


def _keys(estate: Estate) -> list[Row]:
    who = estate.role("backup", "role")
    use = [f"kms:{call}" for call in ("Decrypt", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")]
    pages = {"database": ("rds", _RESTORE), "storage": ("dynamodb", _RESTORE), "backup": ("backup", _ENCRYPTION)}
    found = []
    for purpose, (service, page) in pages.items():
        key, via = estate.key(purpose), through(service)
        found += [
            *must(who, *use, "kms:DescribeKey", on=key, because=page, given=via),
            *must(who, "kms:CreateGrant", on=key, because=_BACKUP, given={**via, **_FOR_AWS}),
            *must_not(who, *use, on=key, because="a key used by hand"),
            *must_not(who, "kms:CreateGrant", on=key, because="a grant made by hand", given=_FOR_AWS),
            *must_not(who, "kms:CreateGrant", on=key, because="a grant to a person", given=via),
            *must_not(who, *use, on=estate.elsewhere(key), because="another account's key"),
        ]
    return found
