"""What the rules of security groups let through, however they are written, with values that may not be known yet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from ops.audit.traffic import Traffic, tcp
from ops.review.risks.planned import UNKNOWN, Resource, Values

_PEERS = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
_LISTS = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")))
_PRIVATE_6 = IPv6Network("fc00::/7")
_WEB = (tcp(80), tcp(443))


@dataclass(frozen=True)
class Opening:
    """Lets `peer` call the members of a group, or be called by them."""

    group: object
    inwards: bool
    peer: str
    traffic: Traffic

    @property
    def public(self) -> bool:
        """Whether the peer is the internet, or so much of it that it may as well be."""
        match _network(self.peer):
            case IPv4Network() as network:
                return network.prefixlen < 16 and not any(network.subnet_of(private) for private in _PRIVATE)
            case IPv6Network() as network:
                return network.prefixlen < 32 and not network.subnet_of(_PRIVATE_6)
            case _:
                return False

    @property
    def web(self) -> bool:
        """Whether it is what visitors of a web site need."""
        return self.traffic in _WEB

    def as_of(self, group: object) -> "Opening":
        """The same of another group, such as the one that this one's takes the place of."""
        return replace(self, group=group)

    def __contains__(self, other: object) -> bool:
        if not isinstance(other, Opening) or (self.group, self.inwards) != (other.group, other.inwards):
            return False
        return other.traffic in self.traffic and _includes(self.peer, other.peer)


def openings(resource: Resource, values: Values) -> Iterator[Opening]:
    """What a resource opens, by its values before or after."""
    match resource.type:
        case "aws_vpc_security_group_ingress_rule" | "aws_vpc_security_group_egress_rule" if values:
            traffic = _traffic(values, protocol="ip_protocol")
            inwards = resource.type == "aws_vpc_security_group_ingress_rule"
            for name in _PEERS:
                if values.get(name):
                    yield Opening(values.get("security_group_id"), inwards, str(values[name]), traffic)
        case "aws_security_group_rule" if values:
            yield from _in_block(values, values.get("security_group_id"), inwards=values.get("type") == "ingress")
            if values.get("source_security_group_id"):
                group = values.get("security_group_id")
                peer = str(values["source_security_group_id"])
                yield Opening(group, values.get("type") == "ingress", peer, _traffic(values))
        case "aws_security_group" | "aws_default_security_group":
            for direction in ("ingress", "egress"):
                blocks = values.get(direction)
                for block in blocks if isinstance(blocks, list) else []:
                    yield from _in_block(block, values.get("id"), inwards=direction == "ingress")
        case _:
            return


def _in_block(block: Mapping[str, Any], group: object, *, inwards: bool) -> Iterator[Opening]:
    traffic = _traffic(block)
    for name in _LISTS:
        peers = block.get(name)
        for peer in peers if isinstance(peers, list) else [peers] if peers is UNKNOWN else []:
            yield Opening(group, inwards, str(peer), traffic)
    if block.get("self"):
        yield Opening(group, inwards, str(group), traffic)


def _traffic(values: Values, *, protocol: str = "protocol") -> Traffic:
    ends = (None if values.get(name) is UNKNOWN else values.get(name) for name in ("from_port", "to_port"))
    first, last = ends
    return Traffic.of(protocol=values.get(protocol), first=first, last=last)


def _includes(peer: str, other: str) -> bool:
    """Whether one peer is a part of another. One that is not known yet takes the place of one that is no range."""
    if peer == other:
        return True
    match _network(peer), _network(other):
        case IPv4Network() as outer, IPv4Network() as inner:
            return inner.subnet_of(outer)
        case IPv6Network() as outer, IPv6Network() as inner:
            return inner.subnet_of(outer)
        case None, None:
            return str(UNKNOWN) in {peer, other}
        case _:
            return False


def _network(peer: str) -> IPv4Network | IPv6Network | None:
    """A peer that is a range of addresses."""
    try:
        return ip_network(peer, strict=False)
    except ValueError:
        return None
