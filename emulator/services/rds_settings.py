"""RDS: the parameter groups, event subscriptions and versions on offer that moto answers in part."""

from collections.abc import Iterable, MutableMapping
from typing import Any

from moto.core.responses import ActionResult, PaginatedResult
from moto.rds.exceptions import DBParameterGroupNotFoundError
from moto.rds.models import DBClusterParameterGroup, DBParameterGroup, EventSubscription, RDSBackend
from moto.rds.responses import RDSResponse

from emulator.extension import extends

AURORA_POSTGRESQL = "aurora-postgresql"

# moto's own list, of the classes one can order, was taken when 15.2 was the newest. These came later; 15.3,
# 15.4 and 15.5 came and went.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html
_SNAPSHOT_NEWEST = "15.2"
_LATER = (
    "13.20", "13.21", "14.15", "14.17", "14.18", "15.6", "15.7", "15.8", "15.10", "15.12", "15.13",
    "16.3", "16.4", "16.6", "16.8", "16.9", "17.4", "17.5",
)  # fmt: skip
_DEFAULT_VERSION = "16.6"

_create_subscription = RDSBackend.create_event_subscription
_orderable = RDSBackend.describe_orderable_db_instance_options


def _versions(backend: RDSBackend) -> list[str]:
    known = {option["EngineVersion"] for option in backend.db_cluster_options(AURORA_POSTGRESQL)}
    return sorted(known.union(_LATER), key=lambda version: [int(part) for part in version.split(".")])


def offered(backend: RDSBackend, engine: str, version: str) -> bool:
    """Tell whether a cluster of this version can be created; only Aurora PostgreSQL's are known."""
    return engine != AURORA_POSTGRESQL or version in _versions(backend)


def _engine_version(version: str, versions: Iterable[str]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBEngineVersion.html."""
    major, minor = version.split(".")
    later = [other for other in versions if [int(n) for n in other.split(".")] > [int(major), int(minor)]]
    return {
        "Engine": AURORA_POSTGRESQL,
        "EngineVersion": version,
        "MajorEngineVersion": major,
        "DBParameterGroupFamily": f"{AURORA_POSTGRESQL}{major}",
        "DBEngineDescription": "Aurora PostgreSQL",
        "DBEngineVersionDescription": f"Aurora PostgreSQL (compatible with PostgreSQL {version})",
        "Status": "available",
        "ExportableLogTypes": ["instance", "postgresql"],
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportsReadReplica": False,
        "SupportsGlobalDatabases": True,
        "SupportsParallelQuery": False,
        "SupportedEngineModes": ["provisioned"],
        "SupportedFeatureNames": ["Bedrock", "Comprehend", "Lambda", "SageMaker", "s3Export", "s3Import"],
        "SupportsCertificateRotationWithoutRestart": True,
        "SupportedCACertificateIdentifiers": [
            "rds-ca-rsa2048-g1",
            "rds-ca-ecc384-g1",
            "rds-ca-rsa4096-g1",
        ],
        "ValidUpgradeTarget": [
            {
                "Engine": AURORA_POSTGRESQL,
                "EngineVersion": other,
                "Description": f"Aurora PostgreSQL (compatible with PostgreSQL {other})",
                "AutoUpgrade": False,
                "IsMajorVersionUpgrade": other.split(".")[0] != major,
            }
            for other in later
        ],
    }


@extends(DBParameterGroup)
class ParameterSource(DBParameterGroup):
    """A parameter in a group that was created was set by its user, and Terraform reads back no other.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Parameter.html
    """

    def update_parameters(self, new_parameters: Iterable[dict[str, Any]]) -> None:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html."""
        for parameter in new_parameters:
            self.parameters[parameter["ParameterName"]].update(parameter, Source="user")


@extends(DBClusterParameterGroup)
class ClusterParameterSource(DBClusterParameterGroup):
    """Likewise for the parameters of a whole cluster."""

    def update_cluster_parameters(self, new_parameters: Iterable[dict[str, Any]]) -> None:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBClusterParameterGroup.html."""
        for parameter in new_parameters:
            self.parameters[parameter["ParameterName"]].update(parameter, Source="user")


@extends(RDSBackend)
class SettingsCalls(RDSBackend):
    """What the calls below do to the state."""

    def create_event_subscription(self, kwargs: MutableMapping[str, Any]) -> EventSubscription:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateEventSubscription.html."""
        kwargs.setdefault("enabled", True)
        return _create_subscription(self, kwargs)

    def describe_orderable_db_instance_options(self, engine: str, engine_version: str | None) -> list[dict[str, Any]]:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html."""
        if engine != AURORA_POSTGRESQL:
            return _orderable(self, engine, engine_version or "")
        listed = self.db_cluster_options(engine)
        newest = [option for option in listed if option["EngineVersion"] == _SNAPSHOT_NEWEST]
        wanted = [engine_version] if engine_version else _LATER
        later = [{**option, "EngineVersion": version} for version in wanted if version in _LATER for option in newest]
        return [o for o in listed if engine_version in (None, o["EngineVersion"])] + later


@extends(RDSResponse)
class SettingsResponses(RDSResponse):
    """Parameter groups, event subscriptions and versions."""

    def describe_db_parameters(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBParameters.html."""
        return self._parameters(self._group())

    def describe_db_cluster_parameters(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterParameters.html."""
        return self._parameters(self._cluster_group())

    def reset_db_parameter_group(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ResetDBParameterGroup.html."""
        return self._reset(self._group(), "DBParameterGroupName")

    def reset_db_cluster_parameter_group(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ResetDBClusterParameterGroup.html."""
        return self._reset(self._cluster_group(), "DBClusterParameterGroupName")

    def modify_event_subscription(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyEventSubscription.html."""
        subscription = self._subscription()
        for name in ("sns_topic_arn", "source_type", "event_categories", "enabled"):
            if (value := self.params.get(name)) is not None:
                setattr(subscription, name, value)
        return ActionResult({"EventSubscription": subscription})

    def add_source_identifier_to_subscription(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AddSourceIdentifierToSubscription.html."""
        subscription = self._subscription()
        source = self.params["SourceIdentifier"]
        subscription.source_ids = [*(s for s in subscription.source_ids if s != source), source]
        return ActionResult({"EventSubscription": subscription})

    def remove_source_identifier_from_subscription(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RemoveSourceIdentifierFromSubscription.html."""
        subscription = self._subscription()
        source = self.params["SourceIdentifier"]
        subscription.source_ids = [s for s in subscription.source_ids if s != source]
        return ActionResult({"EventSubscription": subscription})

    def describe_db_engine_versions(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBEngineVersions.html."""
        versions = _versions(self.backend)
        asked = self.params.get("EngineVersion")
        family = self.params.get("DBParameterGroupFamily")
        if self.params.get("DefaultOnly"):
            # The default of one major version, or of the engine.
            of_major = [v for v in versions if asked and v.split(".")[0] == asked.split(".")[0]]
            found = of_major[-1:] if asked else [_DEFAULT_VERSION]
        else:
            found = [v for v in versions if not asked or v == asked or v.split(".")[0] == asked]
        known = self.params.get("Engine") in (None, AURORA_POSTGRESQL)
        answers = [_engine_version(version, versions) for version in found if known]
        answers = [a for a in answers if family in (None, a["DBParameterGroupFamily"])]
        return PaginatedResult({"DBEngineVersions": answers})

    def describe_orderable_db_instance_options(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html."""
        options = self.backend.describe_orderable_db_instance_options(
            self.params.get("Engine"), self.params.get("EngineVersion")
        )
        asked = {name: self.params.get(name) for name in ("DBInstanceClass", "LicenseModel")}
        found = [o for o in options if all(value in (None, o.get(name)) for name, value in asked.items())]
        return PaginatedResult({"OrderableDBInstanceOptions": found})

    def _group(self) -> DBParameterGroup:
        name = self.params.get("DBParameterGroupName")
        if name not in self.backend.db_parameter_groups:
            raise DBParameterGroupNotFoundError(name)
        return self.backend.db_parameter_groups[name]

    def _cluster_group(self) -> DBClusterParameterGroup:
        [group] = self.backend.describe_db_cluster_parameter_groups(self.params.get("DBClusterParameterGroupName"))
        return group

    def _parameters(self, group: DBParameterGroup | DBClusterParameterGroup) -> ActionResult:
        source = self.params.get("Source")
        found = [p for p in group.parameters.values() if source in (None, p.get("Source"))]
        return ActionResult({"Parameters": found})

    def _reset(self, group: DBParameterGroup | DBClusterParameterGroup, answer: str) -> ActionResult:
        if self.params.get("ResetAllParameters"):
            group.parameters.clear()
        for parameter in self.params.get("Parameters", []):
            group.parameters.pop(parameter["ParameterName"], None)
        return ActionResult({answer: group.name})

    def _subscription(self) -> EventSubscription:
        [subscription] = self.backend.describe_event_subscriptions(self.params["SubscriptionName"])
        return subscription
