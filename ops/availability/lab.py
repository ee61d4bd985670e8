"""The lab: the cluster, the embedded AWS, the role's keys, the service and the balancer, on the loopback."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import boto3

from ops.availability.balancer import Balancer
from ops.availability.binaries import Binaries, find_or_install
from ops.availability.cluster import Cluster
from ops.availability.credentials import Role, handed_out
from ops.availability.database import make_tables, stand_up_database
from ops.availability.programs import clean_environment
from ops.availability.service import Service
from ops.availability.storage import BUCKET, TABLE, make_storage
from ops.emulator import Emulator, start_emulator, stop_emulator
from ops.errors import OpsError
from stacks.rules import REGION
from stacks.settings import Settings
from stacks.settings_file import load_settings

TASKS = 2


@dataclass
class Lab:
    """What a fault can be done to."""

    folder: Path
    binaries: Binaries
    settings: Settings
    role: Role
    cluster: Cluster
    emulator: Emulator
    environment: Mapping[str, str]
    balancer: Balancer = field(init=False)
    service: Service = field(init=False)

    def order_faults(self, orders: Mapping[str, object] | None) -> None:
        """Let calls of the embedded AWS go wrong from now on, or none of them any more."""
        connection = HTTPConnection("127.0.0.1", self.emulator.port, timeout=5)
        body = json.dumps(orders or {})
        connection.request("PUT" if orders else "DELETE", "/_emulator/faults", body=body)
        if connection.getresponse().status != 200:
            raise OpsError("The embedded AWS does not take orders.")
        connection.close()

    def query(self, statement: str, *values: object) -> list[object]:
        """What the writer has in the first column."""
        return self.cluster.writer.execute(statement, *values, database=self.settings.database.name)


@contextmanager
def laboratory(say: Callable[[str], None], *, retries: int = 0) -> Iterator[Lab]:
    """A lab in which the service runs and answers. Its logs are kept if anything goes wrong."""
    binaries = find_or_install(say)
    # Not below the project: the path of a socket can be no longer than about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="availability-"))
    folder.chmod(0o711)
    with ExitStack() as stack:
        lab = _foundation(stack, binaries=binaries, folder=folder)
        path = lab.settings.service.health_check_path
        lab.balancer = Balancer(binaries.haproxy, folder=folder, health_check_path=path, retries=retries)
        stack.callback(lab.balancer.stop)
        lab.service = Service(lab.balancer, folder=folder, environment=lab.environment, path=path)
        stack.callback(lab.service.stop)
        for _ in range(TASKS):
            lab.service.add()
        yield lab
    shutil.rmtree(folder, ignore_errors=True)


def _foundation(stack: ExitStack, *, binaries: Binaries, folder: Path) -> Lab:
    """Everything that the service stands on."""
    settings, role = load_settings("local"), Role()
    database = stand_up_database(stack, binaries=binaries, folder=folder, role=role, settings=settings.database)
    emulator = start_emulator(folder / "emulator.json")
    stack.callback(stop_emulator, folder / "emulator.json")
    session = boto3.Session(role.current.access_key_id, role.current.secret_access_key, region_name=REGION)
    make_storage(session, endpoint=emulator.endpoint)
    environment = {
        **clean_environment(),
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": stack.enter_context(handed_out(role)),
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_REGION": REGION,
        **database.variables,
        "DATA_BUCKET": BUCKET,
        "ENVIRONMENT": "lab",
        "HOST": "127.0.0.1",
        "PORT": "0",
        "PROTOCOL": settings.service.target_protocol,
        "SESSION_TABLE": TABLE,
    }
    make_tables(database, folder=folder, environment=environment)
    return Lab(
        folder=folder,
        binaries=binaries,
        settings=settings,
        role=role,
        cluster=database.cluster,
        emulator=emulator,
        environment=environment,
    )
