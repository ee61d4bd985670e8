"""A network that is wider than it was, or lost a way: routes, public things, and the firewall before them."""

from collections.abc import Iterator

from ops.plan.changes import Action
from ops.review.model import Severity
from ops.review.risks.planned import UNKNOWN, Planned, Resource, Values, at
from ops.review.risks.rule import Finding, Rule, any_of, because, fewer, lost, newly, turned_off, turned_on, worse

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH

_BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_PUBLIC_ACLS = {"public-read", "public-read-write", "authenticated-read"}
_WAY_OUT = ("0.0.0.0/0", "::/0")
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"
_SUBNETS = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"


def _way_out(resource: Resource, planned: Planned) -> Iterator[Finding]:
    if not _leads_out(resource.after) or _leads_out(resource.before):
        return
    table = resource.after.get("route_table_id")
    if not planned.is_new(table):
        subnets = [one for one in planned.of("aws_route_table_association") if one.after.get("route_table_id") == table]
        yield Finding(
            HIGH, f"The {len(subnets)} subnets of an existing route table get a way to the internet, and from it"
        )


def _leads_out(values: Values) -> bool:
    gateway = values.get("gateway_id")
    out = any(values.get(name) in _WAY_OUT for name in ("destination_cidr_block", "destination_ipv6_cidr_block"))
    return out and (gateway is UNKNOWN or str(gateway).startswith("igw-"))


def _rerouted(resource: Resource, planned: Planned) -> Iterator[Finding]:
    if resource.action is Action.CHANGE and resource.differs("route_table_id"):
        table = resource.after.get("route_table_id")
        out = [
            one for one in planned.of("aws_route") if _leads_out(one.after) and one.after.get("route_table_id") == table
        ]
        if out:
            yield Finding(HIGH, "Its subnet gets a route table that leads to the internet, and from it")
        else:
            yield Finding(MEDIUM, "Its subnet gets another route table: what it reaches, and what reaches it, changes")


def _made_public(resource: Resource, _: Planned) -> Iterator[Finding]:
    if resource.after.get("internal") is False and resource.before.get("internal") is not False:
        yield Finding(HIGH if resource.before else MEDIUM, "It can be reached from the internet")


def _place_lost(resource: Resource, _: Planned) -> Iterator[Finding]:
    if resource.goes:
        yield Finding(
            HIGH, f"Everything with an address in it has to go first, or the apply fails ({because(resource)})"
        )


def _way_lost(resource: Resource, planned: Planned) -> Iterator[Finding]:
    gone = resource.action is Action.DESTROY or (
        resource.type == "aws_vpc_endpoint" and resource.action is Action.REPLACE
    )
    if gone and not any(planned.goes(resource.before.get(name)) for name in ("vpc_id", "route_table_id", "subnet_id")):
        yield Finding(
            HIGH, "It is a way that traffic takes: who depends on it reaches nothing until there is another one"
        )


def _counts_only(resource: Resource, _: Planned) -> Iterator[Finding]:
    """Rules of a firewall by name that blocked, and will not."""
    before, after = (
        {one["name"]: one for one in values.get("rule") or []} for values in (resource.before, resource.after)
    )
    if not after and resource.action is not Action.CHANGE:
        return
    for name, rule in before.items():
        if name not in after:
            yield Finding(HIGH, f"The firewall's rule {name} goes, and with it what it kept away")
        elif _blocks(rule) and not _blocks(after[name]):
            yield Finding(HIGH, f"The firewall's rule {name} only counts from now on, and keeps nothing away")


def _blocks(rule: Values) -> bool:
    return bool(at(rule, "action.block")) or bool(at(rule, "override_action.none"))


RULES = (
    Rule(
        id="way-to-internet",
        types=("aws_route",),
        looks_at="gateway_id, destination_cidr_block",
        check=_way_out,
        source="https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
    ),
    Rule(id="rerouted", types=("aws_route_table_association",), looks_at="route_table_id", check=_rerouted),
    Rule(
        id="place-lost",
        types=("aws_vpc", "aws_subnet"),
        looks_at="destruction and replacement",
        check=_place_lost,
        source=_SUBNETS,
    ),
    Rule(
        id="way-lost",
        types=(
            "aws_internet_gateway",
            "aws_nat_gateway",
            "aws_route",
            "aws_route_table_association",
            "aws_vpc_endpoint",
            "aws_vpc_endpoint_route_table_association",
        ),
        looks_at="destruction, and replacement of an endpoint",
        check=_way_lost,
    ),
    Rule(
        id="public-load-balancer",
        types=("aws_lb",),
        looks_at="internal",
        check=_made_public,
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
    ),
    Rule(
        id="public-address",
        types=("aws_subnet", "aws_instance", "aws_ecs_service", "aws_rds_cluster_instance", "aws_db_instance"),
        looks_at="map_public_ip_on_launch, associate_public_ip_address, assign_public_ip, publicly_accessible",
        check=newly(
            lambda values: any(
                at(values, path) is True
                for path in (
                    "map_public_ip_on_launch",
                    "associate_public_ip_address",
                    "network_configuration.assign_public_ip",
                    "publicly_accessible",
                )
            ),
            HIGH,
            "It gets, or gives, addresses that the internet can reach",
        ),
    ),
    Rule(
        id="public-bucket",
        types=("aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"),
        looks_at="the four switches, and destruction",
        check=any_of(
            newly(
                lambda values: any(values.get(name) is False for name in _BLOCKS),
                HIGH,
                "A policy or a list may open the bucket to everybody",
            ),
            lost(HIGH, "A policy or a list may open the bucket to everybody", of="bucket"),
        ),
        source=_S3,
    ),
    Rule(
        id="public-list",
        types=("aws_s3_bucket_acl", "aws_s3_bucket"),
        looks_at="acl",
        check=newly(lambda values: values.get("acl") in _PUBLIC_ACLS, HIGH, "Everybody may read what is in it"),
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html",
    ),
    Rule(
        id="joined-network",
        types=("aws_vpc_peering_connection", "aws_ec2_transit_gateway_vpc_attachment", "aws_vpn_gateway_attachment"),
        looks_at="creation",
        check=newly(bool, MEDIUM, "Another network becomes reachable, and can reach this one"),
    ),
    Rule(
        id="firewall-gone",
        types=("aws_wafv2_web_acl_association",),
        looks_at="destruction",
        check=lost(HIGH, "No firewall stands before it any more", of="resource_arn"),
        source="https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html",
    ),
    Rule(
        id="firewall-weaker",
        types=("aws_wafv2_web_acl",),
        looks_at="rule, default_action",
        check=_counts_only,
        source="https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-actions.html",
    ),
    Rule(
        id="other-groups",
        types=("aws_lb", "aws_rds_cluster", "aws_db_instance", "aws_vpc_endpoint"),
        looks_at="security_groups, vpc_security_group_ids, security_group_ids",
        check=any_of(
            *(
                worse(
                    name,
                    lambda before, after: fewer(after, before),
                    MEDIUM,
                    "It joins another security group, whose rules count for it too: from {before} to {after}",
                )
                for name in ("security_groups", "vpc_security_group_ids", "security_group_ids")
            )
        ),
    ),
    Rule(
        id="shell-into-tasks",
        types=("aws_ecs_service",),
        looks_at="enable_execute_command",
        check=worse("enable_execute_command", turned_on, MEDIUM, "Whoever may ask ECS gets a shell within a task"),
        source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html",
    ),
    Rule(
        id="headers-let-through",
        types=("aws_lb",),
        looks_at="drop_invalid_header_fields",
        check=worse(
            "drop_invalid_header_fields", turned_off, MEDIUM, "Requests with headers that are none reach the tasks"
        ),
    ),
)
