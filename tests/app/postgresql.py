"""A PostgreSQL server on the loopback, with TLS from an authority of its own, that believes any password."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from ops.availability.binaries import find_or_install
from ops.availability.certificates import make_certificates
from ops.availability.programs import free_port, unprivileged
from ops.database_users import DatabaseUsers

USERS = DatabaseUsers(database="app", owner="app_owner", service="app")
SECONDS = 15
_HBA = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n"


@dataclass
class PostgreSql:
    """A server, which can be stopped and started again on the same port."""

    binaries: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def start(self) -> None:
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "ssl": "on",
            "ssl_cert_file": self.folder / "server.pem",
            "ssl_key_file": self.folder / "server.key",
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data", *arguments],
                stdout=log,
                stderr=log,
                user=unprivileged().user,
            )
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                psycopg.connect(self._conninfo("postgres")).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text(encoding="utf-8")
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """At once, as a server that has crashed."""
        if self.process:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(SECONDS)
            self.process = None

    def execute(self, statement: str, *, database: str = "app") -> list[tuple[object, ...]]:
        """As the superuser."""
        with psycopg.connect(self._conninfo(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def is_refused(self, statement: str, *, user: str) -> bool:
        """Whether a user lacks the privilege."""
        with psycopg.connect(self._conninfo("app", user=user)) as connection:
            try:
                connection.execute(statement.encode())
            except psycopg.errors.InsufficientPrivilege:
                return True
            return False

    @contextmanager
    def locked(self, table: str) -> Iterator["Locked"]:
        """A table that nobody gets at while inside."""
        with psycopg.connect(self._conninfo("app")) as connection:
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            yield Locked(self)

    def _conninfo(self, database: str, *, user: str = "postgres") -> str:
        return f"host={self.folder} port={self.port} dbname={database} user={user}"


@dataclass(frozen=True)
class Locked:
    """A table for which others wait."""

    server: PostgreSql

    def wait_for_queue(self) -> None:
        deadline = time.monotonic() + SECONDS
        while not self.server.execute("SELECT 1 FROM pg_locks WHERE NOT granted"):
            assert time.monotonic() < deadline, "nobody waits for the table"
            time.sleep(0.02)


@contextmanager
def running_postgresql() -> Iterator[PostgreSql]:
    """A server with the database and its two users, as `ops migrate` makes them."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        server = PostgreSql(binaries=find_or_install(print).postgresql, folder=Path(folder), port=free_port())
        for path in (server.folder, make_certificates(server.folder, host="localhost").key):
            unprivileged().own(path)
        _initialise(server)
        server.start()
        try:
            server.execute(f"CREATE DATABASE {USERS.database}", database="postgres")
            for statement in ("CREATE ROLE rds_iam", *USERS.statements()):
                server.execute(statement)
            yield server
        finally:
            server.stop()


def _initialise(server: PostgreSql) -> None:
    options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
    command = [str(server.binaries / "initdb"), "-D", str(server.folder / "data"), *options]
    subprocess.run(command, check=True, capture_output=True, user=unprivileged().user)
    (server.folder / "data" / "pg_hba.conf").write_text(_HBA, encoding="utf-8")
