"""The load balancer in front of the tasks: HAProxy, with the numbers that the target group has.

What differs from an Application Load Balancer stands in docs/availability.md.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import stacks.bindings  # noqa: F401 - first, so that the import below is cheap
from ops.availability.haproxy import Haproxy
from ops.availability.programs import free_port
from ops.errors import OpsError
from stacks.load_balancer import (
    CHECKS_TO_CHANGE_STATE,
    DRAIN_SECONDS,
    HEALTH_CHECK_SECONDS,
    HEALTH_CHECK_TIMEOUT_SECONDS,
)

# Who answered; what HAProxy answers itself names the task that it had chosen.
ANSWERED_BY = "X-Answered-By"
_TARGETS = tuple(f"task{number}" for number in range(1, 9))

# A balancer waits ten seconds for a connection, and sixty for whatever else: both are defaults that the layer keeps.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
_CONFIGURATION = """\
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  timeout http-request 60s
  retries {retries}
{retrying}frontend world
  bind 127.0.0.1:{port}
  default_backend tasks
# A backend of its own, because HAProxy gives the connection of a check as long as that of a request.
backend checks
  timeout connect {check_timeout}s
  timeout check {check_timeout}s
  option httpchk GET {health_check_path}
  http-check expect status 200
  default-server check check-ssl ssl verify none inter {interval}s fall {checks} rise {checks}
{checked}
backend tasks
  balance leastconn
  option forwardfor
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Amzn-Trace-Id Root=1-%[date,hex,lower,bytes(8,8)]-%[uuid,regsub(-,,g),bytes(0,24)]
  http-after-response set-header {answered_by} %s
  default-server ssl verify none
{targets}
"""
_RETRYING = "  option redispatch 1\n  retry-on conn-failure\n"


class Balancer:
    """Sends requests to whichever of its targets has the fewest, as long as they answer health checks.

    `retries` says how often a request whose connection is refused is offered to another target. AWS documents that an
    Application Load Balancer answers 502 then, so the default is never.
    """

    def __init__(self, binary: Path, *, folder: Path, health_check_path: str, retries: int = 0) -> None:
        self.port = free_port()
        self._haproxy = Haproxy(
            binary,
            name=f"balancer-{self.port}",
            folder=folder,
            configuration=_CONFIGURATION.format(
                port=self.port,
                retries=retries,
                retrying=_RETRYING if retries else "",
                answered_by=ANSWERED_BY,
                checked="".join(f"  server {target} 127.0.0.1:1 disabled\n" for target in _TARGETS),
                targets="".join(f"  server {target} 127.0.0.1:1 track checks/{target}\n" for target in _TARGETS),
                health_check_path=health_check_path,
                interval=HEALTH_CHECK_SECONDS,
                check_timeout=HEALTH_CHECK_TIMEOUT_SECONDS,
                checks=CHECKS_TO_CHANGE_STATE,
            ),
        )
        self._free = list(_TARGETS)

    @property
    def url(self) -> str:
        """Where users come to."""
        return f"http://127.0.0.1:{self.port}"

    def register(self, port: int) -> str:
        """Send requests to a port as well, which has to answer already. Returns the target's name."""
        target = self._free.pop(0)
        for backend in ("checks", "tasks"):
            self._haproxy.order(f"set server {backend}/{target} addr 127.0.0.1 port {port}")
        self._haproxy.order(f"set server tasks/{target} state ready")
        self._haproxy.order(f"set server checks/{target} state ready")
        # Until its first check, HAProxy would take a target out for one that fails.
        self._haproxy.order(f"set server checks/{target} health up")
        return target

    def drain(self, target: str) -> None:
        """Send it nothing new, and wait until it has answered what it has, at most as long as the target group does."""
        self._haproxy.order(f"set server tasks/{target} state drain")
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._haproxy.statistics("tasks")[target]["scur"] != "0" and time.monotonic() < deadline:
            time.sleep(0.1)
        self._haproxy.order(f"set server checks/{target} state maint")
        self._free.append(target)

    def is_in_service(self, target: str) -> bool:
        """Whether requests are sent to it."""
        return self._haproxy.statistics("tasks")[target]["status"].startswith("UP")

    def wait_until_out(self, target: str, *, seconds: float) -> float:
        """Wait until a target gets nothing any more, and return when that was. Raises OpsError when it still does."""
        deadline = time.monotonic() + seconds
        for now in _moments(deadline):
            if not self.is_in_service(target):
                return now
        raise OpsError(f"The balancer still sends requests to {target} after {seconds:.0f} seconds.")

    def stop(self) -> None:
        """End it, with all of its connections."""
        self._haproxy.stop()


def _moments(deadline: float) -> Iterator[float]:
    while (now := time.monotonic()) < deadline:
        yield now
        time.sleep(0.05)
