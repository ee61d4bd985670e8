"""Who can open a connection to whom, computed from the rules, routes and subnets of the synthesized layers.

A flow takes three permissions: the caller's rules, the called's rules, and routes there and back. Together they must
let through what is intended and nothing else. And since one of them may be changed without the others being thought
of, each alone must not let through anything else either.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ops.audit.configuration import Configuration
from ops.audit.permissions import EGRESS, INGRESS, Rule
from ops.audit.places import Place
from ops.audit.topology import Topology
from ops.audit.traffic import Traffic, tcp

_CONTAINER_PORT = 0  # stands for the one that the settings choose

# Who calls whom on which port of TCP. Nobody else calls anybody.
_INTENDED = (
    ("internet", "load balancer", 443),
    ("internet", "load balancer", 80),
    ("load balancer", "task", _CONTAINER_PORT),
    ("task", "database", 5432),
    ("task", "endpoint", 443),
    ("task", "s3", 443),
    ("task", "dynamodb", 443),
)


@dataclass(frozen=True, order=True)
class Flow:
    """Connections of some traffic that one place can open to another."""

    caller: Place
    called: Place
    traffic: Traffic

    @property
    def sentence(self) -> str:
        """The flow, without saying in which subnets."""
        return f"{self.caller.name} calls {self.called.name} on {self.traffic}"


def intended(configuration: Configuration) -> set[Flow]:
    """The flows that an environment is for, between each two places that they concern."""
    topology = Topology(configuration)
    (service, *_) = configuration.resources("aws_ecs_service")
    container_port = service["load_balancer"][0]["container_port"]
    places = [*topology.inside, *topology.outside]
    return {
        Flow(caller, called, tcp(port or container_port))
        for calling, listening, port in _INTENDED
        for caller in places
        for called in places
        if (caller.role, called.role) == (calling, listening)
    }


def reachable(configuration: Configuration) -> set[Flow]:
    """The flows that the rules of both sides and the routes both ways let through."""
    topology = Topology(configuration)
    places = [*topology.inside, *topology.outside]
    return {
        Flow(caller, called, traffic)
        for caller in places
        for called in places
        if topology.connected(caller, called)
        for sent in _let_through(topology, EGRESS, of=caller, peer=called)
        for received in _let_through(topology, INGRESS, of=called, peer=caller)
        if (traffic := sent.common(received))
    }


def disagreements(configuration: Configuration) -> list[str]:
    """How what is possible differs from what is intended, in words; empty when all is well."""
    topology = Topology(configuration)
    wanted, possible = intended(configuration), reachable(configuration)
    missing = {flow for flow in wanted if not any(_includes(flow, other) for other in possible)}
    return [
        *(f"unintended: {words}" for words in _in_words(possible - wanted)),
        *(f"impossible, though intended: {words}" for words in _in_words(missing)),
        *_idle_rules(topology, wanted),
        *_idle_routes(topology, wanted),
        *topology.not_understood(),
    ]


def _let_through(topology: Topology, direction: str, *, of: Place, peer: Place) -> Iterator[Traffic]:
    """What the rules of one side let through; outside the network there are none, and everything passes."""
    if of.outside:
        yield Traffic.of(protocol="any", first=None, last=None)
    for rule in topology.rules:
        if rule.direction == direction and rule.group in of.groups and topology.covers(rule, peer):
            yield rule.traffic


def _includes(flow: Flow, other: Flow) -> bool:
    return (flow.caller, flow.called) == (other.caller, other.called) and flow.traffic in other.traffic


def _in_words(flows: Iterable[Flow]) -> Iterator[str]:
    """A line for each kind of flow, with the subnets that it concerns."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for flow in sorted(flows):
        kinds[flow.sentence] |= {str(place) for place in (flow.caller, flow.called) if not place.outside}
    return (f"{sentence} ({', '.join(sorted(places))})" for sentence, places in kinds.items())


def _idle_rules(topology: Topology, wanted: set[Flow]) -> Iterator[str]:
    """Rules that let through more than is intended, or other things, whether or not anything completes them today."""
    for rule in topology.rules:
        allowed = _allowed(topology, rule)
        surplus = {flow.sentence for flow in allowed - wanted}
        if not allowed:
            yield f"{rule.address} allows {rule.direction} on {rule.traffic} where nothing intended stands"
        elif surplus:
            yield f"{rule.address} alone would allow: {'; '.join(sorted(surplus))}"


def _allowed(topology: Topology, rule: Rule) -> set[Flow]:
    members = topology.members(rule)
    peers = [place for place in (*topology.inside, *topology.outside) if topology.names(rule, place)]
    return {
        Flow(peer, member, rule.traffic) if rule.direction == INGRESS else Flow(member, peer, rule.traffic)
        for member in members
        for peer in peers
    }


def _idle_routes(topology: Topology, wanted: set[Flow]) -> Iterator[str]:
    """Ways out of a subnet that nothing in it is meant to take, and public addresses that nobody is meant to use."""
    used = {(flow.caller, flow.called) for flow in wanted} | {(flow.called, flow.caller) for flow in wanted}
    by_subnet = {(place.subnet, outside) for place, outside in used}
    for place in topology.inside:
        if place.public and not any((place, outside) in used for outside in topology.outside if outside.addresses):
            yield f"{place} has an address that the internet can reach, which nothing intends"
    for route, subnet, outside in topology.ways_out():
        if (subnet, outside) not in by_subnet:
            yield f"{route.address} is a way from the subnet {subnet} to {outside}, which nothing intends"
