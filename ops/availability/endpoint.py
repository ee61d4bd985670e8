"""An endpoint of the cluster: an address that stays while what stands behind it moves, stalls or is cut off.

Aurora's endpoints are DNS names that are changed; connections that exist stay where they are. So it is here.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.Endpoints.html
"""

from collections.abc import Mapping
from pathlib import Path

from ops.availability.haproxy import Haproxy
from ops.availability.programs import free_port

_CONFIGURATION = """\
defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
listen endpoint
  bind 127.0.0.1:{port}
"""


class Endpoint:
    """A port of the loopback that leads to one of several instances."""

    def __init__(self, binary: Path, *, name: str, folder: Path, instances: Mapping[str, int]) -> None:
        self.port = free_port()
        self._instances = tuple(instances)
        servers = "".join(f"  server {instance} 127.0.0.1:{port} disabled\n" for instance, port in instances.items())
        self._haproxy = Haproxy(
            binary, name=name, folder=folder, configuration=_CONFIGURATION.format(port=self.port) + servers
        )

    def move(self, instance: str) -> None:
        """Lead new connections to this instance. Those that exist stay."""
        self._haproxy.order(f"set server endpoint/{instance} state ready")
        for other in self._instances:
            if other != instance:
                self._haproxy.order(f"set server endpoint/{other} state maint")

    def cut(self) -> None:
        """Close all connections."""
        for instance in self._instances:
            self._haproxy.order(f"shutdown sessions server endpoint/{instance}")

    def stall(self) -> None:
        """Let nothing through, in either direction, and close nothing."""
        self._haproxy.program.freeze()

    def resume(self) -> None:
        """Let through what has waited, and all that comes."""
        self._haproxy.program.thaw()

    def stop(self) -> None:
        """Let it be gone."""
        self._haproxy.stop()
