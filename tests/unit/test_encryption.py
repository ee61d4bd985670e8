"""Everything is encrypted: at rest under a key of ours, except where AWS has no such way, and in transit."""

import re
from typing import Any

import pytest

from tests.unit.synthesized import Resource, Synthesized, statements

# Where each type that stores something says which key it is stored under.
STORES = {
    "aws_backup_vault": "kms_key_arn",
    "aws_cloudwatch_log_group": "kms_key_id",
    "aws_dynamodb_table": "server_side_encryption.kms_key_arn",
    "aws_ecr_repository": "encryption_configuration.0.kms_key",
    "aws_ecs_cluster": "configuration.managed_storage_configuration.fargate_ephemeral_storage_kms_key_id",
    "aws_rds_cluster": "kms_key_id",
    "aws_rds_cluster_instance": "performance_insights_kms_key_id",
    "aws_sns_topic": "kms_master_key_id",
}
# A bucket's key stands in a resource of its own; the types below hold configuration, which AWS encrypts for itself.
STORES_NOTHING = re.compile(
    r"aws_(s3_bucket(_\w+)?|appautoscaling_\w+|backup_(plan|region_settings|restore_testing_\w+|selection"
    r"|vault_notifications)|budgets_budget|cloudwatch_(composite_alarm|dashboard|event_rule|event_target"
    r"|log_metric_filter|log_resource_policy|metric_alarm)|db_(event_subscription|parameter_group|subnet_group)"
    r"|default_security_group|dynamodb_contributor_insights|ecr_lifecycle_policy|ecs_(service|task_definition)"
    r"|fis_experiment_template|flow_log|iam_\w+|internet_gateway|kms_\w+|lb(_\w+)?|rds_cluster_parameter_group|route(_\w+)?|route53_record"
    r"|security_group|sfn_state_machine|sns_topic_(policy|subscription)|subnet|vpc(_\w+)?|wafv2_\w+)"
)


def at(body: Any, path: str) -> Any:  # noqa: ANN401 - any JSON
    """The value at a dotted path, None where there is nothing."""
    for part in path.split("."):
        body = body[int(part)] if isinstance(body, list) else (body or {}).get(part)
    return body


def is_key_of_ours(value: object) -> bool:
    """Whether a value is a key that the keys layer publishes."""
    return isinstance(value, str) and bool(
        re.fullmatch(r"\$\{data\.terraform_remote_state\.keys\.outputs\.\w+_key_arn\}", value)
    )


@pytest.mark.requirement("ENV-8", "DB-2", "ST-2", "OBS-4", "BK-1", "OBS-1")
def test_whatever_stores_something_stores_it_under_a_key_of_ours(environment: Synthesized) -> None:
    for resource in environment.resources():
        if resource.type in STORES:
            key = at(resource.body, STORES[resource.type])
            assert is_key_of_ours(key), f"{resource.address} is encrypted with {key}"
        else:
            unknown = f"{resource.address}: say in STORES under which key it stores things, or that it stores nothing"
            assert STORES_NOTHING.fullmatch(resource.type), unknown


@pytest.mark.requirement("ENV-8", "ST-1")
def test_only_the_log_bucket_is_not_under_a_key_of_ours(environment: Synthesized) -> None:
    algorithms: dict[str, str] = {}
    for resource in environment.resources("aws_s3_bucket_server_side_encryption_configuration"):
        (rule,) = resource["rule"]
        default = rule["apply_server_side_encryption_by_default"]
        bucket = resource["bucket"].partition(".")[2].partition(".")[0]
        algorithms[bucket] = default["sse_algorithm"]
        if default["sse_algorithm"] == "aws:kms":
            assert is_key_of_ours(default["kms_master_key_id"]), resource.address
            assert rule["bucket_key_enabled"], f"{resource.address}: a call to KMS for every object is expensive"
    assert algorithms.keys() == {bucket.name for bucket in environment.resources("aws_s3_bucket")}
    assert algorithms == {"data": "aws:kms", "logs": "AES256"}


@pytest.mark.requirement("DB-2", "DB-4")
def test_the_master_password_is_made_by_rds_and_kept_under_the_databases_key(environment: Synthesized) -> None:
    cluster = environment.one("aws_rds_cluster")
    assert cluster["manage_master_user_password"] is True
    assert is_key_of_ours(cluster["master_user_secret_kms_key_id"])
    assert cluster["storage_encrypted"] is True
    assert cluster["copy_tags_to_snapshot"] is True


@pytest.mark.requirement("OBS-4", "DB-5")
def test_every_log_group_forgets_after_thirty_days(environment: Synthesized) -> None:
    for group in environment.resources("aws_cloudwatch_log_group"):
        assert group["retention_in_days"] == 30, group.address


@pytest.mark.requirement("OBS-4")
def test_log_groups_that_aws_would_make_itself_are_ours_first(environment: Synthesized) -> None:
    groups = {group["name"]: group for group in environment.resources("aws_cloudwatch_log_group")}
    cluster, tasks = environment.one("aws_rds_cluster"), environment.one("aws_ecs_cluster")
    for owner, name in (
        (cluster, f"/aws/rds/cluster/{cluster['cluster_identifier']}/postgresql"),
        (tasks, f"/aws/ecs/containerinsights/{tasks['name']}/performance"),
    ):
        group = groups[name]
        waits = f"{group.type}.{group.name}" in owner.get("depends_on", [])
        assert waits, f"{owner.address} must come after {name}, and go before it"


@pytest.mark.requirement("ENV-8", "ST-1", "OBS-1")
def test_buckets_and_topics_refuse_what_does_not_come_over_tls(environment: Synthesized) -> None:
    guarded = {"aws_s3_bucket": "aws_s3_bucket_policy", "aws_sns_topic": "aws_sns_topic_policy"}
    for resource_type, policy_type in guarded.items():
        policies = environment.resources(policy_type)
        for resource in environment.resources(resource_type):
            denied = [s for policy in policies if _is_for(policy, resource) for s in statements(policy["policy"])]
            assert any(_denies_plain(statement) for statement in denied), f"{resource.address} takes plain HTTP"


def _is_for(policy: Resource, resource: Resource) -> bool:
    return policy.layer == resource.layer and f"{resource.type}.{resource.name}" in policy.references()


def _denies_plain(statement: dict[str, Any]) -> bool:
    insecure = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    return bool(statement["Effect"] == "Deny" and statement["Principal"] == {"AWS": "*"} and insecure == "false")


@pytest.mark.requirement("ENV-8", "DB-4", "APP-2")
def test_every_hop_of_a_request_is_encrypted(environment: Synthesized, other: Synthesized) -> None:
    https = environment.one("aws_lb_listener", "https")
    assert https["protocol"] == "HTTPS"
    assert re.fullmatch(r"ELBSecurityPolicy-TLS13-1-2-(Res-)?\d{4}-\d{2}", https["ssl_policy"])
    target_group = environment.one("aws_lb_target_group")
    assert target_group["protocol"] == target_group["health_check"]["protocol"] == "HTTPS"
    parameters = {p["name"]: p["value"] for p in environment.one("aws_rds_cluster_parameter_group")["parameter"]}
    assert parameters["rds.force_ssl"] == "1"
    plain = other.one("aws_lb_target_group")
    assert plain["protocol"] == plain["health_check"]["protocol"] == "HTTP", "HTTP to the task is a setting"


@pytest.mark.requirement("ENV-8")
def test_the_data_bucket_refuses_objects_under_another_key(environment: Synthesized) -> None:
    key = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    (refusal,) = [
        statement
        for statement in statements(environment.one("aws_s3_bucket_policy", "data-policy")["policy"])
        if key in statement.get("Condition", {}).get("ArnNotEquals", {})
    ]
    assert refusal["Effect"] == "Deny"
    assert is_key_of_ours(refusal["Condition"]["ArnNotEquals"][key])
    # A request that names no key gets the bucket's own, and S3 asks the policy before it adds that.
    assert refusal["Condition"]["Null"] == {key: "false"}
