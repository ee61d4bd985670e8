"""The database cluster, restored beside itself with everything that AWS leaves out of a copy.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-pitr.html
"""

from collections.abc import Sequence
from datetime import datetime

from ops.checks import Check, Deployed
from ops.checks import database as checks
from ops.checks.database import cluster, instances
from ops.checks.framework import require, same
from ops.errors import BadInputError
from ops.restore.cluster_copy import ClusterCopy, find_cluster
from ops.restore.copy import Phase, Source
from ops.restore.moment import Restorable, label, restorable
from ops.restore.verification import checks_of, one_more
from stacks.names import cluster_of
from stacks.settings import Settings

# A copy has one instance, to be looked at; Terraform adds the others when the environment switches to it.
_HOLDS = (
    checks.engine_is_what_was_asked_for,
    checks.capacity_is_serverless,
    checks.data_is_encrypted,
    checks.snapshots_carry_tags,
    checks.master_password_is_managed,
    checks.cluster_is_in_the_isolated_subnets,
    checks.cluster_has_one_security_group,
    checks.tls_is_enforced,
    checks.database_users_can_be_iam_roles,
    checks.backups_are_kept_seven_days,
    checks.postgresql_log_is_exported,
    checks.version_stays_and_destroy_works,
)


class Database(Source):
    """The Aurora cluster."""

    kind = "database"
    layer = "database"

    def restorable(self) -> Restorable:
        """What Aurora's continuous backup reaches."""
        found = find_cluster(self.session, self.running)
        if found is None:
            raise BadInputError(
                f"There is no cluster {self.running}, and without it no continuous backup to restore from.\n"
                "  AWS Backup's recovery points are left: docs/runbooks/restore-database.md."
            )
        if "EarliestRestorableTime" not in found or "LatestRestorableTime" not in found:
            raise BadInputError(f"{self.running} is {found['Status']} and has nothing yet that could be restored.")
        return restorable(found["EarliestRestorableTime"], found["LatestRestorableTime"])

    def with_copy(self, copy: str) -> Settings:
        """The settings with the copy as the database."""
        database = self.settings.database.model_copy(update={"restored": copy})
        return self.settings.model_copy(update={"database": database})

    def name(self, settings: Settings) -> str:
        """The cluster's identifier."""
        return cluster_of(settings)

    def tags_of(self, copy: str) -> dict[str, str] | None:
        """The tags of the copy's cluster."""
        found = find_cluster(self.session, self._copy(copy).identifier)
        return found and {tag["Key"]: tag["Value"] for tag in found["TagList"]}

    def phases(self, moment: datetime, tags: dict[str, str]) -> Sequence[Phase]:
        """The cluster, then what it does not bring along."""
        copy = self._copy(label(moment))
        return [
            Phase("Prepare a log group", lambda: copy.make_log_group(tags)),
            Phase(
                f"Restore {copy.identifier}",
                lambda: copy.restore(self.running, moment, tags),
                copy.is_at,
            ),
            Phase(
                f"Start {copy.instance}",
                lambda: copy.start(tags),
                lambda: copy.instance_is_at() or copy.is_at(),
            ),
            Phase(
                "Let RDS manage its password",
                copy.manage_password,
                lambda: copy.password_is_at() or copy.is_at(),
            ),
        ]

    def checks(self) -> Sequence[Check]:
        """What the running cluster is held to, as far as it goes for a cluster of one instance."""
        return [*checks_of(_HOLDS), one_more("database", an_instance_is_available)]

    def remarks(self, copy: str) -> Sequence[str]:
        """Where to look at the data, which nothing here has done."""
        found = find_cluster(self.session, self._copy(copy).identifier) or {}
        return [f"Nobody has looked at the rows yet: they are at {found.get('Endpoint')}."]

    def removal(self, copy: str) -> Sequence[Phase]:
        """Instances first: a cluster that has any cannot go."""
        going = self._copy(copy)
        return [
            Phase(f"Delete {going.instance}", going.delete_instance, going.instance_is_left),
            Phase(f"Delete {going.identifier}", going.delete_cluster, going.is_left),
            Phase("Delete its log group", going.delete_log_group),
        ]

    def _copy(self, copy: str) -> ClusterCopy:
        return ClusterCopy(session=self.session, settings=self.with_copy(copy))


def an_instance_is_available(aws: Deployed) -> None:
    """An instance of the copy is available, as its writer."""
    writers = [one["DBInstanceIdentifier"] for one in cluster(aws)["DBClusterMembers"] if one["IsClusterWriter"]]
    require(writers, "the copy has no writer")
    for instance in instances(aws):
        same(f"{instance['DBInstanceIdentifier']} is", instance["DBInstanceStatus"], "available")
