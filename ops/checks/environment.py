"""Checks that hold over all layers: log groups, tags, and the rights of roles."""

from collections.abc import Iterator
from typing import Any

from ops.checks.deployed import Deployed, tags_of
from ops.checks.framework import check, none_of, only, require, same_set
from ops.checks.policies import Statement, overly_broad, statements, unguarded_services
from stacks.names import cluster_log_group_of

LAYERS = ("keys", "alerting", "network", "storage", "registry", "database", "compute", "backup", "monitoring")
TAGS = ("Environment", "Project", "Owner", "CostCenter", "ManagedBy", "Layer")
ROLES = ("backup", "enhanced-monitoring", "execution", "flow-logs", "task")


def log_group_names(aws: Deployed) -> set[str]:
    """The log groups that the environment has."""
    firewall = {f"aws-waf-logs-{aws.suffix}"} if aws.settings.service.waf else set()
    return firewall | {
        aws.names("log-group", "flow-logs"),
        aws.names("log-group", "service"),
        cluster_log_group_of(aws.settings),
        f"/aws/ecs/containerinsights/{aws.names('ecs-cluster')}/performance",
    }


def _log_groups(aws: Deployed) -> dict[str, dict[str, Any]]:
    found = aws.listed("logs", "describe_log_groups", "logGroups")
    return {group["logGroupName"]: group for group in found if group["logGroupName"] in log_group_names(aws)}


def _own_statements(aws: Deployed, role: str) -> Iterator[Statement]:
    for name in aws.listed("iam", "list_role_policies", "PolicyNames", RoleName=role):
        document = aws.ask("iam", "get_role_policy", RoleName=role, PolicyName=name)["PolicyDocument"]
        yield from statements(document)


@check("OBS-4", "ENV-8")
def logs_are_encrypted_and_expire(aws: Deployed) -> None:
    """Every log group is there, keeps lines for 30 days, and is encrypted with the environment's own key."""
    found = _log_groups(aws)
    same_set("the set of log groups", found, log_group_names(aws))
    key = aws.key_arn("logs")
    none_of(
        f"{name}: {group.get('retentionInDays', 'endless')} days, key {group.get('kmsKeyId')}"
        for name, group in found.items()
        if group.get("retentionInDays") != 30 or group.get("kmsKeyId") != key
    )


@check("ENV-4")
def everything_is_tagged(aws: Deployed) -> None:
    """Everything that carries the environment's tag carries all the others as well, with the settings' values."""
    environment = aws.settings.environment
    wanted = {
        "Environment": environment.suffix,
        "Project": environment.project,
        "Owner": environment.owner,
        "CostCenter": environment.cost_center,
    }
    problems = []
    for arn, tags in aws.tagged().items():
        lacking = [name for name in TAGS if name not in tags]
        wrong = [name for name, value in wanted.items() if tags.get(name, value) != value]
        if lacking or wrong:
            problems.append(f"{arn}: {', '.join([*lacking, *wrong])}")
    none_of(problems)


@check("ENV-4", "ENV-5")
def every_layer_has_tagged_resources(aws: Deployed) -> None:
    """Every layer has resources that bear its name as a tag, and nothing bears another."""
    found = {tags["Layer"] for tags in aws.tagged().values() if "Layer" in tags}
    same_set("the set of tagged layers", found, LAYERS)


@check("ENV-4", "COST-1")
def what_costs_money_is_tagged(aws: Deployed) -> None:
    """What the bill is made of carries the tags that the costs are told apart by."""
    partition = f"{aws.region}:{aws.account_id}"
    tagged = aws.tagged()
    expected = {
        f"arn:aws:rds:{partition}:cluster:{aws.names('aurora')}",
        f"arn:aws:dynamodb:{partition}:table/{aws.names('dynamodb', 'sessions')}",
        f"arn:aws:ecr:{partition}:repository/{aws.names('ecr', 'service')}",
        f"arn:aws:ecs:{partition}:service/{aws.names('ecs-cluster')}/{aws.names('ecs-service')}",
        f"arn:aws:backup:{partition}:backup-vault:{aws.names('backup-vault')}",
        *(f"arn:aws:s3:::{aws.names.bucket(role)}" for role in ("data", "logs")),
        *(aws.topic_arn(role) for role in ("alerts", "delivery-failures")),
    }
    missing = sorted(expected - set(tagged))
    require(not missing, f"{', '.join(missing)} lack the tag Environment")


@check("ENV-4")
def roles_are_tagged(aws: Deployed) -> None:
    """Roles carry all tags; AWS does not list roles by tag, so they are asked one by one."""
    problems = []
    for role in ROLES:
        name = aws.names("role", role)
        tags = tags_of({"Tags": aws.listed("iam", "list_role_tags", "Tags", RoleName=name)})
        problems += [f"{name} lacks {tag}" for tag in TAGS if tag not in tags]
    none_of(problems)


@check("ENV-7")
def roles_may_only_what_they_need(aws: Deployed) -> None:
    """No role may use a whole service, or every resource where AWS knows single ones."""
    none_of(
        problem
        for role in ROLES
        for problem in overly_broad(list(_own_statements(aws, aws.names("role", role))), aws.names("role", role))
    )


@check("ENV-7")
def roles_serve_this_account_alone(aws: Deployed) -> None:
    """Every role can be taken by one AWS service only, and on behalf of this account only."""
    problems: list[str] = []
    for role in ROLES:
        name = aws.names("role", role)
        found = statements(aws.ask("iam", "get_role", RoleName=name)["Role"]["AssumeRolePolicyDocument"])
        only(f"principals that {name} trusts", [principal for one in found for principal in one.principals])
        problems += unguarded_services(found, name)
    none_of(problems)


@check("ENV-1")
def everything_is_in_one_region(aws: Deployed) -> None:
    """Whatever carries the environment's tag is in its region and its account."""
    none_of(
        f"{arn} is elsewhere"
        for arn in aws.tagged()
        if arn.split(":")[3] not in {aws.region, ""} or arn.split(":")[4] not in {aws.account_id, ""}
    )


@check("ENV-2")
def names_end_in_the_suffix(aws: Deployed) -> None:
    """Whatever has a name of its own is named by its kind and ends in the environment's suffix."""
    problems = []
    for arn in aws.tagged():
        service, resource = arn.split(":")[2], arn.split(":", 5)[5]
        if service == "ec2":
            name = aws.tagged()[arn].get("Name", "")
        elif service in {"sns", "s3", "dynamodb", "ecr", "events", "rds", "cloudwatch", "logs"}:
            if "snapshot" in resource.split(":")[0]:
                continue  # RDS names its own
            name = resource.removesuffix(":*").removesuffix("/postgresql").removesuffix("/performance")
        else:
            continue  # an id that AWS gives
        if not name.endswith(f"-{aws.suffix}") and not name.endswith(f"-{aws.suffix}".replace("-", "_")):
            problems.append(f"{arn} is named {name or 'nothing'}")
    none_of(problems)
