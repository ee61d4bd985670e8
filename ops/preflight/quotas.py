"""Whether the account's quotas have room for one more environment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from ops.checks.deployed import Deployed
from ops.preflight.finding import Answer, failure, ok, warning


@dataclass(frozen=True)
class Quota:
    """A quota, how much of it is used, and how much this environment uses: at first, and at most."""

    service: str
    code: str
    what: str
    used: Callable[[Deployed], float]
    first: Callable[[Deployed], float]
    most: Callable[[Deployed], float]


def _one(_account: Deployed) -> float:
    return 1


def _instances(account: Deployed) -> float:
    return account.settings.database.instances


def _gateways(_account: Deployed) -> float:
    return 2


def _count(service: str, operation: str, items: str, **wanted: str) -> Callable[[Deployed], float]:
    def count(account: Deployed) -> float:
        found = account.listed(service, operation, items)
        return sum(all(one.get(name) == value for name, value in wanted.items()) for one in found)

    return count


def _fargate_in_use(account: Deployed) -> float:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/monitoring-fargate-usage.html."""
    names = {"Service": "Fargate", "Type": "Resource", "Resource": "vCPU", "Class": "Standard/OnDemand"}
    now = datetime.now(UTC)
    points = account.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Usage",
        MetricName="ResourceCount",
        Dimensions=[{"Name": name, "Value": value} for name, value in names.items()],
        StartTime=now - timedelta(minutes=15),
        EndTime=now,
        Period=300,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max((float(point["Maximum"]) for point in points), default=0)


def _vcpus(account: Deployed, tasks: int) -> float:
    return tasks * account.settings.service.cpu / 1024


# A deployment runs old and new tasks side by side, up to twice as many.
QUOTAS = (
    Quota("vpc", "L-F678F1CE", "VPCs", _count("ec2", "describe_vpcs", "Vpcs"), _one, _one),
    Quota(
        "vpc",
        "L-A4707A72",
        "internet gateways",
        _count("ec2", "describe_internet_gateways", "InternetGateways"),
        _one,
        _one,
    ),
    Quota(
        "vpc",
        "L-1B52E74A",
        "gateway endpoints",
        _count("ec2", "describe_vpc_endpoints", "VpcEndpoints", VpcEndpointType="Gateway"),
        _gateways,
        _gateways,
    ),
    Quota(
        "elasticloadbalancing",
        "L-53DA6B97",
        "application load balancers",
        _count("elbv2", "describe_load_balancers", "LoadBalancers", Type="application"),
        _one,
        _one,
    ),
    Quota("rds", "L-952B80B8", "DB clusters", _count("rds", "describe_db_clusters", "DBClusters"), _one, _one),
    Quota(
        "rds",
        "L-7B6409FD",
        "DB instances",
        _count("rds", "describe_db_instances", "DBInstances"),
        _instances,
        _instances,
    ),
    Quota(
        "fargate",
        "L-3032A538",
        "Fargate vCPUs",
        _fargate_in_use,
        lambda account: _vcpus(account, account.settings.service.min_tasks),
        lambda account: _vcpus(account, 2 * account.settings.service.max_tasks),
    ),
)


def room(quota: Quota, account: Deployed, *, deployed: bool) -> Answer:
    """Whether there is room. What the environment has already is in use and needs no more of it."""
    value = limit(account, quota)
    if value is None:
        return warning(f"the quota for {quota.what} could not be found out", "Look it up in Service Quotas.")
    used = quota.used(account)
    has = quota.first(account) if deployed else 0
    first, most = quota.first(account) - has, quota.most(account) - has
    state = f"{quota.what}: {used:g} of {value:g} in use"
    more = f"Ask for more: aws service-quotas request-service-quota-increase --service-code {quota.service} "
    more += f"--quota-code {quota.code} --desired-value {used + most:g}"
    if used + first > value:
        return failure(f"{state}, {first:g} more are needed", more)
    if used + most > value:
        return warning(f"{state}, up to {most:g} more may be needed when it has scaled out and is updated", more)
    return ok(state)


def limit(account: Deployed, quota: Quota) -> float | None:
    """The account's own value, or AWS's default where it has none, or None where AWS says neither."""
    arguments = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    for operation in ("get_service_quota", "get_aws_default_service_quota"):
        try:
            return float(account.ask("service-quotas", operation, **arguments)["Quota"]["Value"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchResourceException":
                raise
    return None
