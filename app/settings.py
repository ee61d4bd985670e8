"""What the service is told by its environment variables: see stacks/task.py and stacks/migration.py, which set them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PACKAGE = Path(__file__).parent
CA_FILE = PACKAGE / "rds-ca-us-east-1.pem"
HIGHEST_PORT = 65535
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - a task has one, and the load balancer is all that reaches it
# ECS kills a task that has not ended in the 60 s of its stop timeout; the difference is for closing what is open.
STOP_SECONDS, LONGEST_STOP_SECONDS = 50, 110
# Two, so that one remains while the other is replaced.
WORKERS, MOST_WORKERS = 2, 16

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
# What PostgreSQL takes unquoted; the settings of the environment allow no more either.
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class BadVariableError(Exception):
    """A variable is missing or makes no sense. The message is for whoever starts the service."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where a database answers."""

    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    """A database, and whom to sign in as."""

    region: str
    name: str
    user: str
    ca_file: Path


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What serving takes."""

    environment: str
    region: str
    database: DatabaseSettings
    writer: Endpoint
    reader: Endpoint
    bucket: str
    session_table: str
    host: str
    port: int
    protocol: str
    workers: int
    stop_seconds: int
    revision: str | None
    zone: str | None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables. Raises BadVariableError."""
        variables = _Variables(environ)
        writer = variables.endpoint("WRITER")
        return cls(
            environment=variables.word("ENVIRONMENT"),
            region=variables.word("AWS_REGION"),
            database=variables.database(user="DATABASE_USER"),
            writer=writer,
            reader=variables.endpoint("READER", port=variables.number("DATABASE_READER_PORT", default=writer.port)),
            bucket=variables.word("DATA_BUCKET"),
            session_table=variables.word("SESSION_TABLE"),
            host=environ.get("HOST") or EVERY_ADDRESS,
            port=variables.number("PORT", lowest=0),
            protocol=variables.one_of("PROTOCOL", "HTTPS", "HTTP"),
            workers=variables.number("WORKERS", default=WORKERS, highest=MOST_WORKERS),
            stop_seconds=variables.number("STOP_SECONDS", default=STOP_SECONDS, highest=LONGEST_STOP_SECONDS),
            revision=environ.get("REVISION") or None,
            zone=environ.get("ZONE") or None,
        )


@dataclass(frozen=True, kw_only=True)
class MigrationSettings:
    """What a migration takes: the owner of the tables signs in, and grants the service's user the use of them."""

    environment: str
    database: DatabaseSettings
    writer: Endpoint
    service_user: str

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables. Raises BadVariableError."""
        variables = _Variables(environ)
        return cls(
            environment=variables.word("ENVIRONMENT"),
            database=variables.database(user="DATABASE_OWNER"),
            writer=variables.endpoint("WRITER"),
            service_user=variables.identifier("DATABASE_USER"),
        )


class _Variables:
    """Reads variables one by one, each in the form that it has to have."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def word(self, name: str) -> str:
        return self._matching(name, _WORD, "has to be one word of letters, digits, '.', '_' and '-'")

    def identifier(self, name: str) -> str:
        return self._matching(name, _IDENTIFIER, "has to be lower-case letters, digits and '_', 63 at most")

    def one_of(self, name: str, *choices: str) -> str:
        value = self._text(name)
        if value not in choices:
            raise BadVariableError(f"{name} has to be {' or '.join(choices)}, and is {value!r}")
        return value

    def number(self, name: str, *, default: int | None = None, lowest: int = 1, highest: int = HIGHEST_PORT) -> int:
        if default is not None and not self._environ.get(name):
            return default
        value = self._text(name)
        if not re.fullmatch(r"[0-9]{1,5}", value) or not lowest <= int(value) <= highest:
            raise BadVariableError(f"{name} has to be a number from {lowest} to {highest}, and is {value!r}")
        return int(value)

    def endpoint(self, role: str, *, port: int | None = None) -> Endpoint:
        host = self.word(f"DATABASE_{role}_HOST")
        return Endpoint(host=host, port=port or self.number("DATABASE_PORT", default=5432))

    def database(self, *, user: str) -> DatabaseSettings:
        file = Path(self._environ.get("DATABASE_CA_FILE") or CA_FILE)
        if not file.is_file():
            raise BadVariableError(f"DATABASE_CA_FILE has to be a file of certificates, and there is no {file}")
        return DatabaseSettings(
            region=self.word("AWS_REGION"),
            name=self.identifier("DATABASE_NAME"),
            user=self.identifier(user),
            ca_file=file,
        )

    def _matching(self, name: str, pattern: re.Pattern[str], rule: str) -> str:
        value = self._text(name)
        if not pattern.fullmatch(value):
            raise BadVariableError(f"{name} {rule}, and is {value!r}")
        return value

    def _text(self, name: str) -> str:
        value = self._environ.get(name, "")
        if not value:
            raise BadVariableError(f"{name} is not set")
        return value
