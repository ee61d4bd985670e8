"""What the service tells of itself, by route and by what it depends on: where to look once the tier is known."""

from stacks.dashboards_tiers import Tiers
from stacks.service_metrics import POOLS, ROUTES, TIERS
from stacks.widgets import Graph, Line, Row


def from_within(tiers: Tiers) -> list[Row]:
    """The service as it sees itself."""
    return [
        Row([tiers.heading("Inside the service: its routes", "5xx-burst", "latency")], 2),
        Row([_requests(tiers), _failing(tiers), _routes_that_fail(tiers), _latency(tiers)]),
        Row([tiers.heading("Inside the service: what it depends on", "circuit-open", "writer-overloaded")], 2),
        Row([_open_circuits(tiers), _retries(tiers), _awaited_connections(tiers), _pool_sizes(tiers)]),
    ]


def _requests(tiers: Tiers) -> Graph:
    lines = {route: tiers.service.of_route(route, "Requests") for route in ROUTES}
    return tiers.graph("Requests by route (count a minute)", lines, stacked=True)


def _failing(tiers: Tiers) -> Graph:
    return tiers.graph(
        "Failing requests by route (%)", {route: tiers.service.failing(route) for route in ROUTES}, highest=100
    )


def _routes_that_fail(tiers: Tiers) -> Graph:
    return tiers.graph("Routes that fail (count)", {"failing": tiers.watched_by("route-failing")})


def _latency(tiers: Tiers) -> Graph:
    """Without the load balancer and the way to it."""
    lines = {f"{route}, p99": tiers.service.of_route(route, "Latency", "p99") for route in ROUTES}
    return tiers.graph("Latency by route (ms)", lines)


def _open_circuits(tiers: Tiers) -> Graph:
    """What the service has given up on for now; for the readers the writer stands in."""
    by_tier: dict[str, Line] = {_words(tier): tiers.service.of_tier(tier, "CircuitOpen", "Maximum") for tier in TIERS}
    needed = {"without a stand-in": tiers.watched_by("circuit-open")}
    return tiers.graph("Open circuits (count)", {**by_tier, **needed})


def _retries(tiers: Tiers) -> Graph:
    """What the service gets over, before anybody notices."""
    lines = {_words(tier): tiers.service.of_tier(tier, "Retries") for tier in TIERS}
    return tiers.graph("Retries (count a minute)", lines, stacked=True)


def _awaited_connections(tiers: Tiers) -> Graph:
    lines = {"waiting": tiers.watched_by("connections-awaited")}
    return tiers.graph("Requests that wait for a connection (count)", lines)


def _pool_sizes(tiers: Tiers) -> Graph:
    lines = {_words(pool): tiers.service.of_tier(pool, "PoolSize", "Maximum") for pool in POOLS}
    return tiers.graph("Connections of the largest pool (count)", lines)


def _words(tier: str) -> str:
    return tier.replace("_", " ")
