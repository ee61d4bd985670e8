"""Tags that are missing, and names that collide."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from ops.review.model import Severity
from ops.review.risks.planned import Planned, Resource, Values
from ops.review.risks.rule import Finding, Rule

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH

# By Environment AWS Backup selects, and leftovers are found; the rest say who owns it and who pays.
_FINDS = "Environment"
_REQUIRED = (_FINDS, "Project", "Owner", "CostCenter", "ManagedBy", "Layer")
# What AWS allows once in an account and region (or, of buckets, in the world), by the attribute that it is named in.
_UNIQUE = {
    "aws_backup_plan": "name",
    "aws_backup_vault": "name",
    "aws_cloudwatch_composite_alarm": "alarm_name",
    "aws_cloudwatch_dashboard": "dashboard_name",
    "aws_cloudwatch_event_rule": "name",
    "aws_cloudwatch_log_group": "name",
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_db_parameter_group": "name",
    "aws_db_subnet_group": "name",
    "aws_dynamodb_table": "name",
    "aws_ecr_repository": "name",
    "aws_ecs_cluster": "name",
    "aws_iam_policy": "name",
    "aws_iam_role": "name",
    "aws_kms_alias": "name",
    "aws_lb": "name",
    "aws_lb_target_group": "name",
    "aws_rds_cluster": "cluster_identifier",
    "aws_rds_cluster_instance": "identifier",
    "aws_rds_cluster_parameter_group": "name",
    "aws_s3_bucket": "bucket",
    "aws_sns_topic": "name",
    "aws_wafv2_web_acl": "name",
}


def _untagged(resource: Resource, _: Planned) -> Iterator[Finding]:
    missing = _missing(resource.after)
    if resource.before:
        missing = [name for name in missing if name not in _missing(resource.before)]
    if missing:
        because = "; without Environment, backups and the search for leftovers pass it by" if _FINDS in missing else ""
        yield Finding(MEDIUM if _FINDS in missing else LOW, f"It has no tag {', '.join(missing)}{because}")


def _missing(values: Values) -> list[str]:
    """Which tags are missing from what can have any."""
    tags = values.get("tags_all")
    return [name for name in _REQUIRED if not tags.get(name)] if isinstance(tags, Mapping) else []


def _collides(resource: Resource, planned: Planned) -> Iterator[Finding]:
    name = _name(resource, resource.after)
    if name is None or not resource.comes:
        return
    holders = [one for one in _after(planned)[resource.type, name] if one is not resource]
    leaving = [one for one in _before(planned)[resource.type, name] if one is not resource and one.goes]
    if holders:
        yield Finding(
            HIGH,
            f"{holders[0].layer}: {holders[0].address} is named {name} as well: one of them takes the other's place",
        )
    elif leaving:
        yield Finding(
            HIGH if leaving[0].layer != resource.layer else MEDIUM,
            f"{leaving[0].layer}: {leaving[0].address} is named {name} until it is destroyed, which may come too late: "
            "a moved block keeps what exists",
        )
    elif resource.created_first and name == _name(resource, resource.before):
        yield Finding(HIGH, f"It is made before the old one goes, which is named {name} until then: AWS refuses it")


def _name(resource: Resource, values: Values) -> str | None:
    name = values.get(_UNIQUE[resource.type])
    return name if isinstance(name, str) and name else None


_Named = Mapping[tuple[str, str], list[Resource]]


@lru_cache(maxsize=1)
def _after(planned: Planned) -> _Named:
    found = defaultdict(list)
    for resource in planned.of(*_UNIQUE):
        name = _name(resource, resource.after)
        if name:
            found[resource.type, name].append(resource)
    return found


@lru_cache(maxsize=1)
def _before(planned: Planned) -> _Named:
    found = defaultdict(list)
    for resource in planned.of(*_UNIQUE):
        name = _name(resource, resource.before)
        if name:
            found[resource.type, name].append(resource)
    return found


RULES = (
    Rule(
        id="tag-missing",
        looks_at="tags_all of everything that has tags",
        check=_untagged,
        source="https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
    ),
    Rule(
        id="name-collides",
        types=tuple(_UNIQUE),
        looks_at="names that AWS allows once",
        check=_collides,
    ),
)
