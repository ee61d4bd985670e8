"""Promises that hold over every layer: names, tags, destroyability, and the contracts between layers."""

import json
import re
from dataclasses import fields

import pytest

from stacks.base import BACKEND_FILE, Layer
from tests.unit.synthesized import Resource, Synthesized

# The attribute that holds a resource's name; a type that is not here has none.
NAME_ATTRIBUTES = (
    "name",
    "alarm_name",
    "bucket",
    "cluster_identifier",
    "dashboard_name",
    "identifier",
    "policy_name",
)
# Names that AWS dictates, with what dictates them.
DICTATED = {
    "aws_cloudwatch_log_group": (r"/aws/rds/cluster/", r"/aws/ecs/containerinsights/", r"aws-waf-logs-"),
    "aws_iam_role_policy": (r"permissions$",),  # an inline policy's name lives inside its role
    "aws_s3_bucket_metric": (r"entire-bucket$",),  # likewise, inside its bucket
}
# What refers to a thing by its name and has no name of its own.
NAMELESS = {"aws_s3_bucket_", "aws_backup_vault_notifications", "aws_ecr_lifecycle_policy"}


def names(resource: Resource) -> list[str]:
    """The names that a resource gives to itself, as far as they are written out."""
    if any(resource.type.startswith(prefix) and resource.type != prefix.rstrip("_") for prefix in NAMELESS):
        return []
    given = [resource.get(attribute) for attribute in NAME_ATTRIBUTES]
    if resource.type == "aws_ecs_task_definition":
        given.append(resource.get("family"))
    if resource.type.startswith("aws_") and isinstance(resource.get("tags"), dict):
        given.append(resource["tags"].get("Name"))
    return [name for name in given if isinstance(name, str) and "${" not in name]


@pytest.mark.requirement("ENV-2")
def test_every_name_carries_the_suffix_so_that_environments_share_an_account(environment: Synthesized) -> None:
    suffix = environment.settings.environment.suffix
    ending = re.compile(rf"[-_/]{re.escape(suffix)}$")
    unnamed = [
        f"{resource.address} is named {name}"
        for resource in environment.resources()
        for name in names(resource)
        if not ending.search(name) and not any(re.match(p, name) for p in DICTATED.get(resource.type, ()))
    ]
    assert not unnamed


@pytest.mark.requirement("ENV-2")
def test_two_environments_have_no_name_in_common(environment: Synthesized, other: Synthesized) -> None:
    inside_another = {"aws_iam_role_policy", "aws_s3_bucket_metric"}
    ours = {(made.type, name) for made in environment.resources() for name in names(made)}
    theirs = {(made.type, name) for made in other.resources() for name in names(made)}
    assert len(ours) > 80
    assert {kind for kind, _ in ours & theirs} <= inside_another


@pytest.mark.requirement("ENV-4", "BK-2")
def test_every_layer_tags_what_it_makes_with_who_owns_it_and_who_pays(environment: Synthesized) -> None:
    tags: dict[str, str] = {}
    for layer, document in environment.layers.items():
        (provider,) = document["provider"]["aws"]
        tags = provider["default_tags"][0]["tags"]
        assert set(tags) == {"Environment", "Project", "Owner", "CostCenter", "ManagedBy", "Layer"}, layer
        assert tags["Layer"] == layer
        assert all(tags.values()), layer
    (rule,) = environment.one("aws_backup_plan")["rule"]
    assert set(rule["recovery_point_tags"]) == set(tags), "the provider's tags do not reach recovery points"


@pytest.mark.requirement("ENV-1")
def test_every_layer_stays_in_one_region_and_one_account(environment: Synthesized) -> None:
    for layer, document in environment.layers.items():
        (provider,) = document["provider"]["aws"]
        assert provider["region"] == "us-east-1", layer
        assert provider["allowed_account_ids"] == [environment.settings.environment.account_id], layer
    regions = set(re.findall(r"\b(?:us|eu|ap|sa|ca|me|af|il)-[a-z]+-\d\b", environment.text()))
    assert regions == {"us-east-1"}


# What has to be said for a resource to be destroyable with what is in it.
DESTROYABLE: dict[str, dict[str, object]] = {
    "aws_s3_bucket": {"force_destroy": True},
    "aws_ecr_repository": {"force_delete": True},
    "aws_backup_vault": {"force_destroy": True},
    "aws_rds_cluster": {"deletion_protection": False, "skip_final_snapshot": True, "delete_automated_backups": True},
    "aws_dynamodb_table": {"deletion_protection_enabled": False},
    "aws_lb": {"enable_deletion_protection": False},
    "aws_cloudwatch_log_group": {"skip_destroy": False},
    "aws_kms_key": {"deletion_window_in_days": 7},
}


@pytest.mark.requirement("ENV-3")
def test_everything_can_be_destroyed_with_what_is_in_it(environment: Synthesized) -> None:
    for resource_type, attributes in DESTROYABLE.items():
        found = environment.resources(resource_type)
        assert found, resource_type
        for resource in found:
            assert {key: resource.get(key) for key in attributes} == attributes, resource.address
    keeping = ("prevent_destroy", "retain_on_delete", "final_snapshot_identifier", "ignore_deletion_error")
    assert not [word for word in keeping if word in environment.text()]


@pytest.mark.requirement("ENV-5", "ENV-6")
def test_every_layer_has_a_state_of_its_own_where_backend_tf_json_says(environment: Synthesized) -> None:
    expected = json.loads(BACKEND_FILE.read_text(encoding="utf-8"))["terraform"]["backend"]["s3"]
    assert expected["use_lockfile"], "the lock file is the way out of the deprecated lock table"
    assert {"dynamodb_table", "encrypt", "kms_key_id"} <= expected.keys()
    suffix, keys = environment.settings.environment.suffix, set()
    for layer, document in environment.layers.items():
        backend = dict(document["terraform"]["backend"]["s3"])
        keys.add(backend.pop("key"))
        assert backend == expected, layer
    assert keys == {f"{suffix}/{layer}.tfstate" for layer in environment.layers}


@pytest.mark.requirement("ENV-5")
def test_every_reference_to_another_layer_names_an_output_that_it_has(environment: Synthesized) -> None:
    dangling = [
        f"{resource.address} reads {output} of {layer}"
        for resource in environment.resources()
        for layer, output in resource.reads()
        if output not in environment.outputs(layer)
    ]
    assert not dangling


@pytest.mark.requirement("ENV-5")
def test_layers_wait_for_exactly_those_whose_state_they_read_and_those_come_first(environment: Synthesized) -> None:
    earlier: set[str] = set()
    for name, stack in environment.stacks.items():
        states = environment.remote_states(name)
        assert set(states) == {dependency.node.id for dependency in stack.dependencies}, name
        assert set(states) <= earlier, f"{name} reads a layer that comes after it"
        used = {layer for resource in environment.resources(layer=name) for layer, _ in resource.reads()}
        assert set(states) == used, f"{name} is given layers that it makes no use of"
        for producer, state in states.items():
            assert state["config"]["key"] == f"{environment.settings.environment.suffix}/{producer}.tfstate"
        earlier.add(name)


@pytest.mark.requirement("ENV-5")
def test_what_a_layer_publishes_is_its_contract(environment: Synthesized) -> None:
    for name, stack in environment.stacks.items():
        assert isinstance(stack, Layer)
        contract = {field.name for field in fields(stack.outputs)}
        assert set(environment.outputs(name)) == contract, name
    assert "cross-stack-output" not in environment.text(), "automatic references have names that change"


@pytest.mark.requirement("DB-4", "Q-1")
def test_no_secret_is_written_down(environment: Synthesized) -> None:
    secret = re.compile(r'"(?:[a-z_]*password(?!_user)|secret_string|private_key|access_key|auth_token)[a-z_]*":')
    spoken = {found for found in secret.findall(environment.text()) if "manage_master_user_password" not in found}
    assert not spoken
