"""Monitoring: what spans layers. Dashboards, alarms that sum up, log metrics, account events, game days, the budget."""

from dataclasses import dataclass

from cdktf import Fn, Token
from cdktf_cdktf_provider_aws.budgets_budget import (
    BudgetsBudget,
    BudgetsBudgetCostFilter,
    BudgetsBudgetNotification,
)
from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from stacks.account_events import account_events
from stacks.alarms import raise_alarms
from stacks.alerting import Alerting
from stacks.backup import Backup
from stacks.base import Layer
from stacks.compute import Compute
from stacks.dashboards import Tiers, application, database, overview, storage
from stacks.database import Database
from stacks.events import announce
from stacks.game_days import Grounds, game_days
from stacks.keys import Keys
from stacks.log_metrics import LogMetric, count_lines, log_alarms
from stacks.network import Network
from stacks.settings import Settings
from stacks.storage import Storage
from stacks.widgets import dashboard_body


@dataclass(frozen=True)
class MonitoringOutputs:
    """Where people look."""

    overview_dashboard_url: str
    unhealthy_alarm_name: str


class Monitoring(Layer[MonitoringOutputs]):
    """Reads every layer, and changes none."""

    layer = "monitoring"
    outputs = MonitoringOutputs

    def __init__(
        self,
        scope: Construct,
        settings: Settings,
        *,
        keys: Keys,
        alerting: Alerting,
        network: Network,
        storage: Storage,
        database: Database,
        compute: Compute,
        backup: Backup,
    ) -> None:
        super().__init__(scope, settings)
        self._topic_arn = self.read(alerting).alert_topic_arn
        network_outputs, key_arns = self.read(network), self.read(keys)
        tiers = Tiers(
            settings=settings,
            compute=self.read(compute),
            database=self.read(database),
            storage=self.read(storage),
            backup=self.read(backup),
        )
        self._watch_logs(tiers, flow_log_group_name=network_outputs.flow_log_group_name)
        for event in account_events(key_arns):
            announce(self, event, topic_arn=self._topic_arn)
        self._budget()
        states = self._sum_up(tiers)
        self._dashboards(tiers, states)
        if settings.game_days.enabled:
            grounds = Grounds(
                network=network_outputs,
                compute=tiers.compute,
                database=tiers.database,
                stop_alarm_arn=states["application"].arn,
                logs_key_arn=key_arns.logs_key_arn,
            )
            game_days(self, grounds)
        self.publish(
            MonitoringOutputs(
                overview_dashboard_url=f"https://{self.region}.console.aws.amazon.com/cloudwatch/home"
                f"?region={self.region}#dashboards/dashboard/{self.names('dashboard', 'overview')}",
                unhealthy_alarm_name=states["environment"].alarm_name,
            )
        )

    def _watch_logs(self, tiers: Tiers, *, flow_log_group_name: str) -> None:
        metrics = LogMetric.all_of(
            service=tiers.compute.service_log_group_name,
            database=tiers.database.log_group_name,
            flows=flow_log_group_name,
        )
        for metric in metrics:
            count_lines(self, metric)
        raise_alarms(self, log_alarms(self.names.suffix), topic_arn=self._topic_arn)

    def _sum_up(self, tiers: Tiers) -> dict[str, CloudwatchCompositeAlarm]:
        """The state of the environment in a word, and that of each tier.

        Only the first tells anybody: its parts tell for themselves, and one message more says when all is well again.
        """
        paging = {
            "application": tiers.compute.paging_alarm_names,
            "database": tiers.database.paging_alarm_names,
            "storage": tiers.storage.paging_alarm_names,
            "backup": tiers.backup.paging_alarm_names,
        }
        environment = self._any_of(
            "environment",
            Token.as_list(Fn.concat(list(paging.values()))),
            severity="page",
            means="Something that visitors notice, or that endangers data, is wrong: at least one of the paging alarms "
            "is on.",
            tells=[self._topic_arn],
        )
        # Its name stays: made anew, it would be deleted under that name only after it was made.
        environment.move_from_id("aws_cloudwatch_composite_alarm.unhealthy")
        by_tier = {
            tier: self._any_of(
                tier, names, severity="state", means=f"At least one of the paging alarms of the {tier} is on."
            )
            for tier, names in paging.items()
        }
        return {"environment": environment, **by_tier}

    def _any_of(
        self, what: str, alarm_names: list[str], *, severity: str, means: str, tells: list[str] | None = None
    ) -> CloudwatchCompositeAlarm:
        """An alarm that is on while any of others is."""
        return CloudwatchCompositeAlarm(
            self,
            f"{what}-unhealthy",
            alarm_name=self.names("alarm", f"{what}-unhealthy"),
            alarm_description=f"[{severity}] {means} "
            f"Runbook: {self.settings.environment.runbooks}/environment-unhealthy.md",
            alarm_rule=f"ALARM({Fn.join(') OR ALARM(', alarm_names)})",
            alarm_actions=tells,
            ok_actions=tells,
            tags={"Severity": severity},
        )

    def _dashboards(self, tiers: Tiers, states: dict[str, CloudwatchCompositeAlarm]) -> None:
        pages = {
            "overview": overview(tiers, alarm_arns=[state.arn for state in states.values()]),
            "application": application(tiers),
            "database": database(tiers),
            "storage": storage(tiers),
        }
        for page, rows in pages.items():
            CloudwatchDashboard(
                self,
                f"dashboard-{page}",
                dashboard_name=self.names("dashboard", page),
                dashboard_body=dashboard_body(rows, region=self.region),
            )

    def _budget(self) -> None:
        """Notices before the money is gone: most of it spent, or all of it likely to be."""
        notices = {"ACTUAL": 80, "FORECASTED": 100}
        BudgetsBudget(
            self,
            "budget",
            name=self.names("budget"),
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(self.settings.monitoring.monthly_budget_usd),
            limit_unit="USD",
            cost_filter=[BudgetsBudgetCostFilter(name="TagKeyValue", values=[f"user:Environment${self.names.suffix}"])],
            notification=[
                BudgetsBudgetNotification(
                    notification_type=kind,
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    comparison_operator="GREATER_THAN",
                    subscriber_sns_topic_arns=[self._topic_arn],
                )
                for kind, percent in notices.items()
            ],
        )
