"""Checks of the Aurora cluster and its instances."""

import json
from typing import Any

from ops.checks.deployed import Deployed
from ops.checks.framework import check, only, require, same, same_set
from ops.checks.network import security_group, subnets, vpc
from stacks.names import cluster_log_group_of, cluster_of

LONGEST_TIER_THAT_SCALES_WITH_THE_WRITER = 1


def cluster(aws: Deployed) -> dict[str, Any]:
    """The cluster."""
    name = cluster_of(aws.settings)
    found = aws.ask("rds", "describe_db_clusters", DBClusterIdentifier=name)["DBClusters"]
    return dict(only(name, found))


def instances(aws: Deployed) -> list[dict[str, Any]]:
    """The instances of the cluster."""
    filters = [{"Name": "db-cluster-id", "Values": [cluster_of(aws.settings)]}]
    return aws.listed("rds", "describe_db_instances", "DBInstances", Filters=filters)


def _members(aws: Deployed, *, writer: bool) -> list[dict[str, Any]]:
    return [one for one in cluster(aws)["DBClusterMembers"] if one["IsClusterWriter"] is writer]


@check("DB-1")
def engine_is_what_was_asked_for(aws: Deployed) -> None:
    """The cluster is available and runs Aurora PostgreSQL in the version of the settings."""
    found = cluster(aws)
    same("the cluster is", found["Status"], "available")
    same("engine", found["Engine"], "aurora-postgresql")
    same("version", found["EngineVersion"], aws.settings.database.engine_version)


@check("DB-1", "COST-1")
def capacity_is_serverless(aws: Deployed) -> None:
    """Every instance is Serverless v2, between the capacities of the settings."""
    scaling, wanted = cluster(aws)["ServerlessV2ScalingConfiguration"], aws.settings.database
    same("smallest capacity", scaling["MinCapacity"], wanted.min_capacity)
    same("largest capacity", scaling["MaxCapacity"], wanted.max_capacity)
    for instance in instances(aws):
        same(f"class of {instance['DBInstanceIdentifier']}", instance["DBInstanceClass"], "db.serverless")


@check("DB-1")
def writer_and_reader_are_in_different_zones(aws: Deployed) -> None:
    """There is one writer and at least one available reader in another zone."""
    zone = {one["DBInstanceIdentifier"]: one["AvailabilityZone"] for one in instances(aws)}
    for instance in instances(aws):
        same(f"{instance['DBInstanceIdentifier']} is", instance["DBInstanceStatus"], "available")
    writer = only("writers", _members(aws, writer=True))["DBInstanceIdentifier"]
    readers = [one["DBInstanceIdentifier"] for one in _members(aws, writer=False)]
    same("number of instances", len(readers) + 1, aws.settings.database.instances)
    elsewhere = [name for name in readers if zone[name] != zone[writer]]
    require(elsewhere, f"no reader is in another zone than {zone[writer]}, where the writer is")


@check("DB-1")
def readers_take_over_first(aws: Deployed) -> None:
    """Every reader is in failover tier 0 or 1, so that it scales with the writer that it may have to replace."""
    for instance in instances(aws):
        tier = instance["PromotionTier"]
        same_tier = tier <= LONGEST_TIER_THAT_SCALES_WITH_THE_WRITER
        require(same_tier, f"{instance['DBInstanceIdentifier']} is in failover tier {tier}")


@check("DB-2", "ENV-8")
def data_is_encrypted(aws: Deployed) -> None:
    """Data, and with it snapshots, and Performance Insights are encrypted with the environment's own key."""
    found, key = cluster(aws), aws.key_arn("database")
    require(found["StorageEncrypted"], "the cluster is not encrypted")
    same("key of the data", found["KmsKeyId"], key)
    for instance in instances(aws):
        name = instance["DBInstanceIdentifier"]
        require(instance.get("PerformanceInsightsEnabled"), f"{name} has no Performance Insights")
        same(f"key of Performance Insights of {name}", instance.get("PerformanceInsightsKMSKeyId"), key)


@check("DB-2", "BK-2")
def snapshots_carry_tags(aws: Deployed) -> None:
    """Snapshots carry the cluster's tags."""
    require(cluster(aws).get("CopyTagsToSnapshot"), "snapshots do not carry the cluster's tags")


@check("DB-2", "DB-4", "ENV-8")
def master_password_is_managed(aws: Deployed) -> None:
    """RDS keeps the master password in Secrets Manager, under the environment's own key."""
    secret = cluster(aws).get("MasterUserSecret") or {}
    require(secret.get("SecretArn"), "RDS does not manage the master password")
    same("key of the master password", secret.get("KmsKeyId"), aws.key_arn("database"))


@check("DB-3")
def cluster_is_in_the_isolated_subnets(aws: Deployed) -> None:
    """The cluster is in the database subnets of the environment's VPC, and nothing of it is public."""
    name = aws.names("db-subnet-group")
    same("subnet group", cluster(aws)["DBSubnetGroup"], name)
    groups = aws.ask("rds", "describe_db_subnet_groups", DBSubnetGroupName=name)["DBSubnetGroups"]
    group = only(name, groups)
    same("VPC of the subnet group", group["VpcId"], vpc(aws)["VpcId"])
    isolated = [subnet["SubnetId"] for subnet in subnets(aws, "database")]
    same_set("the subnet group", [subnet["SubnetIdentifier"] for subnet in group["Subnets"]], isolated)
    for instance in instances(aws):
        require(not instance["PubliclyAccessible"], f"{instance['DBInstanceIdentifier']} is public")


@check("DB-3")
def cluster_has_one_security_group(aws: Deployed) -> None:
    """The cluster has the database's security group and no other."""
    found = [group["VpcSecurityGroupId"] for group in cluster(aws)["VpcSecurityGroups"]]
    same("security groups of the cluster", found, [security_group(aws, "database")])
    same("port", cluster(aws)["Port"], 5432)


@check("DB-4", "ENV-8")
def tls_is_enforced(aws: Deployed) -> None:
    """The cluster refuses connections without TLS, and TLS before 1.2."""
    name = cluster(aws)["DBClusterParameterGroup"]
    arguments = {"DBClusterParameterGroupName": name, "Source": "user"}
    found = aws.listed("rds", "describe_db_cluster_parameters", "Parameters", **arguments)
    values = {parameter["ParameterName"]: parameter.get("ParameterValue") for parameter in found}
    same("rds.force_ssl", values.get("rds.force_ssl"), "1")
    require(values.get("ssl_min_protocol_version") in {"TLSv1.2", "TLSv1.3"}, "TLS before 1.2 is accepted")


@check("DB-4")
def database_users_can_be_iam_roles(aws: Deployed) -> None:
    """IAM database authentication is on."""
    require(cluster(aws)["IAMDatabaseAuthenticationEnabled"], "IAM database authentication is off")


@check("DB-3", "DB-4")
def data_api_is_closed(aws: Deployed) -> None:
    """The Data API, which leads to the database around its network, is closed."""
    require(not cluster(aws).get("HttpEndpointEnabled"), "the Data API is open")


@check("DB-5")
def backups_are_kept_seven_days(aws: Deployed) -> None:
    """Aurora keeps its continuous backup for seven days."""
    same("days of backups", cluster(aws)["BackupRetentionPeriod"], 7)


@check("DB-5", "OBS-4")
def postgresql_log_is_exported(aws: Deployed) -> None:
    """PostgreSQL's log goes to a log group that expires, under the environment's own key."""
    exported = cluster(aws).get("EnabledCloudwatchLogsExports", [])
    require("postgresql" in exported, "the log of PostgreSQL is not exported")
    name = cluster_log_group_of(aws.settings)
    groups = aws.listed("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=name)
    group = only(name, [group for group in groups if group["logGroupName"] == name])
    same(f"days that {name} is kept", group.get("retentionInDays"), 30)
    same(f"key of {name}", group.get("kmsKeyId"), aws.key_arn("logs"))


@check("DB-1", "ENV-3")
def version_stays_and_destroy_works(aws: Deployed) -> None:
    """No instance upgrades itself behind Terraform's back, and the cluster can be destroyed."""
    require(not cluster(aws)["DeletionProtection"], "the cluster is protected from deletion")
    for instance in instances(aws):
        name = instance["DBInstanceIdentifier"]
        require(not instance["AutoMinorVersionUpgrade"], f"{name} upgrades itself: the next plan would downgrade it")
        require(not instance.get("DeletionProtection"), f"{name} is protected from deletion")


@check("OBS-2", "OBS-5")
def failovers_are_announced(aws: Deployed) -> None:
    """Failovers and failures of the cluster reach the alert topic as they happen."""
    name = aws.names("rds-events", "cluster")
    answer = aws.ask("rds", "describe_event_subscriptions", SubscriptionName=name)
    subscription = only(name, answer["EventSubscriptionsList"])
    require(subscription["Enabled"], f"{name} is off")
    same(f"{name} tells", subscription["SnsTopicArn"], aws.topic_arn("alerts"))
    same(f"{name} is about", subscription["SourceIdsList"], [cluster_of(aws.settings)])
    missing = {"failover", "failure"} - set(subscription["EventCategoriesList"])
    require(not missing, f"{name} says nothing of {', '.join(sorted(missing))}")


@check("OBS-2", "OBS-5")
def failures_of_instances_are_announced(aws: Deployed) -> None:
    """Restarts, failures and recoveries of every instance are events that somebody is told of."""
    rule = aws.ask("events", "describe_rule", Name=aws.names("event", "database-instance"))
    detail = json.loads(rule["EventPattern"])["detail"]
    names = [instance["DBInstanceIdentifier"] for instance in instances(aws)]
    same_set(f"{rule['Name']}: its list of instances", detail["SourceIdentifier"], names)
    missing = {"availability", "failure", "recovery"} - set(detail["EventCategories"])
    require(not missing, f"{rule['Name']} says nothing of {', '.join(sorted(missing))}")
