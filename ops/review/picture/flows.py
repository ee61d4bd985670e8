"""Who may call whom, by the rules of security groups."""

from collections import defaultdict

from ops.audit.traffic import Traffic
from ops.review.picture.inventory import Inventory, Resource
from ops.review.picture.model import INTERNET, Box, Flow, Part, Tier
from ops.review.picture.network import ENDPOINTS

_INGRESS, _EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
_EVERYWHERE = {"0.0.0.0/0", "::/0"}


def flows_of(inventory: Inventory, tiers: tuple[Tier, ...]) -> tuple[Flow, ...]:
    """Every flow that a rule permits. A rule at either end is enough to be shown."""
    names = _holders(tiers)
    rules: defaultdict[tuple[str, str], defaultdict[str, list[Resource]]] = defaultdict(lambda: defaultdict(list))
    for rule in inventory.of(_INGRESS, _EGRESS):
        own = _named(inventory, rule, "security_group_id", names)
        peer = _peer(inventory, rule, names)
        ends = (peer, own) if rule.type == _INGRESS else (own, peer)
        rules[ends][_traffic(rule)].append(rule)
    return tuple(
        Flow(source, target, tuple(Part(text, tuple(found)) for text, found in by_traffic.items()))
        for (source, target), by_traffic in sorted(rules.items())
    )


def _holders(tiers: tuple[Tier, ...]) -> dict[Resource, str]:
    """What each security group stands before."""
    held: dict[Resource, str] = {}
    for tier in tiers:
        for box in tier.boxes:
            for group in box.title.attached:
                if group.type == "aws_security_group":
                    held.setdefault(group, _called(tiers, box))
    return held


def _called(tiers: tuple[Tier, ...], box: Box) -> str:
    """A cluster is reached at its instances, where it has any."""
    reached = box.name.partition(", storage")[0]
    return reached if any(other.name == reached for tier in tiers for other in tier.boxes) else box.name


def _named(inventory: Inventory, rule: Resource, attribute: str, names: dict[Resource, str]) -> str:
    groups = inventory.named_by(rule, "aws_security_group", attribute=attribute)
    for group in groups:
        return names.get(group, f"group {group.name}")
    return f"group {rule.text(attribute) or '?'}"


def _peer(inventory: Inventory, rule: Resource, names: dict[Resource, str]) -> str:
    if rule.refers.get("prefix_list_id"):
        return ENDPOINTS
    for attribute in ("cidr_ipv4", "cidr_ipv6", "prefix_list_id"):
        if addresses := rule.text(attribute):
            return INTERNET if addresses in _EVERYWHERE else addresses
    return _named(inventory, rule, "referenced_security_group_id", names)


def _traffic(rule: Resource) -> str:
    values = rule.values
    traffic = Traffic.of(protocol=values.get("ip_protocol"), first=values.get("from_port"), last=values.get("to_port"))
    return str(traffic).removeprefix("tcp ")
