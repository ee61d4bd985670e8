"""Backups that are fewer, and whatever is kept for a shorter time."""

from collections.abc import Iterator

from ops.plan.changes import Action
from ops.review.model import Severity
from ops.review.risks.frequency import firings_a_week
from ops.review.risks.planned import UNKNOWN, Planned, Resource, Values, at
from ops.review.risks.rule import Finding, Rule, any_of, falls, fewer, lost, turned_off, worse

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH

_RESTORE = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Managing.Backups.html"
_LIFECYCLE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html"
_PLANS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/updating-a-backup-plan.html"
_FOREVER = 0  # how both log groups and backup plans write it


def _keeps_logs_shorter(resource: Resource, _: Planned) -> Iterator[Finding]:
    before, after = resource.before.get("retention_in_days"), resource.after.get("retention_in_days")
    if resource.before and _is_shorter(before, after):
        yield Finding(
            MEDIUM, f"Log lines are kept for {after} days instead of {before or 'ever'}; older ones are deleted"
        )


def _is_shorter(before: object, after: object) -> bool:
    if not isinstance(before, int) or not isinstance(after, int) or after == _FOREVER:
        return False
    return before == _FOREVER or after < before


def _backs_up_less(resource: Resource, _: Planned) -> Iterator[Finding]:
    before, after = _rules(resource.before), _rules(resource.after)
    if not before or not after:
        return
    for name, old in before.items():
        new = after.get(name)
        if new is None:
            yield Finding(HIGH, f"The rule {name} goes: what it backed up ({old.get('schedule')}) is not any more")
        else:
            yield from _rule_does_less(name, old, new)


def _rule_does_less(name: str, old: Values, new: Values) -> Iterator[Finding]:
    often, rarely = firings_a_week(str(old.get("schedule"))), firings_a_week(str(new.get("schedule")))
    if often and (rarely is None or rarely < often):
        seldom = f"{rarely:g} times a week" if rarely is not None else "as often as nobody can tell"
        yield Finding(HIGH, f"{name} takes a recovery point {seldom} instead of {often:g}: more is lost by a restore")
    kept, shorter = at(old, "lifecycle.delete_after"), at(new, "lifecycle.delete_after")
    if _is_shorter(kept or _FOREVER, shorter or _FOREVER):
        yield Finding(MEDIUM, f"{name} keeps new recovery points for {shorter} days instead of {kept or 'ever'}")
    if old.get("enable_continuous_backup") and not new.get("enable_continuous_backup"):
        yield Finding(MEDIUM, f"{name} cannot restore to any point in time any more")
    if len(old.get("copy_action") or []) > len(new.get("copy_action") or []):
        yield Finding(MEDIUM, f"{name} makes fewer copies in other vaults")


def _rules(values: Values) -> dict[str, Values]:
    rules = values.get("rule")
    return {one["rule_name"]: one for one in rules if isinstance(one, dict)} if isinstance(rules, list) else {}


def _expires_sooner(resource: Resource, _: Planned) -> Iterator[Finding]:
    if resource.action not in {Action.CHANGE, Action.CREATE} or resource.after.get("rule") is UNKNOWN:
        return
    before, after = _expiries(resource.before), _expiries(resource.after)
    for name, (current, noncurrent) in after.items():
        old_current, old_noncurrent = before.get(name, (None, None))
        if resource.before and current and (not old_current or current < old_current):
            yield Finding(HIGH, f"{name} deletes objects after {current} days, and did {_after(old_current)}")
        if resource.before and noncurrent and (not old_noncurrent or noncurrent < old_noncurrent):
            yield Finding(
                MEDIUM, f"{name} deletes replaced versions after {noncurrent} days, and did {_after(old_noncurrent)}"
            )


def _after(days: int | None) -> str:
    return f"after {days}" if days else "not"


def _expiries(values: Values) -> dict[str, tuple[int | None, int | None]]:
    """After how many days each rule that is on deletes objects, and replaced versions of them."""
    return {
        str(rule.get("id")): (
            at(rule, "expiration.days") or None,
            at(rule, "noncurrent_version_expiration.noncurrent_days") or None,
        )
        for rule in values.get("rule") or []
        if rule.get("status") == "Enabled"
    }


RULES = (
    Rule(
        id="log-retention-shortened",
        types=("aws_cloudwatch_log_group",),
        looks_at="retention_in_days",
        check=_keeps_logs_shorter,
        source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    ),
    Rule(
        id="database-retention-shortened",
        types=("aws_rds_cluster", "aws_db_instance"),
        looks_at="backup_retention_period",
        check=worse(
            "backup_retention_period",
            falls,
            HIGH,
            "It can be restored to any second of the last {after} days instead of {before}; what is older is deleted",
        ),
        source=_RESTORE,
    ),
    Rule(
        id="restore-to-any-second-off",
        types=("aws_dynamodb_table",),
        looks_at="point_in_time_recovery",
        check=any_of(
            worse(
                "point_in_time_recovery.enabled",
                turned_off,
                HIGH,
                "It cannot be restored to a point in time any more, and those of the past are gone",
            ),
            worse(
                "point_in_time_recovery.recovery_period_in_days",
                falls,
                MEDIUM,
                "It can be restored to any second of the last {after} days instead of {before}",
            ),
        ),
        source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html",
    ),
    Rule(
        id="versions-off",
        types=("aws_s3_bucket_versioning",),
        looks_at="versioning_configuration, and destruction",
        check=any_of(
            worse(
                "versioning_configuration.status",
                lambda before, _: before == "Enabled",
                HIGH,
                "An object that is overwritten or deleted from now on is lost",
            ),
            lost(HIGH, "An object that is overwritten or deleted from now on is lost", of="bucket"),
        ),
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html",
    ),
    Rule(
        id="expiry-sooner",
        types=("aws_s3_bucket_lifecycle_configuration",),
        looks_at="expiration, noncurrent_version_expiration",
        check=_expires_sooner,
        source=_LIFECYCLE,
    ),
    Rule(
        id="backup-plan-weaker",
        types=("aws_backup_plan",),
        looks_at="rule: schedule, lifecycle, enable_continuous_backup, copy_action",
        check=_backs_up_less,
        source=_PLANS,
    ),
    Rule(
        id="backup-lost",
        types=("aws_backup_plan", "aws_backup_selection"),
        looks_at="destruction, resources, not_resources",
        check=any_of(
            lost(HIGH, "What it covered is not backed up any more"),
            worse("resources", fewer, HIGH, "Fewer are backed up: {after} instead of {before}"),
            worse("not_resources", lambda before, after: fewer(after, before), HIGH, "Not backed up any more: {after}"),
        ),
        source="https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html",
    ),
    Rule(
        id="restore-tests-lost",
        types=("aws_backup_restore_testing_plan", "aws_backup_restore_testing_selection"),
        looks_at="destruction",
        check=lost(MEDIUM, "Nothing proves any more that the backups can be restored", of="restore_testing_plan_name"),
        source="https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html",
    ),
    Rule(
        id="backup-opted-out",
        types=("aws_backup_region_settings",),
        looks_at="resource_type_opt_in_preference",
        check=worse(
            "resource_type_opt_in_preference",
            lambda before, after: any(on and not (after or {}).get(name) for name, on in (before or {}).items()),
            HIGH,
            "AWS Backup leaves kinds of resources alone that it backed up, in the whole account",
        ),
    ),
    Rule(
        id="fewer-images",
        types=("aws_ecr_lifecycle_policy",),
        looks_at="policy",
        check=worse(
            "policy", lambda _before, _after: True, LOW, "Images may be deleted sooner than before: compare the rules"
        ),
    ),
    Rule(
        id="table-expires",
        types=("aws_dynamodb_table",),
        looks_at="ttl",
        check=any_of(
            worse(
                "ttl.attribute_name", lambda _, after: bool(after), MEDIUM, "Items are deleted by {after} from now on"
            ),
            worse("ttl.enabled", lambda _, after: after is True, MEDIUM, "Items are deleted by their age from now on"),
        ),
    ),
    Rule(
        id="deletion-sooner",
        types=("aws_kms_key", "aws_secretsmanager_secret"),
        looks_at="deletion_window_in_days, recovery_window_in_days",
        check=any_of(
            *(
                worse(name, falls, LOW, "A deletion can be cancelled for {after} days instead of {before}")
                for name in ("deletion_window_in_days", "recovery_window_in_days")
            )
        ),
    ),
)
