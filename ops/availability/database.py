"""A database for the service: the cluster, its users, who judges their tokens, and the tables of its image."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ops.availability.binaries import Binaries
from ops.availability.certificates import make_certificates
from ops.availability.cluster import Cluster
from ops.availability.credentials import Role
from ops.availability.instance import Site
from ops.availability.programs import unprivileged
from ops.availability.service import migrate
from ops.availability.tokens import Iam, directory
from ops.database_users import DatabaseUsers
from ops.errors import OpsError
from stacks.rules import REGION
from stacks.settings import DatabaseSettings

HOST = "localhost"


@dataclass(frozen=True)
class Database:
    """A cluster, and how a task is told where it is."""

    cluster: Cluster
    users: DatabaseUsers
    variables: Mapping[str, str]


def stand_up_database(
    stack: ExitStack, *, binaries: Binaries, folder: Path, role: Role, settings: DatabaseSettings
) -> Database:
    """A database as AWS makes it, with the users that `ops migrate` makes, and as yet without tables."""
    endpoints = set[str]()
    # Who judges tokens has to be there before the database, and where that is going to be is known only after it.
    port = stack.enter_context(directory(Iam(role=role, region=REGION, endpoints=endpoints)))
    site = _site(binaries, folder=folder, directory_port=port)
    cluster = Cluster(site, haproxy=binaries.haproxy)
    stack.callback(cluster.stop)
    endpoints |= {f"{HOST}:{endpoint.port}" for endpoint in (cluster.writer_endpoint, cluster.reader_endpoint)}
    cluster.start()
    users = DatabaseUsers.of(settings)
    cluster.writer.execute(f'CREATE DATABASE "{users.database}"')
    cluster.writer.execute("CREATE ROLE rds_iam")
    for statement in users.statements():
        cluster.writer.execute(statement, database=users.database)
    variables = {
        "DATABASE_CA_FILE": str(site.certificates.authority),
        "DATABASE_NAME": users.database,
        "DATABASE_PORT": str(cluster.writer_endpoint.port),
        "DATABASE_READER_HOST": HOST,
        "DATABASE_READER_PORT": str(cluster.reader_endpoint.port),
        "DATABASE_USER": users.service,
        "DATABASE_WRITER_HOST": HOST,
    }
    return Database(cluster, users, variables)


def make_tables(database: Database, *, folder: Path, environment: Mapping[str, str]) -> None:
    """Run the migrations of the service. Raises OpsError with what they say when they fail."""
    code = migrate(folder=folder, environment={**environment, "DATABASE_OWNER": database.users.owner})
    if code != 0:
        raise OpsError(f"The migration ended with {code}:\n{(folder / 'migrate.log').read_text(encoding='utf-8')}")


def _site(binaries: Binaries, *, folder: Path, directory_port: int) -> Site:
    account, database = unprivileged(), folder / "database"
    database.mkdir(mode=0o700)
    certificates = make_certificates(folder, host=HOST)
    for path in (database, certificates.key):
        account.own(path)
    return Site(
        binaries=binaries.postgresql,
        account=account,
        folder=database,
        certificates=certificates,
        directory=directory_port,
    )
