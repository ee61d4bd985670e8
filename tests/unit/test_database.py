"""Database: two instances that can stand in for each other, in zones of their own, that only the service can reach."""

import json

import pytest

from stacks.database_alarms import max_connections
from stacks.settings import DatabaseSettings
from tests.unit.synthesized import Synthesized


@pytest.mark.requirement("DB-1")
def test_the_engine_is_the_one_that_was_asked_for_and_stays_it(environment: Synthesized) -> None:
    cluster = environment.one("aws_rds_cluster")
    assert (cluster["engine"], cluster["engine_version"]) == ("aurora-postgresql", "15.6")
    assert cluster["allow_major_version_upgrade"] is False
    for instance in environment.resources("aws_rds_cluster_instance"):
        assert instance["engine_version"] == cluster["engine_version"], instance.address
        # An upgrade behind Terraform's back would be planned back, which Aurora refuses.
        assert instance["auto_minor_version_upgrade"] is False, instance.address


@pytest.mark.requirement("DB-1")
def test_losing_any_zone_leaves_an_instance_that_can_write(environment: Synthesized, other: Synthesized) -> None:
    for synthesized in (environment, other):
        count = synthesized.settings.database.instances
        instances = synthesized.resources("aws_rds_cluster_instance")
        assert len(instances) == len({instance["availability_zone"] for instance in instances}) == count
        assert all(instance["promotion_tier"] <= 1 for instance in instances), "others do not scale with the writer"


@pytest.mark.requirement("DB-1", "COST-1")
def test_capacity_follows_the_load_between_the_limits_that_are_set(other: Synthesized) -> None:
    limits = other.settings.database
    scaling = other.one("aws_rds_cluster")["serverlessv2_scaling_configuration"]
    assert (scaling["min_capacity"], scaling["max_capacity"]) == (limits.min_capacity, limits.max_capacity)
    assert {made["instance_class"] for made in other.resources("aws_rds_cluster_instance")} == {"db.serverless"}


@pytest.mark.requirement("DB-1")
def test_the_cluster_names_no_zones_since_fewer_than_three_would_replace_it(environment: Synthesized) -> None:
    assert "availability_zones" not in environment.one("aws_rds_cluster").body


@pytest.mark.requirement("DB-3")
def test_nobody_but_the_service_reaches_the_database(environment: Synthesized) -> None:
    cluster = environment.one("aws_rds_cluster")
    groups = cluster["vpc_security_group_ids"]
    assert groups == ["${data.terraform_remote_state.network.outputs.database_security_group_id}"]
    subnets = environment.one("aws_db_subnet_group")
    assert subnets["subnet_ids"] == "${data.terraform_remote_state.network.outputs.database_subnet_ids}"
    assert all(made["publicly_accessible"] is False for made in environment.resources("aws_rds_cluster_instance"))


@pytest.mark.requirement("DB-4")
def test_the_service_signs_in_with_a_token_as_a_user_of_its_own(environment: Synthesized) -> None:
    assert environment.one("aws_rds_cluster")["iam_database_authentication_enabled"] is True
    policy = environment.one("aws_iam_role_policy", "task-role-policy")["policy"]
    user = environment.settings.database.service_username
    assert user != environment.one("aws_rds_cluster")["master_username"]
    assert f"dbuser:${{data.terraform_remote_state.database.outputs.cluster_resource_id}}/{user}" in policy


@pytest.mark.requirement("DB-5")
def test_backups_reach_back_a_week_and_logs_leave_the_instances(environment: Synthesized) -> None:
    cluster = environment.one("aws_rds_cluster")
    assert cluster["backup_retention_period"] == 7
    assert cluster["enabled_cloudwatch_logs_exports"] == ["postgresql"]


@pytest.mark.requirement("DB-2", "OBS-2")
def test_every_instance_shows_what_it_is_busy_with(environment: Synthesized) -> None:
    for instance in environment.resources("aws_rds_cluster_instance"):
        assert instance["performance_insights_enabled"] is True, instance.address
        assert instance["monitoring_interval"] in {1, 5, 10, 15, 30, 60}, instance.address
        assert "aws_iam_role.monitoring-role" in instance.references()


@pytest.mark.requirement("OBS-2")
def test_failovers_failures_and_maintenance_are_announced(environment: Synthesized) -> None:
    subscription = environment.one("aws_db_event_subscription")
    assert {"failover", "failure", "maintenance"} <= set(subscription["event_categories"])
    assert subscription["sns_topic"] == "${data.terraform_remote_state.alerting.outputs.alert_topic_arn}"
    rule = environment.one("aws_cloudwatch_event_rule", "event-database-instance")
    watched = json.loads(rule["event_pattern"])["detail"]["SourceIdentifier"]
    assert watched == [made["identifier"] for made in environment.resources("aws_rds_cluster_instance")]


@pytest.mark.requirement("DB-1")
def test_the_certificate_authority_is_the_default_since_another_restarts_each_new_instance(
    environment: Synthesized,
) -> None:
    assert {made["ca_cert_identifier"] for made in environment.resources("aws_rds_cluster_instance")} == {
        "rds-ca-rsa2048-g1"
    }


@pytest.mark.requirement("OBS-2")
@pytest.mark.parametrize(
    ("minimum", "maximum", "fewest", "most"), [(0.5, 4, 700, 900), (0.5, 128, 2000, 2000), (8, 128, 5000, 5000)]
)
def test_the_connection_alarm_knows_how_many_an_instance_accepts(
    minimum: float, maximum: float, fewest: int, most: int
) -> None:
    settings = DatabaseSettings(min_capacity=minimum, max_capacity=float(maximum))
    assert fewest <= max_connections(settings) <= most
