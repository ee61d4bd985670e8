"""The database cluster: a writer, a reader in step with it, and two endpoints that follow a failover.

Aurora acknowledges a write when its storage has it, which writer and readers share, so a new writer has all of them.
Here that is synchronous replication. The reader may lag, as Aurora's does.
"""

import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from ops.availability.endpoint import Endpoint
from ops.availability.instance import Instance, Site
from ops.availability.programs import free_port
from ops.errors import OpsError

# How long the writer's name may go on leading to an instance that is the writer no longer: its record lives for 5 s.
# https://repost.aws/knowledge-center/aurora-mysql-redirected-endpoint-writer
NAME_SECONDS = 5
_WAIT_SECONDS = 30


class Cluster:
    """Two instances, of which one is the writer; after a failover the other one."""

    def __init__(self, site: Site, *, haproxy: Path) -> None:
        self.writer, self.reader = (Instance(site, name=name, port=free_port()) for name in ("first", "second"))
        ports = {instance.name: instance.port for instance in (self.writer, self.reader)}
        folder = site.folder.parent
        self.writer_endpoint = Endpoint(haproxy, name="writer", folder=folder, instances=ports)
        self.reader_endpoint = Endpoint(haproxy, name="reader", folder=folder, instances=ports)

    def start(self) -> None:
        """Make the writer, then the reader."""
        self.writer.create()
        self.writer.start()
        self.writer_endpoint.move(self.writer.name)
        self.add_reader()

    def stop(self) -> None:
        """End everything."""
        for endpoint in (self.writer_endpoint, self.reader_endpoint):
            endpoint.stop()
        for instance in (self.reader, self.writer):
            instance.kill()

    def add_reader(self) -> None:
        """Make a standby that holds every acknowledged write of whatever is not the writer."""
        self.reader.kill()
        self._set_writer("synchronous_standby_names", "''")
        self._until(lambda: self.writer.execute("SELECT 1 FROM pg_replication_slots WHERE active") == [])
        self.reader.copy(self.writer)
        self.reader.start()
        self._set_writer("synchronous_standby_names", "'*'")
        self._until(lambda: self.writer.execute("SELECT sync_state FROM pg_stat_replication") == ["sync"])
        self.reader_endpoint.move(self.reader.name)

    def fail_over(self) -> float:
        """Swap the two as Aurora does when it is asked to, and return when there was a writer behind the name again.

        The old writer refuses writes on the connections that it has, and is gone once the names have moved.
        """
        self._set_writer("default_transaction_read_only", "on")
        self._until(lambda: self.writer.execute("SELECT 1 FROM pg_stat_activity WHERE backend_xid IS NOT NULL") == [])
        self._promote()
        time.sleep(NAME_SECONDS)
        moved = self._move_endpoints()
        self.reader.kill()
        return moved

    def lose_writer(self, lose: Callable[[Instance], None], *, promotion_seconds: float) -> float:
        """Lose the writer, promote the reader after a while, and return when there was a writer behind the name again.

        The old writer stays as it is until `add_reader`.
        """
        lose(self.writer)
        time.sleep(promotion_seconds)
        self._promote()
        return self._move_endpoints()

    def lose_reader(self) -> None:
        """Kill the reader. Its name goes on leading there, as it does until Aurora has noticed."""
        self._set_writer("synchronous_standby_names", "''")
        self.reader.kill()

    def _promote(self) -> None:
        if self.reader.execute("SELECT pg_promote(true, 30)") != [True]:
            raise OpsError("The standby did not become a writer within 30 seconds.")
        self.writer, self.reader = self.reader, self.writer

    def _move_endpoints(self) -> float:
        """Without a reader, the reader's name leads to the writer."""
        self.writer_endpoint.move(self.writer.name)
        self.reader_endpoint.move(self.writer.name)
        return time.monotonic()

    def _set_writer(self, name: str, value: str) -> None:
        self.writer.execute(f"ALTER SYSTEM SET {name} = {value}")
        self.writer.execute("SELECT pg_reload_conf()")

    def _until(self, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _WAIT_SECONDS
        while not self._has(happened):
            if time.monotonic() > deadline:
                raise OpsError(f"The cluster did not settle within {_WAIT_SECONDS} seconds.")
            time.sleep(0.05)

    def _has(self, happened: Callable[[], bool]) -> bool:
        try:
            return happened()
        except psycopg.OperationalError:
            return False
