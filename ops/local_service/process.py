"""The service on this machine as a process: started by `make local`, stopped by `make local-down`."""

from dataclasses import dataclass

from ops.account import Environment
from ops.background import Background

# A database is made, replicated and migrated in this time.
_START_SECONDS = 120
_STOP_SECONDS = 90
# How many copies of the service run where there is a load balancer for them.
TASKS = 2


@dataclass(frozen=True)
class Running:
    """Where the service answers, and whether it has a database and a load balancer."""

    url: str
    complete: bool


def start_service(environment: Environment) -> Running:
    """Start it anew, with what is deployed now. Raises OpsError with the end of its log when it does not start."""
    background = _background(environment)
    background.stop()
    told = background.start(environment.suffix)
    return Running(url=told["url"], complete=told["complete"])


def stop_service(environment: Environment) -> bool:
    """Stop it with everything that it has started. False when it was not running."""
    return _background(environment).stop()


def _background(environment: Environment) -> Background:
    return Background(
        what="The service",
        module="ops.local_service",
        record=environment.workspace.folder / "service.json",
        start_seconds=_START_SECONDS,
        stop_seconds=_STOP_SECONDS,
    )
