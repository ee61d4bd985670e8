"""Runs the service as its task definition says, as far as that can be done without containers.

Real are the service, as two processes, and where PostgreSQL and HAProxy are installed the database and the load
balancer too. DynamoDB and S3 are those of the embedded AWS, and are named by the task definition, as is all else.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.account import Environment
from ops.availability.balancer import Balancer
from ops.availability.binaries import Binaries, find
from ops.availability.credentials import Role, handed_out
from ops.availability.database import make_tables, stand_up_database
from ops.availability.programs import clean_environment
from ops.availability.service import Service, Task
from ops.backend import load_backend
from ops.errors import BadInputError
from ops.local_service.process import TASKS, Running
from ops.state import States


@dataclass(frozen=True)
class _Deployed:
    """What is deployed of the service: its revision, its variables, and the tasks that ECS says it runs."""

    revision: str
    variables: Mapping[str, str]
    zones: list[str]


@contextmanager
def running_service(environment: Environment) -> Iterator[Running]:
    """The service, for as long as the context lasts. Raises OpsError when it does not start."""
    # Not below the project: the path of a socket can be no longer than about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="service-"))
    folder.chmod(0o711)
    deployed, binaries = _deployed(environment), find()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        role = Role()
        variables = {
            **clean_environment(),
            **deployed.variables,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": stack.enter_context(handed_out(role)),
            "AWS_ENDPOINT_URL": environment.emulator.endpoint if environment.emulator else "",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "REVISION": deployed.revision,
        }
        if binaries is None:
            yield Running(_alone(stack, deployed, folder=folder, variables=variables), complete=False)
        else:
            database = stand_up_database(
                stack, binaries=binaries, folder=folder, role=role, settings=environment.settings.database
            )
            variables |= database.variables
            make_tables(database, folder=folder, environment=variables)
            url = _balanced(stack, environment, deployed, binaries=binaries, folder=folder, variables=variables)
            yield Running(url, complete=True)


def _balanced(
    stack: ExitStack,
    environment: Environment,
    deployed: _Deployed,
    *,
    binaries: Binaries,
    folder: Path,
    variables: Mapping[str, str],
) -> str:
    """Two tasks behind a load balancer, in the zones in which ECS says that tasks run."""
    path = environment.settings.service.health_check_path
    balancer = Balancer(binaries.haproxy, folder=folder, health_check_path=path)
    stack.callback(balancer.stop)
    service = Service(balancer, folder=folder, environment=variables, path=path)
    stack.callback(service.stop)
    for zone in deployed.zones:
        service.add(ZONE=zone)
    return balancer.url


def _alone(stack: ExitStack, deployed: _Deployed, *, folder: Path, variables: Mapping[str, str]) -> str:
    """One task without anything in front of it, which browsers then see, so that it speaks plain HTTP."""
    own = {**variables, "PROTOCOL": "HTTP", "ZONE": deployed.zones[0]}
    task = Task(name="task-1", folder=folder, environment=own)
    stack.callback(task.program.stop)
    task.program.wait_until(lambda: task.port > 0, what="The service")
    return f"http://127.0.0.1:{task.port}"


def _deployed(environment: Environment) -> _Deployed:
    states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
    services = states.read("compute").instances("aws_ecs_service")
    if not services:
        raise BadInputError(f"{environment.suffix} has no service: its compute layer is not deployed.")
    ecs, cluster, service = environment.session().client("ecs"), services[0]["cluster"], services[0]["name"]
    arns = ecs.list_tasks(cluster=cluster, serviceName=service)["taskArns"]
    tasks: list[dict[str, Any]] = [dict(task) for task in ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]]
    definition = ecs.describe_task_definition(taskDefinition=services[0]["task_definition"])["taskDefinition"]
    given = definition["containerDefinitions"][0]["environment"]
    return _Deployed(
        revision=f"{definition['family']}:{definition['revision']}",
        variables={variable["name"]: variable["value"] for variable in given},
        zones=sorted(str(task["availabilityZone"]) for task in tasks)[:TASKS],
    )
