"""What traffic passes on its way in and out, and what is paid for by the hour whether anything passes or not."""

from decimal import Decimal

from ops.review.cost.findings import Assumed, Charge, Context, Findings, NoPrice
from ops.review.cost.resources import Resource
from ops.review.cost.usage import HOURS, Range

# https://aws.amazon.com/waf/pricing/: these are charged for beyond the rule.
_PAID_RULE_GROUPS = {
    "AWSManagedRulesACFPRuleSet",
    "AWSManagedRulesATPRuleSet",
    "AWSManagedRulesAntiDDoSRuleSet",
    "AWSManagedRulesBotControlRuleSet",
}


def load_balancer(resource: Resource, context: Context) -> Findings:
    """The load balancer, what it handles, its addresses, and what leaves through it."""
    if resource.text("load_balancer_type") not in {None, "application"}:
        yield NoPrice(f"a {resource.text('load_balancer_type')} load balancer")
        return
    yield Charge("load_balancer", Range.always(HOURS))
    yield Charge("load_balancer_capacity", context.usage["load_balancer_lcu"] * HOURS)
    if resource.values.get("internal"):
        return
    yield Charge("internet", context.usage["internet_gb"])
    if resource.text("ip_address_type") != "dualstack-without-public-ipv4":
        zones, assumed = _zones(resource, context, "subnets", "subnet_mapping")
        yield from assumed
        yield Charge("public_ipv4", zones * HOURS)


def endpoint(resource: Resource, context: Context) -> Findings:
    """An interface endpoint in each of its zones; a gateway endpoint is free."""
    kind = resource.text("vpc_endpoint_type") or "Gateway"
    if kind == "Interface":
        zones, assumed = _zones(resource, context, "subnet_ids", "subnet_configuration")
        yield from assumed
        yield Charge("interface_endpoint", zones * HOURS)
        yield Charge("interface_endpoint_data", context.usage["endpoint_gb"])
    elif kind != "Gateway":
        yield NoPrice(f"an endpoint of type {kind}")


def nat_gateway(_resource: Resource, context: Context) -> Findings:
    """A NAT gateway; its address is a resource of its own."""
    yield Charge("nat_gateway", Range.always(HOURS))
    yield Charge("nat_gateway_data", context.usage["nat_gateway_gb"])


def address(_resource: Resource, _context: Context) -> Findings:
    """A public IPv4 address, whether it is used or idle."""
    yield Charge("public_ipv4", Range.always(HOURS))


def web_acl(resource: Resource, context: Context) -> Findings:
    """A web ACL, its rules, and the requests that it looks at."""
    rules = resource.blocks("rule")
    yield Charge("web_acl", Range.always(1))
    yield Charge("web_acl_rule", Range.always(len(rules)))
    yield Charge("web_acl_requests", context.usage["requests"])
    for rule in rules:
        for group in _managed_groups(rule):
            if group.get("vendor_name") != "AWS" or group.get("name") in _PAID_RULE_GROUPS:
                yield NoPrice(f"what rule group {group.get('name')} of {group.get('vendor_name')} is charged for")


def hosted_zone(_resource: Resource, _context: Context) -> Findings:
    """A hosted zone."""
    yield Charge("hosted_zone", Range.always(1))


def _zones(resource: Resource, context: Context, *names: str) -> tuple[Range, list[Assumed]]:
    for name in names:
        if isinstance(known := resource.values.get(name), list) and known and not resource.is_unknown(name):
            return Range.always(Decimal(len(known))), []
    zones = context.usage["zones"]
    return zones, [Assumed(f"{names[0]} are not known yet: {zones.expected} zones")]


def _managed_groups(rule: object) -> list[dict[str, object]]:
    """The managed rule groups anywhere in a rule."""
    if isinstance(rule, list):
        return [group for each in rule for group in _managed_groups(each)]
    if not isinstance(rule, dict):
        return []
    here = rule.get("managed_rule_group_statement") or []
    groups = [here] if isinstance(here, dict) else list(here)
    return groups + [group for each in rule.values() for group in _managed_groups(each)]
