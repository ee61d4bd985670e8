"""Downtime of the database: restarts, upgrades, and who is left to take over.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Modifying.html
"""

from collections.abc import Iterator

from ops.plan.changes import Action
from ops.review.model import Severity
from ops.review.risks.planned import Planned, Resource, Values, at
from ops.review.risks.rule import Finding, Rule, because, differ, falls, rises, turned_off, worse

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH

_PARAMETER_GROUPS = ("db_cluster_parameter_group_name", "db_parameter_group_name", "parameter_group_name")
_MAXIMUM = "serverlessv2_scaling_configuration.max_capacity"
_MODIFYING = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Modifying.html"
_PARAMETERS = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_WorkingWithParamGroups.html"
_UPGRADES = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_UpgradeDBInstance.PostgreSQL.html"
_AVAILABILITY = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html"


def _upgraded(resource: Resource, _: Planned) -> Iterator[Finding]:
    if not resource.differs("engine_version"):
        return
    before, after = str(resource.before["engine_version"]), str(resource.after.get("engine_version"))
    old, new = _version(before), _version(after)
    if new is None or old is None:
        yield Finding(HIGH, f"The engine goes from {before} to {after}, which is more than an upgrade")
    elif new < old:
        yield Finding(HIGH, f"{before} cannot become {after}: AWS has no way back to an older engine but a restore")
    elif new[0] > old[0]:
        yield Finding(
            HIGH,
            f"From {before} to {after}: the cluster is down for minutes, {_when(resource)}; plans and extensions "
            "change, and the only way back is a restore of what was before it",
        )
    else:
        yield Finding(
            MEDIUM, f"From {before} to {after}: every instance restarts, {_when(resource)}; connections are cut"
        )


def _version(text: str) -> tuple[int, ...] | None:
    """A version as numbers; None of what is none."""
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else None


def _when(resource: Resource) -> str:
    if resource.after.get("apply_immediately"):
        return "during the apply"
    return f"in the next maintenance window ({resource.after.get('preferred_maintenance_window', 'of its own')})"


def _restarted(resource: Resource, _: Planned) -> Iterator[Finding]:
    if resource.action is Action.CHANGE and resource.differs("instance_class"):
        before, after = resource.before.get("instance_class"), resource.after.get("instance_class")
        yield Finding(MEDIUM, f"From {before} to {after}: the instance is down for minutes, {_when(resource)}")


def _instance_goes(resource: Resource, planned: Planned) -> Iterator[Finding]:
    if not resource.goes:
        return
    fellows = [one for one in planned.of("aws_rds_cluster_instance") if one.layer == resource.layer]
    left = sum(1 for one in fellows if one.after)
    writer = bool(resource.before.get("writer"))
    role = "It is the writer: a reader takes over, which cuts connections" if writer else "It is a reader"
    if not any(one.before and not one.goes for one in fellows):
        yield Finding(HIGH, "No instance stays: the database is down until there is a new one")
    elif resource.action is Action.REPLACE:
        yield Finding(MEDIUM, f"{role}. Until it has been made again, there is one instance less to take over")
    elif left == 1:
        yield Finding(HIGH, "One instance is left: when it or its zone fails, nothing can take over")
    else:
        yield Finding(MEDIUM if writer else LOW, f"{role}. {left} instances are left, for what it served as well")


def _parameters(resource: Resource, _: Planned) -> Iterator[Finding]:
    if resource.action is Action.CHANGE:
        before, after = _by_name(resource.before), _by_name(resource.after)
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        waiting = [name for name in changed if {**before, **after}[name].get("apply_method") == "pending-reboot"]
        if waiting:
            yield Finding(MEDIUM, f"{', '.join(sorted(waiting))}: in effect only once somebody restarts the instances")


def _ceiling(resource: Resource, _: Planned) -> Iterator[Finding]:
    before, after = (at(values, _MAXIMUM) for values in (resource.before, resource.after))
    if falls(before, after):
        yield Finding(MEDIUM, f"From {before} units to {after} at most: load beyond that is served slowly")
    elif rises(before, after):
        yield Finding(LOW, "The number of connections that it takes follows only once somebody restarts the instances")


def _group_changed(resource: Resource, _: Planned) -> Iterator[Finding]:
    for name in _PARAMETER_GROUPS:
        if resource.action is Action.CHANGE and resource.differs(name):
            after = resource.after.get(name)
            yield Finding(LOW, f"What {after} says is in effect only once somebody restarts the instances")


def _group_replaced(resource: Resource, planned: Planned) -> Iterator[Finding]:
    databases = planned.of("aws_rds_cluster", "aws_db_instance")
    stays = [one for one in databases if one.layer == resource.layer and one.before and not one.goes]
    if resource.action is Action.REPLACE and stays:
        yield Finding(
            HIGH,
            f"It is replaced ({because(resource)}), and AWS deletes no group that a database has: the apply fails",
        )


def _by_name(values: Values) -> dict[str, Values]:
    return {one["name"]: one for one in values.get("parameter") or []}


RULES = (
    Rule(
        id="engine-changed",
        types=("aws_rds_cluster", "aws_db_instance"),
        looks_at="engine_version",
        check=_upgraded,
        source=_UPGRADES,
    ),
    Rule(
        id="instance-restarted",
        types=("aws_rds_cluster_instance", "aws_db_instance"),
        looks_at="instance_class",
        check=_restarted,
        source=_MODIFYING,
    ),
    Rule(
        id="instance-gone",
        types=("aws_rds_cluster_instance",),
        looks_at="destruction and replacement of an instance, and how many stay",
        check=_instance_goes,
        source=_AVAILABILITY,
    ),
    Rule(
        id="capacity-changed",
        types=("aws_rds_cluster",),
        looks_at="serverlessv2_scaling_configuration: max_capacity",
        check=_ceiling,
        source="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html",
    ),
    Rule(
        id="port-changed",
        types=("aws_rds_cluster", "aws_db_instance"),
        looks_at="port",
        check=worse(
            "port",
            differ,
            HIGH,
            "From {before} to {after}: all instances restart, and whoever knows the old one is cut off",
        ),
        source=_MODIFYING,
    ),
    Rule(
        id="sign-in-removed",
        types=("aws_rds_cluster", "aws_db_instance"),
        looks_at="iam_database_authentication_enabled",
        check=worse(
            "iam_database_authentication_enabled",
            turned_off,
            HIGH,
            "Whoever signs in with an IAM token is locked out, the service among them; passwords remain",
        ),
        source="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html",
    ),
    Rule(
        id="parameters-wait",
        types=("aws_rds_cluster_parameter_group", "aws_db_parameter_group"),
        looks_at="parameter, with apply_method pending-reboot",
        check=_parameters,
        source=_PARAMETERS,
    ),
    Rule(
        id="parameter-group-changed",
        types=("aws_rds_cluster", "aws_rds_cluster_instance", "aws_db_instance"),
        looks_at=", ".join(_PARAMETER_GROUPS),
        check=_group_changed,
        source=_PARAMETERS,
    ),
    Rule(
        id="group-in-use-replaced",
        types=("aws_rds_cluster_parameter_group", "aws_db_parameter_group", "aws_db_subnet_group"),
        looks_at="replacement of a group that a database has",
        check=_group_replaced,
        source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBClusterParameterGroup.html",
    ),
    Rule(
        id="certificate-changed",
        types=("aws_rds_cluster_instance", "aws_db_instance"),
        looks_at="ca_cert_identifier",
        check=worse(
            "ca_cert_identifier",
            differ,
            MEDIUM,
            "From {before} to {after}: clients that do not know the new authority cannot connect",
        ),
        source="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.SSL-certificate-rotation.html",
    ),
)
