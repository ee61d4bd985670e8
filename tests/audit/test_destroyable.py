"""Everything can be destroyed: nothing refuses, nothing stays, and no resource type escapes that question."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from ops.audit.configuration import Configuration
from ops.audit.destroyable import FORBIDDEN, SETTINGS, findings
from tests.audit.changed import with_resource

# What the schema of a provider is written to by `terraform providers schema -json`, in any initialised folder.
SCHEMA = os.environ.get("PROVIDER_SCHEMA", "")
SUSPICIOUS = re.compile(
    r"delet|destroy|retain|protect|final_(snapshot|backup)|recovery_window|object_lock|^force_|disable_api_termination"
)
# What only sounds like keeping something: attributes of the types that the environment has.
HARMLESS = {
    "connection_termination",
    "data_protection",  # of what the firewall logs
    "data_protection_config",
    "delete",  # how long Terraform waits
    "delete_after",  # when a recovery point expires
    "delete_marker_replication",
    "delete_marker_replication_status",
    "expired_object_delete_marker",
    "force_detach_policies",  # nothing else attaches policies to these roles
    "force_new_deployment",
    "object_lock_configuration",  # which object_lock_enabled in it decides on
    "protected_resource_arns",  # of what a restore is tested
    "protected_resource_conditions",
    "protected_resource_type",
    "revoke_rules_on_delete",  # groups of this environment are named by rules of its own alone
}


@pytest.mark.requirement("ENV-3")
def test_nothing_outlives_the_environment(configuration: Configuration) -> None:
    assert findings(configuration) == []


@pytest.mark.parametrize(
    ("layer", "resource_type", "name", "attribute", "value"),
    [
        ("database", "aws_rds_cluster", "cluster", "skip_final_snapshot", False),
        ("database", "aws_rds_cluster", "cluster", "skip_final_snapshot", None),
        ("database", "aws_rds_cluster", "cluster", "final_snapshot_identifier", "last"),
        ("database", "aws_rds_cluster", "cluster", "deletion_protection", True),
        ("database", "aws_rds_cluster", "cluster", "delete_automated_backups", False),
        ("database", "aws_db_parameter_group", "instance-parameters", "skip_destroy", True),
        ("storage", "aws_s3_bucket", "data", "force_destroy", False),
        ("storage", "aws_s3_bucket", "logs", "force_destroy", None),
        ("storage", "aws_s3_bucket", "data", "object_lock_enabled", True),
        ("storage", "aws_dynamodb_table", "sessions", "deletion_protection_enabled", True),
        ("backup", "aws_backup_vault", "vault", "force_destroy", None),
        ("registry", "aws_ecr_repository", "service", "force_delete", None),
        ("compute", "aws_lb", "load-balancer", "enable_deletion_protection", True),
        ("compute", "aws_ecs_task_definition", "task", "skip_destroy", True),
        ("network", "aws_cloudwatch_log_group", "log-group-flow-logs", "skip_destroy", True),
        ("keys", "aws_kms_key", "database", "deletion_window_in_days", 30),
        ("keys", "aws_kms_key", "database", "deletion_window_in_days", None),
        ("database", "aws_secretsmanager_secret", "added", "recovery_window_in_days", 30),
        ("database", "aws_secretsmanager_secret", "added", "recovery_window_in_days", None),
        ("compute", "aws_cognito_user_pool", "added", "deletion_protection", "ACTIVE"),
    ],
)
@pytest.mark.requirement("ENV-3")
def test_what_would_stay_is_named_with_its_setting(
    configuration: Configuration, layer: str, resource_type: str, name: str, attribute: str, value: object
) -> None:
    changed = with_resource(configuration, layer, resource_type, name, **{attribute: value})
    (found,) = findings(changed)
    assert found.startswith(f"{layer}: {resource_type}.{name} "), found
    assert attribute in found


@pytest.mark.requirement("ENV-3")
def test_terraform_may_not_be_told_to_keep_anything(configuration: Configuration) -> None:
    kept = with_resource(configuration, "storage", "aws_s3_bucket", "data", lifecycle={"prevent_destroy": True})
    assert findings(kept) == ["storage: aws_s3_bucket.data has prevent_destroy = True: Terraform refuses to destroy it"]
    locked = with_resource(configuration, "storage", "aws_s3_bucket", "data", versioning=[{"mfa_delete": True}])
    assert len(findings(locked)) == 1, "attributes count in blocks as well"


def test_terraform_may_not_be_told_to_forget_anything(configuration: Configuration) -> None:
    layers = dict(configuration.layers)
    layers["storage"] = {**layers["storage"], "removed": [{"from": "aws_s3_bucket.old"}]}
    forgotten = Configuration(layers=layers, account_id=configuration.account_id)
    assert findings(forgotten) == ["storage: a `removed` block lets Terraform forget what it does not destroy"]


@pytest.mark.parametrize("resource_type", FORBIDDEN)
def test_locks_are_named(configuration: Configuration, resource_type: str) -> None:
    assert findings(with_resource(configuration, "backup", resource_type, "lock")) == [
        f"backup: {resource_type}.lock keeps something else from being deleted"
    ]


@pytest.mark.skipif(not SCHEMA, reason="PROVIDER_SCHEMA names no file with the provider's schema")
def test_no_attribute_of_a_used_resource_type_is_forgotten(configuration: Configuration) -> None:
    schemas = _schemas()
    known = {setting.attribute for setting in SETTINGS} | HARMLESS
    used = {resource.type for resource in configuration.resources()}
    forgotten = {
        f"{resource_type}.{attribute}"
        for resource_type in used
        for attribute in _attributes(schemas[resource_type]["block"])
        if SUSPICIOUS.search(attribute) and attribute not in known
    }
    assert not forgotten, sorted(forgotten)


@pytest.mark.skipif(not SCHEMA, reason="PROVIDER_SCHEMA names no file with the provider's schema")
def test_every_setting_is_one_that_the_provider_knows_on_these_types() -> None:
    schemas = _schemas()
    everywhere = {attribute for schema in schemas.values() for attribute in _attributes(schema["block"])}
    for setting in SETTINGS:
        assert setting.attribute in everywhere | {"prevent_destroy"}, setting.attribute  # which is Terraform's own
        for resource_type in setting.must_be_set_on:
            assert setting.attribute in schemas[resource_type]["block"]["attributes"], resource_type
    assert set(FORBIDDEN) <= schemas.keys()


def _schemas() -> dict[str, Any]:
    (provider,) = json.loads(Path(SCHEMA).read_text(encoding="utf-8"))["provider_schemas"].values()
    schemas: dict[str, Any] = provider["resource_schemas"]
    return schemas


def _attributes(block: dict[str, Any]) -> set[str]:
    """The names of all attributes and blocks that a person can set, however deep."""
    own = {name for name, attribute in block.get("attributes", {}).items() if "optional" in attribute}
    nested: dict[str, Any] = block.get("block_types", {})
    return own | nested.keys() | {name for inner in nested.values() for name in _attributes(inner["block"])}
