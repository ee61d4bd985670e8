"""Data that is lost, and the guards against losing it."""

from collections.abc import Iterator

from ops.plan.changes import Action
from ops.review.model import Severity
from ops.review.risks.planned import Planned, Resource
from ops.review.risks.rule import (
    Finding,
    Rule,
    any_of,
    because,
    lost,
    turned_off,
    turned_on,
    worse,
)

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH

# What holds data, how much its loss weighs, and what is lost. Logs and images can be done without or made again.
HOLDS_DATA = {
    "aws_backup_vault": (HIGH, "every recovery point in it"),
    "aws_cloudwatch_log_group": (MEDIUM, "every log line in it"),
    "aws_db_instance": (HIGH, "the database, with its automated backups"),
    "aws_dynamodb_table": (HIGH, "every item in it, and the points in time that it can be restored to"),
    "aws_ebs_volume": (HIGH, "everything on it"),
    "aws_ecr_repository": (HIGH, "every image in it: no task can be started before one has been pushed again"),
    "aws_efs_file_system": (HIGH, "every file in it"),
    "aws_rds_cluster": (HIGH, "the database, with its automated backups"),
    "aws_s3_bucket": (HIGH, "every object and version in it"),
    "aws_secretsmanager_secret": (HIGH, "the secret"),
    "aws_sqs_queue": (MEDIUM, "every message that waits in it"),
}


def _data_lost(resource: Resource, _: Planned) -> Iterator[Finding]:
    severity, what = HOLDS_DATA[resource.type]
    if resource.action is Action.DESTROY:
        yield Finding(severity, f"It is destroyed, and with it {what}")
    elif resource.action is Action.REPLACE:
        yield Finding(severity, f"It is replaced by an empty one, because {because(resource)}. Lost is {what}")


def _data_let_go(resource: Resource, _: Planned) -> Iterator[Finding]:
    if resource.let_go:
        yield Finding(
            MEDIUM,
            "Terraform lets go of it. If another takes its place, that has not what is written here until then; and "
            "this one stays, and costs money, until somebody deletes it",
        )


def _key_lost(resource: Resource, _: Planned) -> Iterator[Finding]:
    if resource.goes:
        days = resource.before.get("deletion_window_in_days") or 30
        yield Finding(
            HIGH,
            "What is encrypted under this key, backups included, can be read by nobody once it is deleted. Until then, "
            f"for {days} days, the deletion can be cancelled, but nothing can use the key",
        )


RULES = (
    Rule(
        id="data-lost",
        types=tuple(HOLDS_DATA),
        looks_at="destruction and replacement of what holds data",
        check=_data_lost,
    ),
    Rule(
        id="data-let-go",
        types=("aws_dynamodb_table", "aws_rds_cluster"),
        looks_at="what holds data and is taken out of the state",
        check=_data_let_go,
    ),
    Rule(
        id="key-lost",
        types=("aws_kms_key",),
        looks_at="destruction and replacement of a key",
        check=_key_lost,
        source="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
    ),
    Rule(
        id="key-disabled",
        types=("aws_kms_key",),
        looks_at="is_enabled",
        check=worse("is_enabled", turned_off, HIGH, "Nothing that is encrypted under a disabled key can be read"),
        source="https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html",
    ),
    Rule(
        id="deletion-protection-off",
        types=("aws_rds_cluster", "aws_db_instance", "aws_dynamodb_table", "aws_lb"),
        looks_at="deletion_protection, deletion_protection_enabled, enable_deletion_protection",
        check=any_of(
            *(
                worse(name, turned_off, MEDIUM, "Nothing keeps anybody from deleting it any more")
                for name in ("deletion_protection", "deletion_protection_enabled", "enable_deletion_protection")
            )
        ),
    ),
    Rule(
        id="final-snapshot-skipped",
        types=("aws_rds_cluster", "aws_db_instance"),
        looks_at="skip_final_snapshot",
        check=worse("skip_final_snapshot", turned_on, MEDIUM, "Destroying it will leave no last snapshot behind"),
    ),
    Rule(
        id="emptied-when-destroyed",
        types=("aws_s3_bucket", "aws_ecr_repository", "aws_backup_vault"),
        looks_at="force_destroy, force_delete",
        check=any_of(
            *(
                worse(name, turned_on, MEDIUM, "A destroy will empty it first, where it would have been refused")
                for name in ("force_destroy", "force_delete")
            )
        ),
    ),
    Rule(
        id="objects-changeable",
        types=("aws_s3_bucket_object_lock_configuration", "aws_backup_vault_lock_configuration"),
        looks_at="destruction of a lock",
        check=lost(HIGH, "What it kept from being deleted before its time can be deleted now", of="bucket"),
    ),
)
