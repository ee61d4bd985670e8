"""Aurora: capacity by instance; storage, I/O and the master secret by cluster."""

from ops.review.cost.findings import Charge, Context, Findings, NoPrice
from ops.review.cost.resources import Resource, number_in
from ops.review.cost.usage import HOURS, Range

_STANDARD_STORAGE = {None, "", "aurora"}
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_PerfInsights.Overview.cost.html
_FREE_INSIGHTS_DAYS = 7


def instance(resource: Resource, context: Context) -> Findings:
    """A serverless instance: what it uses on average, never less than its cluster's minimum or above its maximum."""
    if (resource.number("performance_insights_retention_period") or 0) > _FREE_INSIGHTS_DAYS:
        yield NoPrice("Performance Insights kept for longer than a week")
    if resource.text("instance_class") != "db.serverless":
        yield NoPrice(f"instance class {resource.text('instance_class') or 'that is not known yet'}")
        return
    cluster = _cluster_of(resource, context)
    scaling = cluster.blocks("serverlessv2_scaling_configuration") if cluster else []
    smallest, largest = (number_in(scaling[0], name) if scaling else None for name in ("min_capacity", "max_capacity"))
    if cluster is None or smallest is None or largest is None:
        yield NoPrice("the capacity of its cluster is not known")
    elif cluster.text("storage_type") not in _STANDARD_STORAGE:
        yield NoPrice(f"capacity of a cluster with storage {cluster.text('storage_type')}")
    else:
        used = context.usage["database_acu"].or_more(context.usage["database_busy_share"] * largest)
        yield Charge("aurora_capacity", used.between(smallest, largest) * HOURS)


def cluster(resource: Resource, context: Context) -> Findings:
    """What all instances share."""
    if resource.text("manage_master_user_password") in {"True", "true"}:
        yield Charge("secret", Range.always(1))
    if resource.text("database_insights_mode") == "advanced":
        yield NoPrice("Database Insights, advanced")
    if not (resource.text("engine") or "").startswith("aurora") or resource.text("engine_mode") == "serverless":
        yield NoPrice(f"engine {resource.text('engine')}, mode {resource.text('engine_mode')}")
    elif resource.text("storage_type") not in _STANDARD_STORAGE:
        yield NoPrice(f"storage {resource.text('storage_type')}")
    else:
        yield Charge("aurora_storage", context.usage["database_gb"])
        yield Charge("aurora_io", context.usage["database_io"])


def _cluster_of(resource: Resource, context: Context) -> Resource | None:
    identifier = resource.text("cluster_identifier")
    clusters = context.resources.of("aws_rds_cluster", layer=resource.layer)
    named = [one for one in clusters if one.text("cluster_identifier") == identifier]
    if identifier and not resource.is_unknown("cluster_identifier"):
        return named[0] if named else None
    return clusters[0] if len(clusters) == 1 else None
