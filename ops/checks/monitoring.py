"""Checks of dashboards, event rules, log metrics and the budget."""

import json
from typing import Any

from ops.checks.deployed import Deployed
from ops.checks.framework import check, only, require, same, same_set
from stacks.names import cluster_log_group_of

DASHBOARDS = ("overview", "application", "database", "storage")
EVENTS = (
    "aws-health",
    "backup-job",
    "certificate-expiring",
    "database-instance",
    "deployment-failed",
    "key-deletion",
    "restore-job",
    "task-stopped",
)


def _widgets(aws: Deployed, page: str) -> list[dict[str, Any]]:
    answer = aws.ask("cloudwatch", "get_dashboard", DashboardName=aws.names("dashboard", page))
    found: list[dict[str, Any]] = json.loads(answer["DashboardBody"])["widgets"]
    return found


@check("OBS-3")
def dashboards_are_there(aws: Deployed) -> None:
    """There is an overview, and a dashboard for each of application, database and storage, with graphs on it."""
    for page in DASHBOARDS:
        graphs = [widget for widget in _widgets(aws, page) if widget["type"] == "metric"]
        require(len(graphs) >= 3, f"{aws.names('dashboard', page)} has {len(graphs)} graphs")


@check("OBS-3")
def overview_shows_health_first(aws: Deployed) -> None:
    """The overview begins with the state of the alarm that says whether the environment is healthy."""
    first = min(_widgets(aws, "overview"), key=lambda widget: (widget["y"], widget["x"]))
    same("what the overview begins with", first["type"], "alarm")
    name = aws.names("alarm", "environment-unhealthy")
    require(any(arn.endswith(f":{name}") for arn in first["properties"]["alarms"]), f"the overview lacks {name}")


@check("OBS-2", "BK-3")
def events_reach_the_alert_topic(aws: Deployed) -> None:
    """Every event that somebody should know of is announced on the alert topic, with a link to its runbook."""
    for event in EVENTS:
        name = aws.names("event", event)
        same(f"{name} is", aws.ask("events", "describe_rule", Name=name)["State"], "ENABLED")
        target = only(f"targets of {name}", aws.listed("events", "list_targets_by_rule", "Targets", Rule=name))
        same(f"{name} tells", target["Arn"], aws.topic_arn("alerts"))
        template = target.get("InputTransformer", {}).get("InputTemplate", "")
        require(f"{aws.settings.environment.runbooks}/" in template, f"{name} names no runbook")


@check("OBS-2", "DB-5")
def logs_are_counted(aws: Deployed) -> None:
    """Errors of the service, fatal errors of PostgreSQL and rejected connections are counted in the logs."""
    groups = {
        "ServiceErrors": aws.names("log-group", "service"),
        "DatabaseFatals": cluster_log_group_of(aws.settings),
        "RejectedConnections": aws.names("log-group", "flow-logs"),
    }
    for metric, group in groups.items():
        found = aws.listed("logs", "describe_metric_filters", "metricFilters", logGroupName=group)
        names = [change["metricName"] for one in found for change in one["metricTransformations"]]
        same_set(f"{group}: what is counted in it", names, [f"{metric}-{aws.suffix}"])


@check("COST-1")
def budget_warns_in_time(aws: Deployed) -> None:
    """The budget of this environment is what the settings say, and warns of what is spent and what will be."""
    name = aws.names("budget")
    arguments = {"AccountId": aws.account_id, "BudgetName": name}
    budget = aws.ask("budgets", "describe_budget", **arguments)["Budget"]
    same("monthly budget", float(budget["BudgetLimit"]["Amount"]), float(aws.settings.monitoring.monthly_budget_usd))
    same("whose costs count", budget["CostFilters"], {"TagKeyValue": [f"user:Environment${aws.suffix}"]})
    notices = aws.listed("budgets", "describe_notifications_for_budget", "Notifications", **arguments)
    same_set("the set of notices", [notice["NotificationType"] for notice in notices], ["ACTUAL", "FORECASTED"])
    for notice in notices:
        asked = {key: notice[key] for key in ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")}
        answer = aws.ask("budgets", "describe_subscribers_for_notification", Notification=asked, **arguments)
        told = [subscriber["Address"] for subscriber in answer["Subscribers"]]
        require(aws.topic_arn("alerts") in told, f"the alert topic hears nothing of {notice['NotificationType']}")
