"""Whether every resource goes when it is destroyed, and nothing of it stays: settings that scanners never ask for.

Scanners want protection; this environment wants the opposite (docs/decisions/destroyable-beats-protection.md).
Attributes are known by name whatever resource has them, so that a resource type that nobody thought of is judged too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ops.audit.configuration import Configuration, Resource


@dataclass(frozen=True)
class Setting:
    """An attribute that decides whether a resource can go, and the values with which it does.

    `must_be_set_on` are the types that stay when it is left out. On all others the provider's default is harmless.
    """

    attribute: str
    harmless: tuple[Any, ...]
    otherwise: str
    must_be_set_on: frozenset[str] = frozenset()


# Names and defaults as of version 5.100 of https://registry.terraform.io/providers/hashicorp/aws/latest/docs.
SETTINGS = (
    Setting("close_on_deletion", (True,), "the account stays open", frozenset({"aws_organizations_account"})),
    Setting("delete_automated_backups", (True,), "automated backups stay, and are paid for"),
    Setting("delete_protection", (False,), "AWS refuses to delete it"),
    Setting("deletion_protection", (False, "INACTIVE"), "AWS refuses to delete it"),
    Setting("deletion_protection_enabled", (False,), "AWS refuses to delete it"),
    Setting(
        "deletion_window_in_days",
        (7,),
        "the key stays for longer than the seven days that KMS insists on",
        frozenset({"aws_kms_external_key", "aws_kms_key", "aws_kms_replica_external_key", "aws_kms_replica_key"}),
    ),
    Setting("disable_api_termination", (False,), "AWS refuses to terminate it"),
    Setting("enable_deletion_protection", (False,), "AWS refuses to delete it"),
    Setting("final_snapshot", (False,), "a snapshot stays"),
    Setting("final_snapshot_identifier", (), "a snapshot is to be made"),
    Setting(
        "force_delete", (True,), "AWS refuses to delete it while it has content", frozenset({"aws_ecr_repository"})
    ),
    Setting(
        "force_destroy",
        (True,),
        "AWS refuses to delete it while it has content",
        frozenset(
            {
                "aws_athena_database",
                "aws_athena_workgroup",
                "aws_backup_vault",
                "aws_ecrpublic_repository",
                "aws_iam_user",
                "aws_route53_zone",
                "aws_s3_bucket",
                "aws_s3_directory_bucket",
                "aws_service_discovery_service",
                "aws_transfer_server",
            }
        ),
    ),
    Setting("mfa_delete", (False, "Disabled"), "its versions stay until somebody types a code"),
    Setting("object_lock_enabled", (False,), "objects cannot be deleted before their time"),
    Setting("prevent_destroy", (False,), "Terraform refuses to destroy it"),
    Setting(
        "recovery_window_in_days",
        (0,),
        "it stays for weeks, and so does its name",
        frozenset({"aws_quicksight_analysis", "aws_secretsmanager_secret"}),
    ),
    Setting("retain_on_delete", (False,), "it is switched off, but stays"),
    Setting("skip_destroy", (False,), "Terraform forgets it, but it stays"),
    Setting(
        "skip_final_backup",
        (True,),
        "a backup stays",
        frozenset(
            {
                "aws_fsx_lustre_file_system",
                "aws_fsx_ontap_volume",
                "aws_fsx_openzfs_file_system",
                "aws_fsx_windows_file_system",
            }
        ),
    ),
    Setting(
        "skip_final_snapshot",
        (True,),
        "destroying fails, or leaves a snapshot",
        frozenset(
            {
                "aws_db_instance",
                "aws_docdb_cluster",
                "aws_lightsail_database",
                "aws_neptune_cluster",
                "aws_rds_cluster",
                "aws_redshift_cluster",
            }
        ),
    ),
    Setting("termination_protection", (False,), "AWS refuses to terminate it"),
    Setting("termination_protection_enabled", (False,), "AWS refuses to delete it"),
)

# What these are for is that something else cannot be deleted.
FORBIDDEN = ("aws_backup_vault_lock_configuration", "aws_glacier_vault_lock", "aws_s3_bucket_object_lock_configuration")


def findings(configuration: Configuration) -> list[str]:
    """What would outlive the environment or refuse to go, one sentence each; empty when everything goes."""
    return [
        *(sentence for resource in configuration.resources() for sentence in _staying(resource)),
        *(
            f"{locked.address} keeps something else from being deleted"
            for locked in configuration.resources(*FORBIDDEN)
        ),
        *(
            f"{layer}: a `removed` block lets Terraform forget what it does not destroy"
            for layer, document in configuration.layers.items()
            if "removed" in document
        ),
    ]


def _staying(resource: Resource) -> Iterator[str]:
    for setting in SETTINGS:
        if resource.type in setting.must_be_set_on and resource.get(setting.attribute) is None:
            yield f"{resource.address} does not set {setting.attribute}: {setting.otherwise}"
        for value in _values(resource.body, setting.attribute):
            if value is not None and value not in setting.harmless:
                yield f"{resource.address} has {setting.attribute} = {value!r}: {setting.otherwise}"


def _values(body: Any, attribute: str) -> Iterator[Any]:  # noqa: ANN401 - any JSON
    """All values of an attribute, however deep."""
    if isinstance(body, list):
        for each in body:
            yield from _values(each, attribute)
    elif isinstance(body, dict):
        for name, value in body.items():
            if name == attribute:
                yield value
            yield from _values(value, attribute)
