"""Storage: versions, tiers, expiry; sessions that expire by themselves and can be brought back."""

import json
import re

import pytest

from tests.unit.synthesized import Synthesized, service_principals, statements


@pytest.mark.requirement("ST-1")
def test_every_bucket_is_private_owned_versioned_and_cleans_up_after_itself(environment: Synthesized) -> None:
    for bucket in environment.resources("aws_s3_bucket"):
        block = environment.one("aws_s3_bucket_public_access_block", f"{bucket.name}-private")
        closed = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
        assert all(block[way] is True for way in closed), bucket.address
        owner = environment.one("aws_s3_bucket_ownership_controls", f"{bucket.name}-owner")
        assert owner["rule"]["object_ownership"] == "BucketOwnerEnforced"
        versions = environment.one("aws_s3_bucket_versioning", f"{bucket.name}-versions")
        assert versions["versioning_configuration"]["status"] == "Enabled"
        rules = environment.one("aws_s3_bucket_lifecycle_configuration", f"{bucket.name}-lifecycle")["rule"]
        assert all(rule["status"] == "Enabled" for rule in rules), bucket.address
        for part in ("noncurrent_version_expiration", "abort_incomplete_multipart_upload"):
            assert any(rule.get(part) for rule in rules), f"{bucket.address} has no {part}"


@pytest.mark.requirement("ST-1", "COST-1")
def test_data_gets_cheaper_as_it_ages_and_logs_go(environment: Synthesized) -> None:
    lifecycles = {made.name: made["rule"] for made in environment.resources("aws_s3_bucket_lifecycle_configuration")}
    moves = [move for rule in lifecycles["data-lifecycle"] for move in rule.get("transition", [])]
    assert [move["days"] for move in moves] == sorted({move["days"] for move in moves})
    assert len(moves) >= 2
    assert not [rule for rule in lifecycles["data-lifecycle"] if "days" in json.dumps(rule.get("expiration", {}))]
    assert any(
        expiry["days"] for rule in lifecycles["logs-lifecycle"] for expiry in rule["expiration"] if "days" in expiry
    )


@pytest.mark.requirement("ST-1", "APP-2")
def test_both_kinds_of_access_log_reach_the_log_bucket(environment: Synthesized) -> None:
    account = environment.settings.environment.account_id
    logging = environment.one("aws_s3_bucket_logging")
    balancer = environment.one("aws_lb")["access_logs"]
    assert balancer["enabled"] is True
    assert balancer["bucket"] == "${data.terraform_remote_state.storage.outputs.log_bucket_name}"
    policy = environment.one("aws_s3_bucket_policy", "logs-policy")
    writers = {
        service: statement["Resource"]
        for statement in statements(policy["policy"])
        for service in service_principals(statement)
        if statement["Action"] == ["s3:PutObject"]
    }
    (for_balancer,) = writers["logdelivery.elasticloadbalancing.amazonaws.com"]
    assert for_balancer.endswith(f"/{balancer['prefix']}/AWSLogs/{account}/*")
    (for_s3,) = writers["logging.s3.amazonaws.com"]
    assert for_s3.endswith(f"/{logging['target_prefix']}*")
    assert "aws_s3_bucket_policy.logs-policy" in logging["depends_on"]


@pytest.mark.requirement("ST-2", "COST-1")
def test_sessions_are_paid_by_use_expire_by_themselves_and_can_be_brought_back(environment: Synthesized) -> None:
    table = environment.one("aws_dynamodb_table")
    assert table["billing_mode"] == "PAY_PER_REQUEST"
    assert table["ttl"]["enabled"] is True
    assert table["point_in_time_recovery"]["enabled"] is True
    assert table["server_side_encryption"]["enabled"] is True
    insights = environment.one("aws_dynamodb_contributor_insights")
    assert "aws_dynamodb_table.sessions" in insights.references()
    assert {attribute["name"] for attribute in table["attribute"]} == {table["hash_key"]}, "TTL is no key"


@pytest.mark.requirement("ST-1", "OBS-2")
def test_requests_on_the_data_bucket_are_counted_under_the_filter_that_alarms_ask_for(environment: Synthesized) -> None:
    counted = environment.one("aws_s3_bucket_metric")
    alarm = environment.one("aws_cloudwatch_metric_alarm", "alarm-data-bucket-failing")
    assert alarm["dimensions"]["FilterId"] == counted["name"]


@pytest.mark.requirement("ENV-2")
def test_bucket_names_are_unique_in_the_world(environment: Synthesized) -> None:
    account = environment.settings.environment.account_id
    for bucket in environment.resources("aws_s3_bucket"):
        assert re.fullmatch(rf"s3-[a-z]+-{account}-[a-z0-9-]+", bucket["bucket"]), bucket.address
        assert len(bucket["bucket"]) <= 63
