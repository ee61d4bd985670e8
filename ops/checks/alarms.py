"""Checks of the alarms: that all are there, watch something that exists, tell somebody, and say what to do."""

from collections.abc import Iterator
from typing import Any

from ops.checks.deployed import Deployed
from ops.checks.framework import check, none_of, only, require, same, same_set

# What each alarm is for, by the requirement's own words; together they are all that there are.
BY_PURPOSE = {
    "database health": (
        "database-connections",
        "database-fatals",
        "deadlocks",
        "local-storage-low",
        "reader-at-capacity",
        "reader-down",
        "reader-lag",
        "transaction-ids",
        "writer-at-capacity",
        "writer-down",
    ),
    "application availability": (
        "circuit-open",
        "connections-awaited",
        "errors",
        "fewer-healthy-targets",
        "load-balancer-errors",
        "no-healthy-targets",
        "one-healthy-target",
        "rejected-connections",
        "route-failing",
        "service-errors",
        "target-connections",
        "task-cpu",
        "task-memory",
        "tasks-at-maximum",
        "too-few-tasks",
        "unhealthy-targets",
    ),
    "response times": ("latency", "sessions-slow"),
    "storage throttling": ("data-bucket-failing", "sessions-failing", "sessions-throttled"),
    "backup failures": ("backup-failed", "backup-missing"),
    "delivery failures": ("alert-delivery",),
    "the way to AWS's services": ("endpoint-ecr-api-drops", "endpoint-ecr-dkr-drops", "endpoint-logs-drops"),
}
AVAILABILITY = (
    "no-healthy-targets",
    "fewer-healthy-targets",
    "one-healthy-target",
    "errors",
    "load-balancer-errors",
    "writer-down",
    "reader-down",
)
UNHEALTHY = "environment-unhealthy"
# Alarms that tell nothing that their parts do not tell.
STATES = ("application-unhealthy", "backup-unhealthy", "database-unhealthy", "storage-unhealthy")
# Each of these is told of by an alarm on it alone, which another one silences while that one explains it.
CAUSES = {
    "circuit-open": "errors",
    "load-balancer-errors": "errors",
    "one-healthy-target": "no-healthy-targets",
    "reader-down": "writer-down",
    "reader-lag": "writer-down",
    "route-failing": "errors",
    "target-connections": "no-healthy-targets",
    "too-few-tasks": "no-healthy-targets",
    "unhealthy-targets": "no-healthy-targets",
}

_BALANCER, _TARGETS = {"LoadBalancer"}, {"LoadBalancer", "TargetGroup"}
# The dimensions under which AWS publishes what is watched here; under any others an alarm would never see a value.
# A metric that is not named stands for itself with the dimensions of "*".
PUBLISHED: dict[str, dict[str, set[str]]] = {
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    "AWS/ApplicationELB": {
        "HealthyHostCount": _TARGETS,
        "UnHealthyHostCount": _TARGETS,
        "TargetConnectionErrorCount": _TARGETS,
        "TargetResponseTime": _TARGETS,
        "*": _BALANCER,
    },
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
    "AWS/Backup": {"*": {"BackupVaultName"}},
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    "AWS/DynamoDB": {
        "ReadThrottleEvents": {"TableName"},
        "WriteThrottleEvents": {"TableName"},
        "SuccessfulRequestLatency": {"TableName", "Operation"},
        "SystemErrors": {"TableName", "Operation"},
    },
    "AWS/ECS": {"*": {"ClusterName", "ServiceName"}},
    "ECS/ContainerInsights": {"*": {"ClusterName", "ServiceName"}},
    # https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-cloudwatch-metrics.html
    "AWS/PrivateLinkEndpoints": {"*": {"VPC Id", "VPC Endpoint Id", "Endpoint Type", "Service Name"}},
    # By role, because instances change theirs.
    "AWS/RDS": {"*": {"DBClusterIdentifier", "Role"}},
    "AWS/S3": {"*": {"BucketName", "FilterId"}},
    "AWS/SNS": {"*": {"TopicName"}},
    # What the service tells of itself.
    "Service": {
        "Errors": {"Environment", "Route"},
        "Requests": {"Environment", "Route"},
        "*": {"Environment", "Tier"},
    },
    # Counts of log lines, which have their environment in the name.
    "Environment": {"*": set()},
}


def _names(aws: Deployed) -> dict[str, str]:
    """Every alarm that there should be: its full name by its short one."""
    return {short: aws.names("alarm", short) for group in BY_PURPOSE.values() for short in group}


def _alarms(aws: Deployed) -> dict[str, dict[str, Any]]:
    """The metric alarms of the environment that are there, by name."""
    found = aws.listed("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix="alarm-")
    expected = set(_names(aws).values())
    return {alarm["AlarmName"]: alarm for alarm in found if alarm["AlarmName"] in expected}


def _composite(aws: Deployed, short: str = UNHEALTHY) -> dict[str, Any]:
    name = aws.names("alarm", short)
    answer = aws.ask("cloudwatch", "describe_alarms", AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
    return dict(only(name, answer["CompositeAlarms"]))


def _telling(aws: Deployed) -> list[dict[str, Any]]:
    """The alarms that tell people of something: by themselves, or of one that may be explained."""
    explained = {aws.names("alarm", symptom) for symptom in CAUSES}
    by_themselves = [alarm for name, alarm in _alarms(aws).items() if name not in explained]
    messengers = [_composite(aws, f"{symptom}-unexplained") for symptom in CAUSES]
    return [*by_themselves, *messengers, _composite(aws)]


def _metrics(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "MetricName" in alarm:
        yield alarm
    yield from (query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query)


@check("OBS-2")
def alarms_are_all_there(aws: Deployed) -> None:
    """There are alarms for every kind of trouble, and no others bear the environment's tag."""
    there = set(_alarms(aws))
    for purpose, shorts in BY_PURPOSE.items():
        missing = [short for short in shorts if _names(aws)[short] not in there]
        require(not missing, f"alarms for {purpose} are missing: {', '.join(missing)}")
    tagged = {arn.split(":alarm:")[1] for arn in aws.tagged() if ":alarm:" in arn}
    on_alarms = [UNHEALTHY, *STATES, *(f"{symptom}-unexplained" for symptom in CAUSES)]
    expected = {*_names(aws).values(), *(aws.names("alarm", short) for short in on_alarms)}
    same_set("the set of tagged alarms", tagged, expected)


@check("OBS-2")
def alarms_watch_what_is_published(aws: Deployed) -> None:
    """Every alarm watches a metric that AWS publishes, under just the dimensions that it is published with."""
    problems = []
    for name, alarm in _alarms(aws).items():
        for metric in _metrics(alarm):
            published = PUBLISHED.get(metric["Namespace"], {})
            dimensions = published.get(metric["MetricName"], published.get("*"))
            watched = {dimension["Name"] for dimension in metric.get("Dimensions", [])}
            if watched != dimensions:
                problems.append(f"{name}: {metric['MetricName']} does not exist by {sorted(watched)}")
    none_of(problems)


@check("OBS-2")
def alarms_watch_this_environment(aws: Deployed) -> None:
    """No alarm watches what belongs to another environment, or to nobody."""
    # Ids that AWS gives say nothing of whose they are; what is named does.
    named = {
        "DBClusterIdentifier",
        "TableName",
        "BucketName",
        "TopicName",
        "BackupVaultName",
        "ClusterName",
        "ServiceName",
        "Environment",
    }
    none_of(
        f"{name} watches {dimension['Value']}"
        for name, alarm in _alarms(aws).items()
        for metric in _metrics(alarm)
        for dimension in metric.get("Dimensions", [])
        if dimension["Name"] in named and not f"-{dimension['Value']}".endswith(f"-{aws.suffix}")
    )


@check("OBS-2")
def alarms_tell_of_trouble_and_of_its_end(aws: Deployed) -> None:
    """Every alarm is on, and tells a topic of the environment when it goes off and when it is over."""
    topics = {aws.topic_arn("alerts"), aws.topic_arn("delivery-failures")}
    problems = []
    for alarm in _telling(aws):
        for kind in ("AlarmActions", "OKActions"):
            told = alarm.get(kind, [])
            if not told or not set(told) <= topics:
                problems.append(f"{alarm['AlarmName']}: {kind} are {told}")
        if not alarm["ActionsEnabled"]:
            problems.append(f"{alarm['AlarmName']} is muted")
    none_of(problems)


@check("OBS-2")
def symptoms_are_quiet_while_they_are_explained(aws: Deployed) -> None:
    """An alarm that another one explains tells nobody while that one is on, and by itself never."""
    for symptom, cause in CAUSES.items():
        messenger = _composite(aws, f"{symptom}-unexplained")
        same(f"{messenger['AlarmName']} is on with", messenger["AlarmRule"], f"ALARM({aws.names('alarm', symptom)})")
        suppressor = str(messenger.get("ActionsSuppressor", "")).rpartition(":")[2]
        same(f"{messenger['AlarmName']} is silenced by", suppressor, aws.names("alarm", cause))
        told = _alarms(aws)[aws.names("alarm", symptom)].get("AlarmActions", [])
        require(not told, f"{aws.names('alarm', symptom)} tells {told} by itself as well")


@check("OBS-2")
def alarms_say_what_to_do(aws: Deployed) -> None:
    """Every alarm says how urgent it is and what it means, and links to a runbook."""
    runbooks = aws.settings.environment.runbooks
    problems = []
    for alarm in [*_alarms(aws).values(), _composite(aws)]:
        says = alarm.get("AlarmDescription", "")
        if not says.startswith(("[page] ", "[ticket] ")) or f"Runbook: {runbooks}/" not in says:
            problems.append(f"{alarm['AlarmName']} says {says!r}")
    none_of(problems)


@check("OBS-2")
def alarms_decide_about_missing_data(aws: Deployed) -> None:
    """No alarm leaves open what missing data means; where silence is the failure, it counts as one."""
    problems = [
        f"{name} leaves it open"
        for name, alarm in _alarms(aws).items()
        if alarm.get("TreatMissingData", "missing") == "missing"
    ]
    none_of(problems)
    for short in ("no-healthy-targets", "writer-down", "backup-missing"):
        name = aws.names("alarm", short)
        same(f"missing data of {name}", _alarms(aws)[name]["TreatMissingData"], "breaching")


@check("OBS-5")
def outages_are_noticed_within_a_minute(aws: Deployed) -> None:
    """Alarms of availability go off after a minute of trouble at most."""
    for short in AVAILABILITY:
        alarm = _alarms(aws)[aws.names("alarm", short)]
        periods = [stat["Period"] for stat in _statistics(alarm)]
        seconds = max(periods) * alarm["EvaluationPeriods"]
        require(seconds <= 60, f"{alarm['AlarmName']} goes off after {seconds} s")


@check("OBS-2", "OBS-3")
def one_alarm_sums_up(aws: Deployed) -> None:
    """One alarm is on while any alarm that pages is on."""
    rule = _composite(aws)["AlarmRule"]
    paging = [name for name, alarm in _alarms(aws).items() if alarm["AlarmDescription"].startswith("[page]")]
    # What is wrong with the way of telling people cannot be told that way.
    apart = aws.names("alarm", "alert-delivery")
    missing = [name for name in paging if name != apart and name not in rule]
    require(not missing, f"{', '.join(missing)} page, but are not in {aws.names('alarm', UNHEALTHY)}")


def _statistics(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "Period" in alarm:
        yield alarm
    yield from (query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query)
