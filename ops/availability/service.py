"""The service as ECS runs it: tasks that are started, registered, drained, stopped and replaced."""

import re
import ssl
import sys
from collections.abc import Mapping
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

from ops.availability.balancer import Balancer
from ops.availability.programs import Program
from ops.errors import OpsError
from ops.workspace import ROOT
from stacks.task import STOP_TIMEOUT_SECONDS

_PORT = re.compile(rb'"port": ?(\d+)')


class Task:
    """One copy of the service, and where the balancer has it."""

    def __init__(self, *, name: str, folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.target = ""
        self.program = Program(
            [sys.executable, "-m", "app"], log=folder / f"{name}.log", cwd=ROOT, environment=environment
        )

    @property
    def port(self) -> int:
        """The port that it took, which its log tells; 0 as long as it does not."""
        found = _PORT.search(self.program.log.read_bytes())
        return int(found[1]) if found else 0

    def is_healthy(self, path: str) -> bool:
        """What the balancer's health check would find."""
        unverified = ssl.create_default_context()
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE  # as a load balancer does it
        connection = HTTPSConnection("127.0.0.1", self.port, timeout=1, context=unverified)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


class Service:
    """Several tasks behind a balancer."""

    def __init__(self, balancer: Balancer, *, folder: Path, environment: Mapping[str, str], path: str) -> None:
        self._balancer = balancer
        self._folder = folder
        self._environment = environment
        self._path = path
        self._started = 0
        self.tasks: list[Task] = []

    def add(self, **variables: str) -> Task:
        """Start a task, with variables of its own if need be, and let the balancer know it once it is healthy."""
        self._started += 1
        name = f"task-{self._started}"
        task = Task(name=name, folder=self._folder, environment={**self._environment, **variables})
        self.tasks.append(task)
        task.program.wait_until(lambda: task.port > 0 and task.is_healthy(self._path), what=f"The service ({name})")
        task.target = self._balancer.register(task.port)
        return task

    def remove(self, task: Task) -> None:
        """Deregister a task, then end it. Raises OpsError when it does not end in order and in time."""
        self._balancer.drain(task.target)
        self.tasks.remove(task)
        code = task.program.stop(seconds=STOP_TIMEOUT_SECONDS)
        if code != 0:
            raise OpsError(f"{task.name} ended with {code} when it was stopped; its log: {task.program.log}")

    def replace(self, task: Task) -> None:
        """What a deployment does for each task: the new one first, as the service has 100 % at least."""
        self.add()
        self.remove(task)

    def forget(self, task: Task) -> None:
        """Clear away a task that is dead already."""
        self._balancer.drain(task.target)
        self.tasks.remove(task)

    def stop(self) -> None:
        """Kill everything that is left."""
        for task in self.tasks:
            task.program.thaw()
            task.program.kill()
        self.tasks.clear()


def migrate(*, folder: Path, environment: Mapping[str, str]) -> int:
    """Bring the database to what the service expects, and return the exit code."""
    program = Program(
        [sys.executable, "-m", "app", "migrate"], log=folder / "migrate.log", cwd=ROOT, environment=environment
    )
    return program.wait()
