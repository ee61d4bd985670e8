"""One copy of the database cluster: how it is made as Terraform would make it, piece by piece, and how it goes.

Whatever is there already is left as it is, so that what was interrupted can go on.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ops.errors import OpsError
from ops.restore.copy import tag_list
from stacks.names import cluster_log_group_of, cluster_of, instances_of, names_of
from stacks.settings import Settings

_LOG_DAYS = 30
# A state that nothing comes of: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/accessing-monitoring.html
_BROKEN = ("failed", "inaccessible", "incompatible", "restore-error", "storage-full")


def find_cluster(session: boto3.Session, identifier: str) -> dict[str, Any] | None:
    """A cluster, if there is one by that name."""
    filters = [{"Name": "db-cluster-id", "Values": [identifier]}]
    found: list[dict[str, Any]] = session.client("rds").describe_db_clusters(Filters=filters)["DBClusters"]
    return found[0] if found else None


@dataclass(frozen=True)
class ClusterCopy:
    """The copy that an environment with these settings would use."""

    session: boto3.Session
    settings: Settings

    @property
    def identifier(self) -> str:
        """The cluster's."""
        return cluster_of(self.settings)

    @property
    def instance(self) -> str:
        """The identifier of its one instance."""
        return instances_of(self.settings)[0]

    def make_log_group(self, tags: dict[str, str]) -> None:
        """RDS would make it itself, unencrypted and without expiry."""
        logs, name = self.session.client("logs"), cluster_log_group_of(self.settings)
        try:
            logs.create_log_group(logGroupName=name, kmsKeyId=self._key("logs"), tags=tags)
        except logs.exceptions.ResourceAlreadyExistsException:
            return
        logs.put_retention_policy(logGroupName=name, retentionInDays=_LOG_DAYS)

    def restore(self, source: str, moment: datetime, tags: dict[str, str]) -> None:
        """Begin to restore it, with all that AWS does not take over from the source by itself."""
        if self._found():
            return
        database, names = self.settings.database, names_of(self.settings)
        self._rds.restore_db_cluster_to_point_in_time(
            SourceDBClusterIdentifier=source,
            DBClusterIdentifier=self.identifier,
            RestoreToTime=moment,
            DBSubnetGroupName=names("db-subnet-group"),
            VpcSecurityGroupIds=[self._security_group()],
            DBClusterParameterGroupName=names("db-cluster-parameter-group"),
            KmsKeyId=self._key("database"),
            EnableIAMDatabaseAuthentication=True,
            EnableCloudwatchLogsExports=["postgresql"],
            ServerlessV2ScalingConfiguration={
                "MinCapacity": database.min_capacity,
                "MaxCapacity": database.max_capacity,
            },
            BackupRetentionPeriod=database.backup_retention_days,
            CopyTagsToSnapshot=True,
            DeletionProtection=False,
            Tags=tag_list(tags),
        )

    def start(self, tags: dict[str, str]) -> None:
        """Give it its first instance: a restored cluster has none."""
        if self._found_instance():
            return
        names = names_of(self.settings)
        role = self.session.client("iam").get_role(RoleName=names("role", "enhanced-monitoring"))["Role"]
        self._rds.create_db_instance(
            DBInstanceIdentifier=self.instance,
            DBClusterIdentifier=self.identifier,
            Engine="aurora-postgresql",
            DBInstanceClass="db.serverless",
            AvailabilityZone=self.settings.network.zones[0],
            PromotionTier=0,
            DBParameterGroupName=names("db-parameter-group"),
            PubliclyAccessible=False,
            AutoMinorVersionUpgrade=False,
            CopyTagsToSnapshot=True,
            CACertificateIdentifier="rds-ca-rsa2048-g1",
            MonitoringInterval=60,
            MonitoringRoleArn=role["Arn"],
            EnablePerformanceInsights=True,
            PerformanceInsightsKMSKeyId=self._key("database"),
            PerformanceInsightsRetentionPeriod=7,
            PreferredMaintenanceWindow="sun:07:00-sun:08:00",
            Tags=tag_list(tags),
        )

    def manage_password(self) -> None:
        """Give it a password of its own: it has the source's, which changes whenever that one is rotated."""
        if not (self._found() or {}).get("MasterUserSecret"):
            self._rds.modify_db_cluster(
                DBClusterIdentifier=self.identifier,
                ManageMasterUserPassword=True,
                MasterUserSecretKmsKeyId=self._key("database"),
                ApplyImmediately=True,
            )

    def is_at(self) -> str:
        """What the cluster is at; nothing once it is available."""
        return _is_at(self.identifier, (self._found() or {}).get("Status", "not there yet"))

    def instance_is_at(self) -> str:
        """Likewise the instance."""
        return _is_at(self.instance, (self._found_instance() or {}).get("DBInstanceStatus", "not there yet"))

    def password_is_at(self) -> str:
        """Likewise the secret."""
        status = (self._found() or {}).get("MasterUserSecret", {}).get("SecretStatus", "not there yet")
        return "" if status == "active" else f"the password is {status}"

    def delete_instance(self) -> None:
        """Begin to delete the instance."""
        if self._found_instance():
            self._rds.delete_db_instance(DBInstanceIdentifier=self.instance, SkipFinalSnapshot=True)

    def instance_is_left(self) -> str:
        """What is left of the instance."""
        return str((self._found_instance() or {}).get("DBInstanceStatus", ""))

    def delete_cluster(self) -> None:
        """Begin to delete the cluster."""
        if self._found():
            self._rds.delete_db_cluster(DBClusterIdentifier=self.identifier, SkipFinalSnapshot=True)

    def is_left(self) -> str:
        """What is left of the cluster."""
        return str((self._found() or {}).get("Status", ""))

    def delete_log_group(self) -> None:
        """Delete the log group."""
        try:
            self.session.client("logs").delete_log_group(logGroupName=cluster_log_group_of(self.settings))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise

    @property
    def _rds(self) -> Any:  # noqa: ANN401 - a boto3 client
        return self.session.client("rds")

    def _found(self) -> dict[str, Any] | None:
        return find_cluster(self.session, self.identifier)

    def _found_instance(self) -> dict[str, Any] | None:
        filters = [{"Name": "db-instance-id", "Values": [self.instance]}]
        found: list[dict[str, Any]] = self._rds.describe_db_instances(Filters=filters)["DBInstances"]
        return found[0] if found else None

    def _key(self, purpose: str) -> str:
        alias = f"alias/{names_of(self.settings)('kms', purpose)}"
        return str(self.session.client("kms").describe_key(KeyId=alias)["KeyMetadata"]["Arn"])

    def _security_group(self) -> str:
        name = names_of(self.settings)("security-group", "database")
        filters = [{"Name": "group-name", "Values": [name]}]
        found = self.session.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
        if len(found) != 1:
            raise OpsError(f"There are {len(found)} security groups {name} instead of 1, and nothing was made.")
        return str(found[0]["GroupId"])


def _is_at(name: str, status: str) -> str:
    if status.startswith(_BROKEN):
        raise OpsError(f"{name} is {status}, and nothing will come of it. Its events in the console of RDS say why.")
    return "" if status == "available" else f"{name} is {status}"
