"""RDS: a cluster that is restored to a point in time, with what AWS takes over from its source and what it does not.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterToPointInTime.html
"""

from datetime import UTC, datetime
from typing import Any

from moto.moto_api._internal import mock_random
from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue
from moto.rds.models import DBCluster, RDSBackend

from emulator.extension import extends

# Everything else is as it is for a new cluster unless the call says otherwise: parameter group, security groups, tags,
# log exports, IAM authentication, scaling. The password is the source's, whether RDS manages that one or not.
_TAKEN_OVER = (
    "allocated_storage",
    "backup_retention_period",
    "database_name",
    "db_subnet_group_name",
    "engine",
    "engine_mode",
    "engine_version",
    "kms_key_id",
    "master_username",
    "port",
    "preferred_backup_window",
    "preferred_maintenance_window",
    "storage_encrypted",
)
_NOT_OF_A_CLUSTER = {"restore_type", "source_db_cluster_resource_id"}


@extends(RDSBackend)
class PointInTimeRestore(RDSBackend):
    """The call that makes the copy. The embedded AWS keeps no data, so that all times hold the same."""

    def restore_db_cluster_to_point_in_time(  # type: ignore[override]
        self,
        db_cluster_identifier: str,
        source_db_cluster_identifier: str,
        restore_to_time: datetime | None = None,
        use_latest_restorable_time: bool = False,  # noqa: FBT001, FBT002 - moto's signature
        **asked: Any,  # noqa: ANN401
    ) -> DBCluster:
        """Make the copy, from what the call says and what it takes over."""
        if (restore_to_time is None) is not use_latest_restorable_time:
            raise InvalidParameterCombination("Specify either RestoreToTime or UseLatestRestorableTime")
        [source] = self.describe_db_clusters(db_cluster_identifier=source_db_cluster_identifier)
        if restore_to_time is not None:
            _check_restorable(source, restore_to_time)
        settings = {name: getattr(source, name) for name in _TAKEN_OVER}
        # What RDS manages is known to nobody but RDS.
        settings["master_user_password"] = getattr(source, "_master_user_password", None) or mock_random.uuid4().hex
        given = {name: value for name, value in asked.items() if value is not None and name not in _NOT_OF_A_CLUSTER}
        settings |= {"db_cluster_identifier": db_cluster_identifier, **given}
        return self.create_db_cluster(settings)


def _check_restorable(source: DBCluster, to: datetime) -> None:
    earliest, latest = (_utc(time) for time in (source.earliest_restorable_time, source.latest_restorable_time))
    # Whole seconds, which is as exact as people and the AWS CLI write them.
    if not earliest.replace(microsecond=0) <= _utc(to) <= latest:
        raise InvalidParameterValue(
            f"The specified time {_utc(to):%Y-%m-%dT%H:%M:%SZ} is not between the earliest restorable time "
            f"{earliest:%Y-%m-%dT%H:%M:%SZ} and the latest restorable time {latest:%Y-%m-%dT%H:%M:%SZ}"
        )


def _utc(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
