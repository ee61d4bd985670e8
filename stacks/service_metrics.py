"""What the service tells of itself: metrics that CloudWatch makes of lines of its log, and the alarms on them.

app/metrics.py writes them. A service of your own may write none: its alarms see no data then, which is fine by them,
and the load balancer's metrics watch it from outside all the same.
"""

from dataclasses import dataclass

from stacks.alarms import Alarm, Expression, Metric, Missing

NAMESPACE = "Service"
# What visitors come for; the others are the status page and what machines ask.
ROUTES = ("notes", "sessions", "attachments")
POOLS = ("database_writer", "database_reader")
TIERS = (*POOLS, "sessions", "objects")
# The writer stands in for the readers; for these nothing does.
_NEEDED = ("database_writer", "sessions", "objects")

_FEWEST_REQUESTS = 20
_FAILING_PERCENT = 20
_MILLISECONDS_A_MINUTE = 60_000


@dataclass(frozen=True)
class ServiceMetrics:
    """The metrics of an environment, which is named by its suffix."""

    environment: str

    def of_route(self, route: str, name: str, statistic: str = "Sum") -> Metric:
        """Requests, Errors or Latency (ms) of a group of routes."""
        return self._metric(name, statistic, Route=route)

    def of_tier(self, tier: str, name: str, statistic: str = "Sum") -> Metric:
        """CircuitOpen (0 or 1) or Retries of what the service depends on; of a pool PoolSize and PoolWait (ms), too."""
        return self._metric(name, statistic, Tier=tier)

    def _metric(self, name: str, statistic: str, **dimensions: str) -> Metric:
        every = {"Environment": self.environment, **dimensions}
        return Metric(namespace=NAMESPACE, name=name, dimensions=every, statistic=statistic)

    def failing(self, route: str) -> Expression:
        """The percentage of a group's requests that fail."""
        return Expression(
            f"100 * {route}_errors / {route}",
            metrics={route: self.of_route(route, "Requests"), f"{route}_errors": self.of_route(route, "Errors")},
        )


def service_alarms(metrics: ServiceMetrics) -> list[Alarm]:
    """Alarms that know which part of the service it is."""
    # A minute without requests has no data, which is filled so that it does not silence the other routes.
    fails = [
        f"IF(FILL({route}, 0) > {_FEWEST_REQUESTS}, "
        f"IF((100 * FILL({route}_errors, 0) / FILL({route}, 0)) > {_FAILING_PERCENT}, 1, 0), 0)"
        for route in ROUTES
    ]
    inputs = {name: metric for route in ROUTES for name, metric in metrics.failing(route).metrics.items()}
    # All the waiting of a minute, divided by the minute: how many wait, on average.
    waiting = Expression(
        f"({' + '.join(POOLS)}) / {_MILLISECONDS_A_MINUTE}",
        metrics={pool: metrics.of_tier(pool, "PoolWait") for pool in POOLS},
    )
    return [
        Alarm(
            name="route-failing",
            watches=Expression(" + ".join(fails), metrics=inputs),
            above=0,
            missing=Missing.OK,
            symptom_of="errors",
            means=f"Over {_FAILING_PERCENT} % of the requests for {', '.join(ROUTES[:-1])} or {ROUTES[-1]} fail, "
            "which may be few of all requests.",
            runbook="5xx-burst",
        ),
        Alarm(
            name="circuit-open",
            watches=Expression(
                " + ".join(_NEEDED), metrics={tier: metrics.of_tier(tier, "CircuitOpen", "Maximum") for tier in _NEEDED}
            ),
            above=0,
            missing=Missing.OK,
            symptom_of="errors",
            means="The service gets no answer from the database's writer, the session table or the data bucket, and "
            "refuses at once what needs it.",
            runbook="circuit-open",
        ),
        Alarm(
            name="connections-awaited",
            watches=waiting,
            above=2,
            periods=5,
            missing=Missing.OK,
            severity="ticket",
            means="Over two requests at any time have waited for a connection to the database for five minutes.",
            runbook="writer-overloaded",
        ),
    ]
