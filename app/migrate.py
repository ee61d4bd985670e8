"""`python -m app migrate`: applies the files of migrations/ that the database does not have yet, in order.

An image is deployed first and its migration is run then, while tasks of the release before may still run: the code of a
release works with the schema of the release before it and with its own, and a migration breaks neither. What to do for
that: docs/decisions/migrations.md. A file that was applied anywhere is never edited; another puts right what it did.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import boto3
import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from app import logs
from app.connection import PARAMETERS
from app.settings import PACKAGE, MigrationSettings

MIGRATIONS = PACKAGE / "migrations"
DONE, FAILED, SIGN_IN_REFUSED = 0, 1, 3

# Any number that nothing else in the database takes a lock on.
LOCK = 7_205_221
# One migration waits for another, but none keeps the service's statements waiting behind its own for longer.
LOCK_SECONDS, TABLE_LOCK_SECONDS, STATEMENT_SECONDS = 60, 5, 600

_FILE = re.compile(r"(\d{3})_[a-z0-9_]+\.sql")
# libpq reports no SQLSTATE for what is refused on connecting. IAM's word is "PAM authentication failed".
_REFUSED = re.compile(r"authentication failed|role \"[^\"]*\" does not exist|is not permitted to log in")


class MigrationError(Exception):
    """The migrations are not what the database has been given before, or are not in order."""


@dataclass(frozen=True, kw_only=True)
class Migration:
    """A file."""

    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        """By which an edited file is told."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrate(settings: MigrationSettings, folder: Path = MIGRATIONS) -> int:
    """Bring the schema up to date, and return the exit code."""
    try:
        migrations = read(folder)
        with _connect(settings) as connection:
            applied = _apply(connection, migrations, service_user=settings.service_user)
    except psycopg.OperationalError as error:
        if not _REFUSED.search(str(error)):
            return _fail(error)
        logs.warning("the database refuses the sign-in", user=settings.database.user, error=str(error))
        return SIGN_IN_REFUSED
    except (psycopg.Error, MigrationError) as error:
        return _fail(error)
    logs.info("the schema is up to date", applied=applied, of=len(migrations))
    return DONE


def read(folder: Path) -> list[Migration]:
    """The files of a folder, which have to be numbered from 001 on without gaps."""
    migrations: list[Migration] = []
    for file in sorted(folder.glob("*.sql")):
        named = _FILE.fullmatch(file.name)
        if not named or int(named[1]) != len(migrations) + 1:
            raise MigrationError(f"{file.name} should be {len(migrations) + 1:03}_name.sql")
        migrations.append(Migration(number=int(named[1]), name=file.stem, text=file.read_text(encoding="utf-8")))
    return migrations


def _connect(settings: MigrationSettings) -> Connection[TupleRow]:
    database, writer = settings.database, settings.writer
    token = boto3.client("rds", region_name=database.region).generate_db_auth_token(
        DBHostname=writer.host, Port=writer.port, DBUsername=database.user
    )
    return psycopg.connect(
        **PARAMETERS,
        host=writer.host,
        port=writer.port,
        dbname=database.name,
        user=database.user,
        password=token,
        sslrootcert=str(database.ca_file),
        target_session_attrs="read-write",
        application_name="migrate",
        options=f"-c statement_timeout={STATEMENT_SECONDS * 1000} -c lock_timeout={LOCK_SECONDS * 1000}",
        autocommit=True,
    )


def _apply(connection: Connection[TupleRow], migrations: list[Migration], *, service_user: str) -> int:
    """Apply what is new, each file in a transaction of its own. Only one migration does so at a time."""
    connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
    connection.execute(f"SET lock_timeout = {TABLE_LOCK_SECONDS * 1000}")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migration (number integer PRIMARY KEY, name text NOT NULL, "
        "digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    known = {row[0]: row[1] for row in connection.execute("SELECT number, digest FROM schema_migration")}
    user = sql.Identifier(service_user).as_string(connection)
    new = [migration for migration in migrations if _is_new(migration, known)]
    for migration in new:
        with connection.transaction():
            connection.execute(migration.text.replace(":service_user", user).encode())
            connection.execute(
                "INSERT INTO schema_migration (number, name, digest) VALUES (%s, %s, %s)",
                (migration.number, migration.name, migration.digest),
            )
        logs.info("applied", migration=migration.name)
    return len(new)


def _is_new(migration: Migration, known: dict[int, str]) -> bool:
    if migration.number not in known:
        return True
    if known[migration.number] != migration.digest:
        raise MigrationError(f"{migration.name} was edited after it was applied: restore it, and write another file")
    return False


def _fail(error: Exception) -> int:
    logs.error("the migration failed", error=f"{type(error).__name__}: {error}")
    return FAILED
