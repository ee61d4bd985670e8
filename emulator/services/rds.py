"""RDS: what moto leaves out of Aurora clusters, their instances and their managed master passwords.

moto accepts the settings of a cluster and of its instances and drops some of them, so that they are absent
from what it answers afterwards. Parameter groups, subscriptions and the catalogue of versions are in
`rds_settings`.
"""

import json
from collections import Counter
from collections.abc import MutableMapping
from threading import Lock
from typing import Any

from moto.moto_api._internal import mock_random
from moto.rds.exceptions import (
    DBClusterNotFoundError,
    DBClusterParameterGroupNotFoundError,
    DBSubnetGroupNotFoundError,
    InvalidParameterCombination,
    RDSClientError,
)
from moto.rds.models import (
    DBCluster,
    DBInstance,
    DBInstanceClustered,
    DBSubnetGroup,
    MasterUserSecret,
    RDSBackend,
)

from emulator.extension import extends
from emulator.services import rds_settings

_new_cluster = DBCluster.__init__
_new_instance = DBInstance.__init__
_new_member = DBInstanceClustered.__init__
_create_cluster = RDSBackend.create_db_cluster
_modify_cluster = RDSBackend.modify_db_cluster
_delete_cluster = RDSBackend.delete_db_cluster
_create_instance = RDSBackend.create_db_instance
_delete_subnet_group = RDSBackend.delete_subnet_group

# What an account that chose nothing else gets since August 2024. Terraform asks for a certificate authority
# only after it has created the instance, and modifies and reboots one that has another: three more minutes.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.SSL.html
_DEFAULT_CA = "rds-ca-rsa2048-g1"

# The first member of a cluster becomes its writer. Two may be created at the same moment, and must not both
# be the first.
_membership = Lock()


def _default_parameter_group(engine: str, version: str | None) -> str:
    """Name the group a cluster gets when none is asked for: `default.` and the family of its version."""
    return f"default.{engine}{(version or DBCluster.default_engine_version(engine)).split('.')[0]}"


@extends(DBCluster)
class ClusterSettings(DBCluster):
    """The members of a DBCluster that moto does not return, or returns for the wrong kind of cluster.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html
    """

    def __init__(self, backend: RDSBackend, **settings: Any) -> None:  # noqa: ANN401
        engine = settings["engine"]
        if engine == "aurora-postgresql" and not settings.get("db_cluster_parameter_group_name"):
            version = settings.get("engine_version")
            settings["db_cluster_parameter_group_name"] = _default_parameter_group(engine, version)
        if engine.startswith("aurora"):
            # Aurora allocates storage by itself. moto looks up a default, and knows none for aurora-iopt1.
            settings["allocated_storage"] = settings.get("allocated_storage") or 1
        _new_cluster(self, backend, **settings)
        if engine.startswith("aurora"):
            # AWS returns aurora-iopt1 and leaves the ordinary storage type out.
            asked = settings.get("storage_type")
            self.storage_type = asked if asked == "aurora-iopt1" else None
        # Kept under the names of the request's parameters, which is where ModifyDBCluster puts them too.
        self.enable_iam_database_authentication = bool(settings.get("enable_iam_database_authentication"))
        self.enable_performance_insights = bool(settings.get("enable_performance_insights"))
        self.performance_insights_kms_key_id = settings.get("performance_insights_kms_key_id")
        self.performance_insights_retention_period = settings.get("performance_insights_retention_period")
        self.monitoring_interval = settings.get("monitoring_interval")
        self.monitoring_role_arn = settings.get("monitoring_role_arn")
        self.database_insights_mode = settings.get("database_insights_mode") or "standard"
        self.engine_lifecycle_support = settings.get("engine_lifecycle_support") or "open-source-rds-extended-support"

    @property
    def performance_insights_enabled(self) -> bool:
        """Return whether Performance Insights is on by default for the instances of the cluster."""
        return self.enable_performance_insights

    @property
    def iam_database_authentication_enabled(self) -> bool:
        """Return what was asked for last: moto keeps the answer given at creation."""
        return self.enable_iam_database_authentication

    @property
    def scaling_configuration_info(self) -> dict[str, Any] | None:  # type: ignore[override]
        """Return the scaling of Aurora Serverless v1; a provisioned cluster has none."""
        scaling = self.scaling_configuration
        if not scaling or self.engine_mode != "serverless":
            return None
        return {
            "MinCapacity": scaling.get("min_capacity"),
            "MaxCapacity": scaling.get("max_capacity"),
            "AutoPause": scaling.get("auto_pause"),
            "SecondsUntilAutoPause": scaling.get("seconds_until_auto_pause"),
            "TimeoutAction": scaling.get("timeout_action"),
            "SecondsBeforeTimeout": scaling.get("seconds_before_timeout"),
        }

    def get_cfg(self) -> dict[str, Any]:
        """Return what a restored cluster is created from. One whose password is managed has none to copy."""
        hidden = {"backend", "_master_user_password", "_enable_http_endpoint", "_vpc_security_group_ids"}
        settings = {name: value for name, value in vars(self).items() if name not in hidden}
        return {
            **settings,
            "master_user_password": getattr(self, "_master_user_password", None),
            "enable_http_endpoint": self.enable_http_endpoint,
            "vpc_security_group_ids": self.vpc_security_group_ids,
        }


@extends(DBInstance)
class InstanceSettings(DBInstance):
    """The members of a DBInstance that moto does not return, or returns the same for every instance.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
    """

    def __init__(self, backend: RDSBackend, **settings: Any) -> None:  # noqa: ANN401
        settings["ca_certificate_identifier"] = settings.get("ca_certificate_identifier") or _DEFAULT_CA
        _new_instance(self, backend, **settings)
        self.dbi_resource_id = f"db-{mock_random.get_random_string(26).upper()}"
        self.enable_performance_insights = bool(settings.get("enable_performance_insights"))
        self.performance_insights_kms_key_id = settings.get("performance_insights_kms_key_id")
        self.performance_insights_retention_period = settings.get("performance_insights_retention_period")
        if self.enable_performance_insights and not self.performance_insights_retention_period:
            self.performance_insights_retention_period = 7

    @property
    def performance_insights_enabled(self) -> bool:
        """Return whether Performance Insights is on, under the name ModifyDBInstance sets it by."""
        return self.enable_performance_insights


@extends(DBInstanceClustered)
class MemberPlacement(DBInstanceClustered):
    """Where an instance of a cluster stands: RDS spreads those placed nowhere over the subnet group's zones.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    """

    def __init__(self, backend: RDSBackend, db_cluster_identifier: str, **settings: Any) -> None:  # noqa: ANN401
        cluster = backend.clusters.get(db_cluster_identifier)
        group = backend.subnet_groups.get(cluster.db_subnet_group_name) if cluster else None
        if cluster and group:
            settings["db_subnet_group_name"] = settings.get("db_subnet_group_name") or group.name
            used = Counter(member.availability_zone for member in cluster.members)
            zones = sorted({subnet["SubnetAvailabilityZone"]["Name"] for subnet in group.subnets})
            placed = settings.get("availability_zone")
            settings["availability_zone"] = placed or min(zones, key=lambda zone: used[zone])
        _new_member(self, db_cluster_identifier, backend=backend, **settings)


@extends(MasterUserSecret)
class ManagedPassword(MasterUserSecret):
    """The secret of ManageMasterUserPassword: the user it was asked for, with a password nobody chose.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
    """

    def _generate_secret_string(self) -> str:
        password = mock_random.get_random_string(30, include_digits=True)
        return json.dumps({"username": self.resource.master_username, "password": password})


@extends(RDSBackend)
class ClusterCalls(RDSBackend):
    """The calls on clusters and their members that moto answers without looking."""

    def create_db_cluster(self, kwargs: MutableMapping[str, Any]) -> DBCluster:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html."""
        identifier = kwargs["db_cluster_identifier"]
        if identifier in self.clusters:
            raise RDSClientError("DBClusterAlreadyExistsFault", "DB Cluster already exists")
        parameters = kwargs.get("db_cluster_parameter_group_name")
        if parameters and not parameters.startswith("default.") and parameters not in self.db_cluster_parameter_groups:
            raise DBClusterParameterGroupNotFoundError(parameters)
        subnets = kwargs.get("db_subnet_group_name")
        if subnets and subnets != "default" and subnets not in self.subnet_groups:
            raise DBSubnetGroupNotFoundError(subnets)
        engine, version = kwargs["engine"], kwargs.get("engine_version")
        if version and not rds_settings.offered(self, engine, version):
            raise InvalidParameterCombination(f"Cannot find version {version} for {engine}")
        return _create_cluster(self, kwargs)  # type: ignore[arg-type]

    def modify_db_cluster(self, kwargs: MutableMapping[str, Any]) -> DBCluster:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html."""
        identifier = kwargs["db_cluster_identifier"]
        if identifier not in self.clusters:
            raise DBClusterNotFoundError(identifier)
        cluster = self.clusters[identifier]
        if kwargs.get("manage_master_user_password") and cluster.manage_master_user_password:
            # It is managed already, under a key that stays; moto would make another secret.
            kwargs.pop("manage_master_user_password")
            kwargs.pop("master_user_secret_kms_key_id", None)
        logs = kwargs.pop("cloudwatch_logs_export_configuration", None) or {}
        modified = _modify_cluster(self, kwargs)  # type: ignore[arg-type]
        switched_off = set(logs.get("DisableLogTypes") or [])
        kept = [log for log in cluster.enabled_cloudwatch_logs_exports if log not in switched_off]
        added = [log for log in logs.get("EnableLogTypes") or [] if log not in kept]
        cluster.enabled_cloudwatch_logs_exports = modified.enabled_cloudwatch_logs_exports = kept + added
        return modified

    def delete_db_cluster(self, cluster_identifier: str, snapshot_name: str | None = None) -> DBCluster:
        """Delete the automated snapshots too, as DeleteAutomatedBackups does unless it is switched off.

        https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBCluster.html
        """
        cluster = _delete_cluster(self, cluster_identifier, snapshot_name)
        for name, snapshot in list(self.cluster_snapshots.items()):
            automated = snapshot.snapshot_type == "automated"
            if automated and snapshot.db_cluster_identifier == cluster.db_cluster_identifier:
                del self.cluster_snapshots[name]
        return cluster

    def delete_subnet_group(self, subnet_name: str) -> DBSubnetGroup:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBSubnetGroup.html."""
        of_clusters = {name: cluster.db_subnet_group_name for name, cluster in self.clusters.items()}
        of_instances = {name: vars(instance)["_db_subnet_group_name"] for name, instance in self.databases.items()}
        for name, group in {**of_clusters, **of_instances}.items():
            if group == subnet_name:
                message = f"Cannot delete the subnet group '{subnet_name}': {name} is still using it."
                raise RDSClientError("InvalidDBSubnetGroupStateFault", message)
        return _delete_subnet_group(self, subnet_name)

    def create_db_instance(self, db_kwargs: MutableMapping[str, Any]) -> DBInstance:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html."""
        with _membership:
            return _create_instance(self, db_kwargs)  # type: ignore[arg-type]
