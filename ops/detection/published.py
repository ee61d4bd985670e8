"""How fast things are here, from the settings, beside the figures that others have published."""

from dataclasses import dataclass

from ops.configuration import Configuration
from ops.detection.coverage import health_check_seconds
from ops.detection.silence import Silence

_TARGET_GROUPS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"
_DRAINING = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html"
_ALARMS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html"
_FAILOVER = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html"
_BACKUP = "https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html"
_PITR_AURORA = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-pitr.html"
_PITR_TABLE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_beginrestore.html"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of ours, the published one beside it, and which settings ours comes from."""

    what: str
    here: str
    published: str
    whose: str
    settings: str


def figures(configuration: Configuration) -> list[Figure]:
    """Everything that can be compared before anything runs."""
    (target_group,) = configuration.resources("aws_lb_target_group")
    (cluster,) = configuration.resources("aws_rds_cluster")
    (plan,) = configuration.resources("aws_backup_plan")
    check, silence = target_group["health_check"], Silence(configuration)
    failed_checks = f"every {check['interval']} s, {check['unhealthy_threshold']} failures"
    noticed = check["interval"] * check["unhealthy_threshold"]
    return [
        Figure(
            what="The load balancer notices a dead target",
            here=f"{health_check_seconds(target_group)} s",
            published="60 s",
            whose=f"[AWS's default]({_TARGET_GROUPS}), without its timeout of 5 s",
            settings=f"{failed_checks}, {check['timeout']} s timeout",
        ),
        Figure(
            what="The same, without the timeout",
            here=f"{noticed} s",
            published="10 s",
            whose="a production service of the NHS; twice 5 s is the least that the API takes",
            settings=failed_checks,
        ),
        Figure(
            what="The load balancer notices a new target",
            here=f"{check['interval'] * check['healthy_threshold']} s",
            published="150 s",
            whose=f"[AWS's default]({_TARGET_GROUPS})",
            settings=f"every {check['interval']} s, {check['healthy_threshold']} successes",
        ),
        Figure(
            what="The load balancer lets a target finish",
            here=f"{target_group['deregistration_delay']} s",
            published="300 s",
            whose=f"[AWS's default]({_DRAINING})",
            settings="deregistration delay",
        ),
        Figure(
            what="An alarm on AWS's own metrics goes off",
            here=f"{min(alarm.seconds for alarm in silence.alarms.values())} s",
            published="60 s",
            whose=f"[the least there is]({_ALARMS}): one value a minute",
            settings="the fastest alarm: period times values",
        ),
        Figure(
            what="People hear that the writer is down",
            here=f"{silence.seconds_until_told('writer-down')} s",
            published="under 60 s, often under 30 s",
            whose=f"[AWS]({_FAILOVER}), for the failover itself: it is often over when the message comes",
            settings="`writer-down`",
        ),
        Figure(
            what="The database can be restored to any moment, to a precision of",
            here=f"1 s, for {cluster['backup_retention_period']} days",
            published="1 s",
            whose=f"[AWS]({_PITR_AURORA}); the newest moment is about 5 minutes old",
            settings="`backup_retention_period`",
        ),
        Figure(
            what="The newest moment to which the session table can be restored is as old as",
            here="5 minutes",
            published="5 minutes",
            whose=f"[AWS]({_PITR_TABLE}), which leaves nothing to set",
            settings="point-in-time recovery",
        ),
        Figure(
            what="How often a recovery point is taken that survives the resource",
            here=f"`{plan['rule'][0]['schedule']}`",
            published="hourly at most",
            whose=f"[AWS]({_BACKUP})",
            settings="`backup.schedule`; daily is enough beside the two above",
        ),
    ]
