"""What is outside the network: visitors and what they pass, the services of AWS, and what watches and protects."""

from collections.abc import Iterator

from ops.plan.changes import Action
from ops.review.picture.inventory import Inventory, Resource
from ops.review.picture.model import INTERNET, Box, Link, Part
from ops.review.picture.network import ENDPOINTS, service_of

WAF = "waf"
LOG_GROUPS = "log groups"
BACKUP = "backup"

_MOST_NAMED = 4


def network_of(inventory: Inventory) -> Box:
    """The network itself, and whatever belongs to all of it."""
    networks = tuple(inventory.of("aws_vpc"))
    cidr = ", ".join(network.text("cidr_block") for network in networks)
    logs = [Part("flow log", (flow_log,)) for flow_log in inventory.of("aws_flow_log")]
    closed = [Part("default security group", (group,)) for group in inventory.of("aws_default_security_group")]
    nat = [] if inventory.of("aws_nat_gateway") else [Part("no NAT gateway")]
    return Box("network", Part(f"VPC {cidr}", networks), (*nat, *logs, *closed))


def gateways_of(inventory: Inventory) -> tuple[Box, ...]:
    """The ways from the internet into the network."""
    found = inventory.of("aws_internet_gateway")
    return tuple(Box(gateway.address, Part("internet gateway", (gateway,))) for gateway in found)


def entry_of(inventory: Inventory) -> tuple[Box, ...]:
    """Visitors, and what they pass before they reach the network."""
    records = [Part(record.text("name"), (record,)) for record in inventory.of("aws_route53_record")]
    firewalls = [
        Box(WAF, Part("Web application firewall", (firewall,), tuple(inventory.naming(firewall, "aws_wafv2_*"))))
        for firewall in inventory.of("aws_wafv2_web_acl")
    ]
    return (Box(INTERNET, Part("Visitors"), tuple(records)), *firewalls)


def services_of(inventory: Inventory) -> tuple[Box, ...]:
    """What AWS runs for the environment outside the network, in the order of the tiers that use it."""
    buckets = inventory.of("aws_s3_bucket")
    access_logs = [bucket for bucket in buckets if inventory.naming(bucket, "aws_lb")]
    others = [bucket for bucket in buckets if bucket not in access_logs]
    repositories = inventory.of("aws_ecr_repository")
    tables = inventory.of("aws_dynamodb_table")
    return (
        *(_regional(inventory, one, "S3", "access logs", "aws_s3_*") for one in access_logs),
        *(_regional(inventory, one, "ECR", "images", "aws_ecr_*") for one in repositories),
        *_log_groups(inventory),
        *(_regional(inventory, one, "S3", "objects", "aws_s3_*") for one in others),
        *(_regional(inventory, one, "DynamoDB", "items", "aws_dynamodb_*") for one in tables),
        *_backup(inventory),
    )


def links_of(inventory: Inventory) -> tuple[Link, ...]:
    """What leaves the network: through endpoints, as access logs of a load balancer, and into backups."""
    found = [
        Link(ENDPOINTS, name) for endpoint in inventory.of("aws_vpc_endpoint") for name in _behind(inventory, endpoint)
    ]
    for balancer in inventory.of("aws_lb"):
        found += [Link(balancer.address, bucket.address) for bucket in inventory.named_by(balancer, "aws_s3_bucket")]
    for selection in inventory.of("aws_backup_selection"):
        for cluster in inventory.named_by(selection, "aws_rds_cluster"):
            found.append(Link(f"{cluster.address}, storage", BACKUP))
    return tuple(dict.fromkeys(found))


def _behind(inventory: Inventory, endpoint: Resource) -> list[str]:
    match service_of(endpoint).partition(".")[0]:
        case "ecr":
            return [repository.address for repository in inventory.of("aws_ecr_repository")]
        case "logs":
            return [LOG_GROUPS]
        case "s3":
            buckets = inventory.of("aws_s3_bucket")
            return [bucket.address for bucket in buckets if not inventory.naming(bucket, "aws_lb")]
        case "dynamodb":
            return [table.address for table in inventory.of("aws_dynamodb_table")]
        case _:
            return []


def _regional(inventory: Inventory, resource: Resource, service: str, holds: str, family: str) -> Box:
    settings = tuple(inventory.naming(resource, family))
    return Box(resource.address, Part(f"{service}: {resource.name}", (resource,), settings), (Part(holds),))


def _log_groups(inventory: Inventory) -> Iterator[Box]:
    groups = inventory.of("aws_cloudwatch_log_group")
    policies = inventory.of("aws_cloudwatch_log_resource_policy")
    if groups:
        lines = counted("log group", groups, attached=policies)
        yield Box(LOG_GROUPS, Part("CloudWatch Logs"), lines)


def _backup(inventory: Inventory) -> Iterator[Box]:
    vaults = inventory.of("aws_backup_vault")
    plans = inventory.of("aws_backup_plan", "aws_backup_selection", "aws_backup_region_settings")
    tests = inventory.of("aws_backup_restore_testing_*", "aws_sfn_state_machine")
    settings = [one for one in inventory.of("aws_backup_*") if one not in vaults + plans + tests]
    if vaults or plans or tests:
        parts = (
            *([Part("plan", tuple(plans))] if plans else []),
            *([Part("restore tests", tuple(tests))] if tests else []),
        )
        yield Box(BACKUP, Part("AWS Backup", tuple(vaults), tuple(settings)), parts)


def counted(noun: str, resources: list[Resource], *, attached: list[Resource] | None = None) -> tuple[Part, ...]:
    """How many there are of something, and the names of those that a plan touches."""
    if not resources:
        return ()
    there = [resource for resource in resources if resource.action is not Action.DESTROY]
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    text = f"{len(there)} {noun if len(there) == 1 else many}"
    total = Part(text, tuple(resources), tuple(attached or ()), counted=True)
    touched = [resource for resource in resources if resource.action]
    if len(touched) > _MOST_NAMED:
        return (total,)
    return (total, *(Part(resource.name, (resource,)) for resource in touched))
