"""What is broken while users are at work, as a table: how it is done, and how the lab is made whole again."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import psutil

from ops.availability.instance import Instance
from ops.availability.lab import Lab
from ops.errors import OpsError
from stacks.load_balancer import CHECKS_TO_CHANGE_STATE, HEALTH_CHECK_SECONDS, HEALTH_CHECK_TIMEOUT_SECONDS

# A check may have passed just before, and each of those that fail takes until its timeout.
SECONDS_TO_DETECT = HEALTH_CHECK_SECONDS * CHECKS_TO_CHANGE_STATE + HEALTH_CHECK_TIMEOUT_SECONDS
_STALL_SECONDS = 5
_THROTTLED_SECONDS = 5
# Longer than it takes the service to hear of new keys: see ops/availability/credentials.py.
_OVERLAP_SECONDS = 6


@dataclass(frozen=True)
class Struck:
    """When a fault began and its cause was gone; where it matters, when the balancer knew and a writer was back."""

    began: float
    ended: float
    detected: float | None = None
    writer_back: float | None = None


@dataclass(frozen=True)
class Fault:
    """Something that happens to an environment. What `strike` leaves broken, `mend` repairs once nobody measures."""

    name: str
    strike: Callable[[Lab], Struck]
    mend: Callable[[Lab], None] = lambda _lab: None
    # How long users go on afterwards, so that what comes late is seen.
    aftermath_seconds: float = 3


def _kill_process(lab: Lab) -> Struck:
    return _lose_process(lab, psutil.Process.kill)


def _freeze_process(lab: Lab) -> Struck:
    return _lose_process(lab, psutil.Process.suspend)


def _lose_process(lab: Lab, lose: Callable[[psutil.Process], None]) -> Struck:
    """Detected is when another process is there in its place."""
    task = lab.service.tasks[0]
    known = task.program.processes
    lost = known[1]
    began = time.monotonic()
    lose(lost)
    while lost.is_running() or set(task.program.processes) <= set(known):
        if time.monotonic() - began > SECONDS_TO_DETECT * 2:
            raise OpsError(f"Nothing takes the place of a process of {task.name}; its log: {task.program.log}")
        time.sleep(0.05)
    detected = time.monotonic()
    return Struck(began=began, detected=detected, ended=detected)


def _kill_task(lab: Lab) -> Struck:
    task = lab.service.tasks[0]
    began = time.monotonic()
    task.program.kill()
    detected = lab.balancer.wait_until_out(task.target, seconds=SECONDS_TO_DETECT * 2)
    lab.service.forget(task)
    lab.service.add()
    return Struck(began=began, detected=detected, ended=detected)


def _freeze_task(lab: Lab) -> Struck:
    task = lab.service.tasks[0]
    began = time.monotonic()
    task.program.freeze()
    detected = lab.balancer.wait_until_out(task.target, seconds=SECONDS_TO_DETECT * 2)
    # As ECS does with a task that its target group calls unhealthy.
    task.program.kill()
    lab.service.forget(task)
    lab.service.add()
    return Struck(began=began, detected=detected, ended=detected)


def _restart_tasks(lab: Lab) -> Struck:
    began = time.monotonic()
    for task in list(lab.service.tasks):
        lab.service.replace(task)
    return Struck(began=began, ended=time.monotonic())


def _fail_over(lab: Lab) -> Struck:
    began = time.monotonic()
    back = lab.cluster.fail_over()
    return Struck(began=began, ended=back, writer_back=back)


def _lose_writer(lab: Lab, *, lose: Callable[[Instance], None], promotion_seconds: float) -> Struck:
    began = time.monotonic()
    back = lab.cluster.lose_writer(lose, promotion_seconds=promotion_seconds)
    return Struck(began=began, ended=back, writer_back=back)


def _lose_reader(lab: Lab) -> Struck:
    began = time.monotonic()
    lab.cluster.lose_reader()
    return Struck(began=began, ended=began)


def _add_reader(lab: Lab) -> None:
    lab.cluster.add_reader()
    # Connections that were made while there was no reader lead to the writer, and would meet what is done to it next.
    lab.cluster.reader_endpoint.cut()


def _stall_writer(lab: Lab) -> Struck:
    began = time.monotonic()
    lab.cluster.writer_endpoint.stall()
    time.sleep(_STALL_SECONDS)
    lab.cluster.writer_endpoint.resume()
    back = time.monotonic()
    return Struck(began=began, ended=back, writer_back=back)


def _replace_keys(lab: Lab) -> Struck:
    """New keys are handed out; then the old ones are refused, and every connection that they opened is closed."""
    lab.role.replace()
    time.sleep(_OVERLAP_SECONDS)
    began = time.monotonic()
    lab.role.refuse_old()
    lab.cluster.writer_endpoint.cut()
    lab.cluster.reader_endpoint.cut()
    return Struck(began=began, ended=time.monotonic())


def _throttle_sessions(lab: Lab) -> Struck:
    began = time.monotonic()
    with _calls_failing(lab, {"throttled": 0.2, "server error": 0.05, "connection reset": 0.05}):
        time.sleep(_THROTTLED_SECONDS)
    return Struck(began=began, ended=time.monotonic())


@contextmanager
def _calls_failing(lab: Lab, rates: dict[str, float]) -> Iterator[None]:
    lab.order_faults({"seed": 1, "rates": rates, "services": ["dynamodb"]})
    try:
        yield
    finally:
        lab.order_faults(None)


PROCESS_KILLED = Fault("one of a task's two processes is killed", _kill_process)
PROCESS_FROZEN = Fault("one of a task's two processes answers nothing any more", _freeze_process)
TASK_KILLED = Fault("one of two tasks is killed", _kill_task)
TASK_FROZEN = Fault("one of two tasks answers nothing any more", _freeze_task)
TASKS_RESTARTED = Fault("all tasks are replaced, one after the other", _restart_tasks)
FAILOVER = Fault("the cluster fails over, and the old writer refuses writes", _fail_over, _add_reader, 4)
WRITER_KILLED = Fault(
    "the writer is killed, and another is promoted after 5 s",
    partial(_lose_writer, lose=Instance.kill, promotion_seconds=5),
    _add_reader,
    4,
)
WRITER_SILENT = Fault(
    "the writer answers nothing any more, and another is promoted after 5 s",
    partial(_lose_writer, lose=Instance.freeze, promotion_seconds=5),
    _add_reader,
    4,
)
WRITER_KILLED_LONG = Fault(
    "the writer is killed, and another is promoted after 20 s",
    partial(_lose_writer, lose=Instance.kill, promotion_seconds=20),
    _add_reader,
    4,
)
READER_LOST = Fault("the reader is lost", _lose_reader, _add_reader, 4)
WRITER_STALLED = Fault("nothing comes through to the writer for 5 s", _stall_writer, aftermath_seconds=4)
KEYS_REPLACED = Fault("the role's keys are replaced, and all connections closed", _replace_keys)
SESSIONS_THROTTLED = Fault("three in ten calls of the session table fail, for 5 s", _throttle_sessions)

FAULTS = (
    PROCESS_KILLED,
    PROCESS_FROZEN,
    TASK_KILLED,
    TASK_FROZEN,
    TASKS_RESTARTED,
    FAILOVER,
    WRITER_KILLED,
    WRITER_SILENT,
    WRITER_KILLED_LONG,
    READER_LOST,
    WRITER_STALLED,
    KEYS_REPLACED,
    SESSIONS_THROTTLED,
)
