"""Database: an Aurora PostgreSQL Serverless v2 cluster, a writer and readers in different zones."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.db_event_subscription import DbEventSubscription
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from cdktf_cdktf_provider_aws.rds_cluster import RdsCluster, RdsClusterServerlessv2ScalingConfiguration
from cdktf_cdktf_provider_aws.rds_cluster_instance import RdsClusterInstance
from cdktf_cdktf_provider_aws.rds_cluster_parameter_group import (
    RdsClusterParameterGroup,
    RdsClusterParameterGroupParameter,
)
from constructs import Construct

from stacks.alarms import raise_alarms
from stacks.alerting import Alerting
from stacks.base import Layer
from stacks.database_alarms import database_alarms
from stacks.events import Announcement, announce
from stacks.iam import trust
from stacks.keys import Keys, KeysOutputs
from stacks.log_groups import log_group
from stacks.names import cluster_log_group_of, cluster_of, instances_of
from stacks.network import Network, NetworkOutputs
from stacks.security_groups import POSTGRESQL
from stacks.settings import Settings

FAMILY = "aurora-postgresql15"
CA_CERTIFICATE = "rds-ca-rsa2048-g1"

# Enforced by the cluster whatever a client asks for.
CLUSTER_PARAMETERS = {
    "rds.force_ssl": "1",
    "ssl_min_protocol_version": "TLSv1.2",
    "log_statement": "ddl",
    "log_min_duration_statement": "1000",
}
INSTANCE_PARAMETERS = {"log_lock_waits": "1", "idle_in_transaction_session_timeout": "60000"}

# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.Messages.html
CLUSTER_EVENTS = ["failover", "failure", "maintenance", "notification"]
INSTANCE_EVENTS = ["availability", "failure", "low storage", "maintenance", "recovery"]


def instance_events(identifiers: Sequence[str]) -> Announcement:
    """By EventBridge, because a subscription of RDS can only be made once every instance is up."""
    return Announcement(
        name="database-instance",
        means="A database instance restarts, fails, recovers or is about to be maintained",
        pattern={
            "source": ["aws.rds"],
            "detail-type": ["RDS DB Instance Event"],
            "detail": {"SourceIdentifier": list(identifiers), "EventCategories": INSTANCE_EVENTS},
        },
        sentence="database instance <instance>: <message>",
        words={"instance": "$.detail.SourceIdentifier", "message": "$.detail.Message"},
        runbook="database-failover",
    )


@dataclass(frozen=True)
class DatabaseOutputs:
    """How the service finds the database and signs in, and what backup protects."""

    cluster_identifier: str
    cluster_arn: str
    cluster_resource_id: str
    writer_endpoint: str
    reader_endpoint: str
    master_secret_arn: str
    subnet_group_name: str
    log_group_name: str
    paging_alarm_names: list[str]


class Database(Layer[DatabaseOutputs]):
    """The cluster, everything it needs around it, and what is watched of it."""

    layer = "database"
    outputs = DatabaseOutputs

    def __init__(
        self, scope: Construct, settings: Settings, *, keys: Keys, alerting: Alerting, network: Network
    ) -> None:
        super().__init__(scope, settings)
        key_arns, topic_arn = self.read(keys), self.read(alerting).alert_topic_arn
        cluster = self._cluster(key_arns, self.read(network))
        self._instances(cluster, key_arns)
        self._announce_events(cluster, topic_arn=topic_arn)
        alarms = database_alarms(cluster=cluster.cluster_identifier, database=settings.database)
        paging = raise_alarms(self, alarms, topic_arn=topic_arn)

        self.publish(
            DatabaseOutputs(
                cluster_identifier=cluster.cluster_identifier,
                cluster_arn=cluster.arn,
                cluster_resource_id=cluster.cluster_resource_id,
                writer_endpoint=cluster.endpoint,
                reader_endpoint=cluster.reader_endpoint,
                master_secret_arn=cluster.master_user_secret.get(0).secret_arn,
                subnet_group_name=cluster.db_subnet_group_name,
                log_group_name=cluster_log_group_of(settings),
                paging_alarm_names=paging,
            )
        )

    def _cluster(self, key_arns: KeysOutputs, network: NetworkOutputs) -> RdsCluster:
        database = self.settings.database
        # RDS would make this group itself, unencrypted and without expiry: it is here first and outlives the cluster.
        logs = log_group(
            self,
            self._logical_name("postgresql"),
            key_arn=key_arns.logs_key_arn,
            name=cluster_log_group_of(self.settings),
        )
        subnets = DbSubnetGroup(
            self, "subnets", name=self.names("db-subnet-group"), subnet_ids=network.database_subnet_ids
        )
        # No `availability_zones`: fewer than the three that Aurora spreads its storage over force a replacement.
        return RdsCluster(
            self,
            self._logical_name("cluster"),
            cluster_identifier=cluster_of(self.settings),
            engine="aurora-postgresql",
            engine_mode="provisioned",
            engine_version=database.engine_version,
            database_name=database.name,
            master_username=database.master_username,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=key_arns.database_key_arn,
            iam_database_authentication_enabled=True,
            # Said, so that drift shows one that was left open: docs/decisions/migrations.md
            enable_http_endpoint=False,
            port=POSTGRESQL,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[network.database_security_group_id],
            db_cluster_parameter_group_name=self._cluster_parameters().name,
            serverlessv2_scaling_configuration=RdsClusterServerlessv2ScalingConfiguration(
                min_capacity=database.min_capacity, max_capacity=database.max_capacity
            ),
            storage_encrypted=True,
            kms_key_id=key_arns.database_key_arn,
            backup_retention_period=database.backup_retention_days,
            preferred_backup_window="03:00-04:00",
            preferred_maintenance_window="sun:06:00-sun:07:00",
            copy_tags_to_snapshot=True,
            enabled_cloudwatch_logs_exports=["postgresql"],
            allow_major_version_upgrade=False,
            apply_immediately=False,
            deletion_protection=False,
            skip_final_snapshot=True,
            delete_automated_backups=True,
            depends_on=[logs],
        )

    def _logical_name(self, role: str) -> str:
        """What Terraform calls a part of the cluster: a copy that takes its place is another resource, not a new name.

        docs/decisions/switching-to-a-restored-copy.md
        """
        restored = self.settings.database.restored
        return f"{role}-{restored}" if restored else role

    def _cluster_parameters(self) -> RdsClusterParameterGroup:
        return RdsClusterParameterGroup(
            self,
            "cluster-parameters",
            name=self.names("db-cluster-parameter-group"),
            family=FAMILY,
            description="TLS only; slow statements and changes of the schema are logged",
            parameter=[RdsClusterParameterGroupParameter(name=k, value=v) for k, v in CLUSTER_PARAMETERS.items()],
        )

    def _instance_parameters(self) -> DbParameterGroup:
        return DbParameterGroup(
            self,
            "instance-parameters",
            name=self.names("db-parameter-group"),
            family=FAMILY,
            description="Lock waits are logged; transactions left open are ended",
            parameter=[DbParameterGroupParameter(name=k, value=v) for k, v in INSTANCE_PARAMETERS.items()],
        )

    def _instances(self, cluster: RdsCluster, key_arns: KeysOutputs) -> None:
        """The writer to be and its readers, zone after zone. Tiers 0 and 1 scale with the writer."""
        zones, parameters, monitoring = (
            self.settings.network.zones,
            self._instance_parameters(),
            self._monitoring_role(),
        )
        for position, identifier in enumerate(instances_of(self.settings)):
            RdsClusterInstance(
                self,
                self._logical_name(f"instance-{position + 1}"),
                identifier=identifier,
                cluster_identifier=cluster.id,
                engine="aurora-postgresql",
                engine_version=self.settings.database.engine_version,
                instance_class="db.serverless",
                availability_zone=zones[position % len(zones)],
                promotion_tier=min(position, 1),
                db_parameter_group_name=parameters.name,
                publicly_accessible=False,
                auto_minor_version_upgrade=False,
                copy_tags_to_snapshot=True,
                ca_cert_identifier=CA_CERTIFICATE,
                monitoring_interval=60,
                monitoring_role_arn=monitoring.arn,
                performance_insights_enabled=True,
                performance_insights_kms_key_id=key_arns.database_key_arn,
                performance_insights_retention_period=7,
                preferred_maintenance_window="sun:07:00-sun:08:00",
                apply_immediately=False,
            )

    def _monitoring_role(self) -> IamRole:
        """https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Monitoring.OS.Enabling.html."""
        role = IamRole(
            self,
            "monitoring-role",
            name=self.names("role", "enhanced-monitoring"),
            description="Lets RDS publish the operating system's metrics of the instances",
            assume_role_policy=trust("monitoring.rds.amazonaws.com", account_id=self.account_id),
        )
        arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
        IamRolePolicyAttachment(self, "monitoring-role-policy", role=role.name, policy_arn=arn)
        return role

    def _announce_events(self, cluster: RdsCluster, *, topic_arn: str) -> None:
        DbEventSubscription(
            self,
            "cluster-events",
            name=self.names("rds-events", "cluster"),
            sns_topic=topic_arn,
            source_type="db-cluster",
            source_ids=[cluster.id],
            event_categories=CLUSTER_EVENTS,
        )
        announce(self, instance_events(instances_of(self.settings)), topic_arn=topic_arn)
