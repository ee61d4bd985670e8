"""What dashboards are about: the metrics of each tier, and the alarms whose limits are drawn where they belong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from stacks.alarms import Alarm, Metric
from stacks.alerting import delivery_alarms
from stacks.backup import BackupOutputs, backup_alarms
from stacks.compute import ComputeOutputs
from stacks.compute_alarms import Watched, compute_alarms
from stacks.database import DatabaseOutputs
from stacks.database_alarms import database_alarms
from stacks.log_metrics import NAMESPACE, log_alarms
from stacks.names import Names, names_of
from stacks.service_metrics import ServiceMetrics
from stacks.settings import Settings
from stacks.storage import ENTIRE_BUCKET, StorageOutputs, storage_alarms
from stacks.widgets import AlarmStates, Graph, Line, Row, Text

Role = Literal["WRITER", "READER"]
ROLES: tuple[Role, ...] = ("WRITER", "READER")


@dataclass(frozen=True, kw_only=True)
class Tiers:
    """The environment as other layers publish it."""

    settings: Settings
    compute: ComputeOutputs
    database: DatabaseOutputs
    storage: StorageOutputs
    backup: BackupOutputs

    @property
    def names(self) -> Names:
        """How things are named."""
        return names_of(self.settings)

    @property
    def application(self) -> Watched:
        """The application's metrics."""
        return Watched(
            load_balancer=self.compute.load_balancer_arn_suffix,
            target_group=self.compute.target_group_arn_suffix,
            cluster=self.compute.cluster_name,
            service=self.compute.service_name,
        )

    @property
    def service(self) -> ServiceMetrics:
        """What the service tells of itself."""
        return ServiceMetrics(self.names.suffix)

    def of_role(self, role: Role, name: str, statistic: str = "Average", period: int = 60) -> Metric:
        """A metric of the writer or the readers."""
        dimensions = {"DBClusterIdentifier": self.database.cluster_identifier, "Role": role}
        return Metric(namespace="AWS/RDS", name=name, dimensions=dimensions, statistic=statistic, period=period)

    def by_role(self, name: str, statistic: str = "Average") -> dict[str, Metric]:
        """A metric of both roles, as two lines."""
        return {role.lower(): self.of_role(role, name, statistic) for role in ROLES}

    def of_cluster(self, name: str) -> Metric:
        """A metric of the volume that all instances share, which comes every five minutes."""
        dimensions = {"DBClusterIdentifier": self.database.cluster_identifier}
        return Metric(namespace="AWS/RDS", name=name, dimensions=dimensions, period=300)

    def of_sessions(self, name: str, statistic: str = "Sum", **dimensions: str) -> Metric:
        """A metric of the session table."""
        every = {"TableName": self.storage.session_table_name, **dimensions}
        return Metric(namespace="AWS/DynamoDB", name=name, dimensions=every, statistic=statistic)

    def of_bucket(self, name: str, statistic: str = "Sum") -> Metric:
        """A request metric of the data bucket."""
        dimensions = {"BucketName": self.storage.data_bucket_name, "FilterId": ENTIRE_BUCKET}
        return Metric(namespace="AWS/S3", name=name, dimensions=dimensions, statistic=statistic)

    def of_backups(self, name: str, period: int) -> Metric:
        """A count of jobs of the vault."""
        dimensions = {"BackupVaultName": self.backup.vault_name}
        return Metric(namespace="AWS/Backup", name=name, dimensions=dimensions, statistic="Sum", period=period)

    def of_event(self, name: str, period: int) -> Metric:
        """How many events a rule has matched. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html."""
        dimensions = {"RuleName": self.names("event", name)}
        return Metric(
            namespace="AWS/Events", name="TriggeredRules", dimensions=dimensions, statistic="Sum", period=period
        )

    def of_log_lines(self, name: str) -> Metric:
        """A count of lines, of those that the monitoring layer makes."""
        return Metric(namespace=NAMESPACE, name=f"{name}-{self.names.suffix}", dimensions={}, statistic="Sum")

    def of_log_group(self, name: str) -> Metric:
        """How many bytes were written to a log group."""
        return Metric(
            namespace="AWS/Logs", name="IncomingBytes", dimensions={"LogGroupName": name}, statistic="Sum", period=300
        )

    @cached_property
    def alarms(self) -> Mapping[str, Sequence[Alarm]]:
        """The tables of the layers, which are written here a second time with what other layers publish."""
        return {
            "application": compute_alarms(self.application, self.settings),
            "database": database_alarms(cluster=self.database.cluster_identifier, database=self.settings.database),
            "storage": storage_alarms(
                table_name=self.storage.session_table_name, bucket_name=self.storage.data_bucket_name
            ),
            "backup": backup_alarms(vault_name=self.backup.vault_name),
            "alerting": delivery_alarms(topic_name=self.names("sns", "alerts")),
            "logs": log_alarms(self.names.suffix),
        }

    def watched_by(self, name: str) -> Line:
        """What an alarm watches, to be drawn exactly as the alarm sees it. Raises LookupError if there is no such."""
        for alarm in self._all_alarms:
            if alarm.name == name:
                return alarm.watches
        raise LookupError(f"no alarm is named {name}")

    def graph(
        self,
        title: str,
        lines: Mapping[str, Line],
        *,
        stacked: bool = False,
        highest: float | None = None,
        start: str | None = None,
    ) -> Graph:
        """Lines over time, with the limit of every alarm that watches one of them."""
        alarms = [alarm for alarm in self._all_alarms if alarm.watches in lines.values()]
        return Graph(title=title, lines=lines, alarms=alarms, stacked=stacked, highest=highest, start=start)

    def with_states(self, title: str, rows: Sequence[Row]) -> list[Row]:
        """The rows, and over them the states of the alarms whose limits they show."""
        shown = [widget for row in rows for widget in row.widgets if isinstance(widget, Graph)]
        names = dict.fromkeys(self.names("alarm", alarm.name) for graph in shown for alarm in graph.alarms)
        home = f"arn:aws:cloudwatch:{self.settings.environment.region}:{self.settings.environment.account_id}:alarm"
        return [Row([AlarmStates(title, [f"{home}:{name}" for name in names])], 3), *rows]

    def heading(self, title: str, *runbooks: str, says: str = "") -> Text:
        """What a row is about, and which runbooks help."""
        at = self.settings.environment.runbooks
        links = " · ".join(f"[{runbook}]({at}/{runbook}.md)" for runbook in runbooks)
        parts = [says, f"Runbooks: {links}" if links else ""]
        return Text("\n".join([f"## {title}", " ".join(part for part in parts if part)]))

    @cached_property
    def _all_alarms(self) -> list[Alarm]:
        return [alarm for table in self.alarms.values() for alarm in table]
