"""How the VPC's range is cut: three tiers of three subnets, every tier in every zone."""

from dataclasses import dataclass
from ipaddress import IPv4Network

from stacks.settings import NetworkSettings

# Sixteen blocks of equal size; each tier starts at a multiple of four, which leaves it room for a fourth zone.
_NEW_BITS = 4
_FIRST_BLOCK = {"public": 0, "application": 4, "database": 8}


@dataclass(frozen=True)
class SubnetPlan:
    """One subnet to be: its tier, its zone (`us-east-1a`), the zone's letter, and its range."""

    tier: str
    zone: str
    letter: str
    cidr: str


def subnets_of(tier: str, network: NetworkSettings) -> list[SubnetPlan]:
    """The tier's subnets, in the order of the zones."""
    blocks = list(IPv4Network(network.cidr).subnets(prefixlen_diff=_NEW_BITS))
    first = _FIRST_BLOCK[tier]
    return [
        SubnetPlan(tier=tier, zone=zone, letter=zone[-1], cidr=str(blocks[first + position]))
        for position, zone in enumerate(network.zones)
    ]
