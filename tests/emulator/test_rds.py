import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.rds  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

REGION = "us-east-1"

# Reads the model of a service once, where a session for every test would read it again.
AWS = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
ENGINE = {"Engine": "aurora-postgresql", "EngineVersion": "15.6"}


@pytest.fixture
def rds() -> Iterator[Client]:
    with mock_aws():
        yield AWS.client("rds")


def create_cluster(rds: Client, name: str = "db", **settings: object) -> dict[str, Any]:
    owner = {"MasterUsername": "keeper", "ManageMasterUserPassword": True}
    rds.create_db_cluster(DBClusterIdentifier=name, **{**ENGINE, **owner, **settings})
    return cluster(rds, name)


def cluster(rds: Client, name: str = "db") -> dict[str, Any]:
    [found] = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    answer: dict[str, Any] = found
    return answer


def create_instance(rds: Client, name: str, **settings: object) -> dict[str, Any]:
    settings = {"DBInstanceClass": "db.serverless", "DBClusterIdentifier": "db", **settings}
    rds.create_db_instance(DBInstanceIdentifier=name, Engine="aurora-postgresql", **settings)
    return instance(rds, name)


def instance(rds: Client, name: str) -> dict[str, Any]:
    [found] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    answer: dict[str, Any] = found
    return answer


def create_subnets(rds: Client) -> None:
    ec2 = AWS.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]
        for n, zone in enumerate("bc")
    ]
    ids = [subnet["SubnetId"] for subnet in subnets]
    rds.create_db_subnet_group(DBSubnetGroupName="group", DBSubnetGroupDescription="db", SubnetIds=ids)


def error(call: Client, **arguments: object) -> str:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    code: str = raised.value.response["Error"]["Code"]
    return code


def test_a_subnet_group_stays_as_long_as_a_database_is_in_it(rds: Client) -> None:
    create_subnets(rds)
    create_cluster(rds, DBSubnetGroupName="group")
    create_instance(rds, "one")
    assert error(rds.delete_db_subnet_group, DBSubnetGroupName="group") == "InvalidDBSubnetGroupStateFault"
    rds.delete_db_instance(DBInstanceIdentifier="one", SkipFinalSnapshot=True)
    rds.delete_db_cluster(DBClusterIdentifier="db", SkipFinalSnapshot=True)
    rds.delete_db_subnet_group(DBSubnetGroupName="group")


def test_a_provisioned_cluster_has_no_serverless_v1_scaling(rds: Client) -> None:
    created = create_cluster(rds, ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 4})
    assert "ScalingConfigurationInfo" not in created
    assert created["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 4
    assert created["DBClusterParameterGroup"] == "default.aurora-postgresql15"


def test_performance_insights_of_a_cluster_are_returned_and_modified(rds: Client) -> None:
    created = create_cluster(
        rds,
        EnablePerformanceInsights=True,
        PerformanceInsightsKMSKeyId="arn:key",
        PerformanceInsightsRetentionPeriod=7,
    )
    assert created["PerformanceInsightsEnabled"] is True
    assert created["PerformanceInsightsRetentionPeriod"] == 7
    assert created["PerformanceInsightsKMSKeyId"] == "arn:key"
    rds.modify_db_cluster(
        DBClusterIdentifier="db", EnablePerformanceInsights=False, EnableIAMDatabaseAuthentication=True
    )
    assert cluster(rds)["PerformanceInsightsEnabled"] is False
    assert cluster(rds)["IAMDatabaseAuthenticationEnabled"] is True


def test_the_logs_a_cluster_exports_are_switched_on_and_off(rds: Client) -> None:
    assert create_cluster(rds, EnableCloudwatchLogsExports=["postgresql"])["EnabledCloudwatchLogsExports"] == [
        "postgresql"
    ]
    change = {"EnableLogTypes": ["instance"], "DisableLogTypes": ["postgresql"]}
    rds.modify_db_cluster(DBClusterIdentifier="db", CloudwatchLogsExportConfiguration=change)
    assert cluster(rds)["EnabledCloudwatchLogsExports"] == ["instance"]


def test_the_managed_password_is_a_secret_as_old_as_the_cluster(rds: Client) -> None:
    kms = AWS.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    secret = create_cluster(rds, MasterUserSecretKmsKeyId=key)["MasterUserSecret"]
    assert secret["KmsKeyId"] == key
    secrets = AWS.client("secretsmanager")
    value = json.loads(secrets.get_secret_value(SecretId=secret["SecretArn"])["SecretString"])
    assert value["username"] == "keeper"
    assert len(value["password"]) == 30
    rds.delete_db_cluster(DBClusterIdentifier="db", SkipFinalSnapshot=True)
    assert error(secrets.describe_secret, SecretId=secret["SecretArn"]) == "ResourceNotFoundException"
    assert error(rds.describe_db_clusters, DBClusterIdentifier="db") == "DBClusterNotFoundFault"


def test_a_deleted_cluster_leaves_its_final_snapshot_alone(rds: Client) -> None:
    create_cluster(rds)
    rds.delete_db_cluster(DBClusterIdentifier="db", FinalDBSnapshotIdentifier="last")
    [snapshot] = rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert snapshot["DBClusterSnapshotIdentifier"] == "last"
    rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="again", SnapshotIdentifier="last", Engine="aurora-postgresql"
    )
    assert cluster(rds, "again")["Status"]


def test_a_cluster_refuses_what_is_not_there(rds: Client) -> None:
    create_cluster(rds)
    arguments = {"DBClusterIdentifier": "new", "MasterUsername": "u", "ManageMasterUserPassword": True}
    create = rds.create_db_cluster
    assert error(create, **{**arguments, **ENGINE, "DBClusterIdentifier": "db"}) == "DBClusterAlreadyExistsFault"
    assert error(create, **arguments, **ENGINE, DBSubnetGroupName="none") == "DBSubnetGroupNotFoundFault"
    group = "DBClusterParameterGroupName"
    assert error(create, **arguments, **ENGINE, **{group: "none"}) == "DBParameterGroupNotFound"
    gone = {**ENGINE, "EngineVersion": "15.5"}
    assert error(create, **arguments, **gone) == "InvalidParameterCombination"
    assert error(rds.modify_db_cluster, DBClusterIdentifier="none") == "DBClusterNotFoundFault"


def test_an_instance_returns_what_it_was_created_with(rds: Client) -> None:
    create_cluster(rds)
    created = create_instance(
        rds,
        "one",
        EnablePerformanceInsights=True,
        PerformanceInsightsKMSKeyId="arn:key",
        MonitoringInterval=30,
        MonitoringRoleArn="arn:role",
        PromotionTier=3,
        AutoMinorVersionUpgrade=False,
        CopyTagsToSnapshot=True,
    )
    expected = {
        "PerformanceInsightsEnabled": True,
        "PerformanceInsightsKMSKeyId": "arn:key",
        "PerformanceInsightsRetentionPeriod": 7,
        "MonitoringInterval": 30,
        "MonitoringRoleArn": "arn:role",
        "PromotionTier": 3,
        "AutoMinorVersionUpgrade": False,
        "CopyTagsToSnapshot": True,
        "DBInstanceStatus": "available",
        # Terraform modifies and reboots an instance that has another than the one it wants.
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
    }
    assert {name: created[name] for name in expected} == expected
    rds.modify_db_instance(DBInstanceIdentifier="one", EnablePerformanceInsights=False)
    assert instance(rds, "one")["PerformanceInsightsEnabled"] is False


def test_instances_are_told_apart_and_spread_over_the_subnet_group(rds: Client) -> None:
    create_subnets(rds)
    create_cluster(rds, DBSubnetGroupName="group")
    found = [create_instance(rds, f"i{n}") for n in range(4)]
    assert Counter(each["AvailabilityZone"] for each in found) == {"us-east-1b": 2, "us-east-1c": 2}
    assert len({each["DbiResourceId"] for each in found}) == 4
    assert create_instance(rds, "placed", AvailabilityZone="us-east-1b")["AvailabilityZone"] == "us-east-1b"


def test_exactly_one_member_writes_and_failover_names_another(rds: Client) -> None:
    create_cluster(rds)
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(lambda n: create_instance(rds, f"i{n}"), range(4)))

    def writers() -> list[str]:
        members = cluster(rds)["DBClusterMembers"]
        return [member["DBInstanceIdentifier"] for member in members if member["IsClusterWriter"]]

    [before] = writers()
    target = "i1" if before == "i0" else "i0"
    rds.failover_db_cluster(DBClusterIdentifier="db", TargetDBInstanceIdentifier=target)
    assert writers() == [target]


@pytest.mark.parametrize("scope", ["", "Cluster"])
def test_parameters_that_were_set_are_the_users_until_they_are_reset(rds: Client, scope: str) -> None:
    def call(verb: str, noun: str, **arguments: object) -> dict[str, Any]:
        kind = "db_cluster" if scope else "db"
        arguments[f"DB{scope}ParameterGroupName"] = "group"
        answer: dict[str, Any] = getattr(rds, f"{verb}_{kind}_{noun}")(**arguments)
        return answer

    call("create", "parameter_group", DBParameterGroupFamily="aurora-postgresql15", Description="d")
    parameter = {"ParameterName": "log_lock_waits", "ParameterValue": "1", "ApplyMethod": "immediate"}
    call("modify", "parameter_group", Parameters=[parameter])
    [found] = call("describe", "parameters", Source="user")["Parameters"]
    assert found == {**parameter, "Source": "user"}
    assert call("describe", "parameters", Source="system")["Parameters"] == []
    call("reset", "parameter_group", Parameters=[parameter])
    assert call("describe", "parameters")["Parameters"] == []
    call("delete", "parameter_group")
    describe = rds.describe_db_cluster_parameters if scope else rds.describe_db_parameters
    assert error(describe, **{f"DB{scope}ParameterGroupName": "group"}) == "DBParameterGroupNotFound"


def test_a_subscription_is_enabled_modified_and_missed(rds: Client) -> None:
    created = rds.create_event_subscription(
        SubscriptionName="s", SnsTopicArn="arn:topic", SourceType="db-cluster", SourceIds=["db"]
    )["EventSubscription"]
    assert (created["Enabled"], created["Status"]) == (True, "active")
    rds.modify_event_subscription(SubscriptionName="s", Enabled=False, EventCategories=["failover"])
    rds.add_source_identifier_to_subscription(SubscriptionName="s", SourceIdentifier="other")
    rds.remove_source_identifier_from_subscription(SubscriptionName="s", SourceIdentifier="db")
    [found] = rds.describe_event_subscriptions(SubscriptionName="s")["EventSubscriptionsList"]
    assert (found["Enabled"], found["EventCategoriesList"], found["SourceIdsList"]) == (
        False,
        ["failover"],
        ["other"],
    )
    assert error(rds.modify_event_subscription, SubscriptionName="none") == "SubscriptionNotFound"


@pytest.mark.parametrize(("version", "offered"), [("15.6", True), ("15.3", False), ("15.5", False)])
def test_versions_on_offer(rds: Client, version: str, offered: bool) -> None:  # noqa: FBT001
    versions = rds.describe_db_engine_versions(Engine="aurora-postgresql", EngineVersion=version)
    assert [found["DBParameterGroupFamily"] for found in versions["DBEngineVersions"]] == (
        ["aurora-postgresql15"] if offered else []
    )
    options = rds.describe_orderable_db_instance_options(
        Engine="aurora-postgresql", EngineVersion=version, DBInstanceClass="db.serverless"
    )["OrderableDBInstanceOptions"]
    assert [(o["EngineVersion"], o["DBInstanceClass"]) for o in options] == (
        [(version, "db.serverless")] if offered else []
    )


def test_clusters_belong_to_an_account_and_a_region(rds: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    create_cluster(rds)
    assert AWS.client("rds", region_name="eu-west-1").describe_db_clusters()["DBClusters"] == []
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "210987654321")
    assert AWS.client("rds").describe_db_clusters()["DBClusters"] == []


def test_tags_are_added_and_removed(rds: Client) -> None:
    arn = create_cluster(rds, Tags=[{"Key": "a", "Value": "1"}])["DBClusterArn"]
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "b", "Value": "2"}])
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["a"])
    assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "b", "Value": "2"}]


def test_a_password_that_is_managed_already_keeps_its_secret(rds: Client) -> None:
    before = create_cluster(rds)["MasterUserSecret"]["SecretArn"]
    rds.modify_db_cluster(DBClusterIdentifier="db", ManageMasterUserPassword=True, ApplyImmediately=True)
    assert cluster(rds)["MasterUserSecret"]["SecretArn"] == before
