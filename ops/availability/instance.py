"""One instance of PostgreSQL, as near to Aurora as PostgreSQL comes: TLS only, tokens only, and no write lost."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from ops.availability.certificates import Certificates
from ops.availability.programs import Account, Program, run
from ops.availability.tokens import NAME_PREFIX, NAME_SUFFIX

SUPERUSER = "postgres"

# The lab itself comes through the socket. Everybody else needs TLS, and members of rds_iam a token:
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
_ACCESS = """\
local   all         {superuser}                trust
local   replication {superuser}                trust
hostssl all         +rds_iam      127.0.0.1/32 ldap ldapserver=127.0.0.1 ldapport={directory} \
ldapprefix="{prefix}" ldapsuffix="{suffix}"
"""


@dataclass(frozen=True, kw_only=True)
class Site:
    """What all instances share: programs, an account that is not root, certificates, and who judges tokens."""

    binaries: Path
    account: Account
    folder: Path
    certificates: Certificates
    directory: int


class Instance:
    """A PostgreSQL that can be started, frozen, killed and made again from another one."""

    def __init__(self, site: Site, *, name: str, port: int) -> None:
        self.name = name
        self.port = port
        self._site = site
        self._data = site.folder / name
        self._program: Program | None = None

    def create(self) -> None:
        """A new, empty database."""
        self._run("initdb", "-D", self._data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")

    def copy(self, primary: "Instance") -> None:
        """Make it a standby of another instance, with all that the other one has. What it had itself is gone."""
        shutil.rmtree(self._data, ignore_errors=True)
        slot = f"to_{self.name}"
        primary.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s", slot
        )
        where: list[str | Path] = ["-h", self._site.folder, "-p", str(primary.port), "-U", SUPERUSER]
        how: list[str | Path] = ["-R", "-C", "-S", slot, "--checkpoint=fast", "--no-sync", "-D", self._data]
        self._run("pg_basebackup", *where, *how)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        access = self._site.folder / "pg_hba.conf"
        access.write_text(
            _ACCESS.format(superuser=SUPERUSER, directory=self._site.directory, prefix=NAME_PREFIX, suffix=NAME_SUFFIX),
            encoding="utf-8",
        )
        settings = self._settings(access)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._program = Program(
            [self._site.binaries / "postgres", "-D", self._data, *options],
            log=self._site.folder / f"{self.name}.log",
            cwd=self._site.folder,
            account=self._site.account,
        )
        self._program.wait_until(self._answers, what="PostgreSQL")

    def kill(self) -> None:
        """Let it be gone from one moment to the next, if it is there. What it has acknowledged is on the disk."""
        if self._program is None or not self._program.is_running:
            return
        # It has a segment of System V's shared memory, which outlives it and of which some systems have few.
        *_, memory = (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[:7]
        self._program.kill()
        run(["ipcrm", "-m", memory.split()[1]], cwd=self._site.folder, account=self._site.account)

    def freeze(self) -> None:
        """Let it answer nobody any more, and close nothing: what a machine does whose network is gone."""
        assert self._program is not None  # noqa: S101 - only what was started can be frozen
        self._program.freeze()

    def execute(self, statement: str, *values: object, database: str = "postgres") -> list[Any]:
        """Run a statement as the superuser, and return what it says in its first column."""
        with closing(self._connect(database)) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return [row[0] for row in cursor.fetchall()] if cursor.description else []

    def _settings(self, access: Path) -> Mapping[str, object]:
        certificates = self._site.certificates
        return {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self._site.folder,
            "hba_file": access,
            "ssl": "on",
            "ssl_cert_file": certificates.certificate,
            "ssl_key_file": certificates.key,
            "fsync": "on",  # what was acknowledged has to survive the loss of the machine
            "shared_buffers": "32MB",
            "dynamic_shared_memory_type": "mmap",  # files of its own, which go with it even if it is killed
            "max_connections": 100,
            "max_wal_size": "256MB",
            "wal_receiver_status_interval": "1s",
            "wal_retrieve_retry_interval": "200ms",
            "log_checkpoints": "off",
        }

    def _connect(self, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self._site.folder), port=self.port, user=SUPERUSER, dbname=database, autocommit=True
        )

    def _answers(self) -> bool:
        try:
            return self.execute("SELECT true") == [True]
        except psycopg.OperationalError:
            return False

    def _run(self, program: str, *arguments: str | Path) -> None:
        command: Sequence[str | Path] = [self._site.binaries / program, *arguments]
        run(command, cwd=self._site.folder, account=self._site.account)
