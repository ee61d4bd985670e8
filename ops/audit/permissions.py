"""Every rule of every security group, however it is written: as a resource of its own, or within its group."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ops.audit.configuration import Configuration, Resource
from ops.audit.traffic import Traffic

INGRESS, EGRESS = "ingress", "egress"

_RULES = {"aws_vpc_security_group_ingress_rule": INGRESS, "aws_vpc_security_group_egress_rule": EGRESS}
_PEER = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
_INLINE_PEERS = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")


@dataclass(frozen=True)
class Rule:
    """Lets a group's members be called (ingress) or call (egress). Its peer is a range, a prefix list or a group."""

    address: str
    direction: str
    group: str
    peer: str
    traffic: Traffic


def rules_of(configuration: Configuration) -> Sequence[Rule]:
    """All rules, those included that AWS gives a default group that nobody has taken over."""
    own = [_own_rule(configuration, resource) for resource in configuration.resources(*_RULES)]
    groups = configuration.resources("aws_security_group", "aws_default_security_group")
    inline = [rule for group in groups for rule in _inline_rules(configuration, group)]
    return [*own, *inline, *_default_rules(configuration)]


def default_group(configuration: Configuration) -> str:
    """The group of whatever names none."""
    found = configuration.resources("aws_default_security_group")
    return configuration.attribute(found[0], "id") if found else "the default group"


def _own_rule(configuration: Configuration, resource: Resource) -> Rule:
    body = configuration.resolved(resource)
    (peer,) = (str(body[kind]) for kind in _PEER if body.get(kind))
    traffic = Traffic.of(protocol=body["ip_protocol"], first=body.get("from_port"), last=body.get("to_port"))
    return Rule(resource.address, _RULES[resource.type], body["security_group_id"], peer, traffic)


def _inline_rules(configuration: Configuration, group: Resource) -> Iterator[Rule]:
    body = configuration.resolved(group)
    group_id = configuration.attribute(group, "id")
    for direction in (INGRESS, EGRESS):
        for block in body.get(direction, []):
            traffic = Traffic.of(protocol=block["protocol"], first=block["from_port"], last=block["to_port"])
            for peer in _inline_peers(block, group_id=group_id):
                yield Rule(f"{group.address} ({direction})", direction, group_id, peer, traffic)


def _inline_peers(block: Mapping[str, Any], *, group_id: str) -> list[str]:
    named = [str(peer) for kind in _INLINE_PEERS for peer in block.get(kind) or []]
    return [*named, group_id] if block.get("self") else named


def _default_rules(configuration: Configuration) -> list[Rule]:
    """https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html."""
    if configuration.resources("aws_default_security_group"):
        return []
    group, everything = default_group(configuration), Traffic.of(protocol=-1, first=None, last=None)
    where = "the network's default security group, which no layer closes"
    return [
        Rule(where, INGRESS, group, group, everything),
        Rule(where, EGRESS, group, "0.0.0.0/0", everything),
    ]
