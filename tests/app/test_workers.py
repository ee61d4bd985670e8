"""The processes of a task: one that dies is replaced, and none outlives the task."""

import signal
import sys
import time
from collections.abc import Callable, Mapping

import psutil

from tests.app.process import Process, is_alive, running, running_command

# The same program, with a service that cannot be started.
BROKEN = """
import sys
from app import __main__, service

def running(self):
    raise RuntimeError("no memory")

service.Service.running = running
sys.exit(__main__.main([]))
"""


def workers(process: Process) -> set[psutil.Process]:
    return set(psutil.Process(process.process.pid).children())


def wait_until(true: Callable[[], bool], *, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_process_that_dies_is_replaced_while_others_answer(environment: Mapping[str, str]) -> None:
    with running(environment, WORKERS="3") as process:
        wait_until(lambda: len(workers(process)) == 3)
        dead, *others = workers(process)
        assert process.request("GET", "/healthz").status == 200
        dead.kill()
        for _ in range(20):
            assert process.request("GET", "/healthz").status == 200
        wait_until(lambda: len(workers(process) - {dead}) == 3)
        assert set(others) < workers(process)
        assert process.stop() == 0
    told = [line for line in process.lines if str(dead.pid) in line.get("message", "")]
    assert {line["level"] for line in told} == {"ERROR"}, "nobody hears of a process that is killed"


def test_processes_end_with_the_task(environment: Mapping[str, str]) -> None:
    with running(environment, WORKERS="2") as process:
        wait_until(lambda: len(workers(process)) == 2)
        left = workers(process)
        process.request("GET", "/healthz")
        process.process.kill()
        wait_until(lambda: not any(is_alive(one) for one in left))


def test_a_task_is_stopped_from_a_terminal_as_it_is_by_ecs(environment: Mapping[str, str]) -> None:
    with running(environment, WORKERS="2") as process:
        process.request("GET", "/healthz")
        process.process.send_signal(signal.SIGINT)
        assert process.process.wait(10) == 0
    assert process.lines[-1]["message"] == "stopped"


def test_a_task_that_cannot_serve_ends_and_says_why(environment: Mapping[str, str]) -> None:
    with running_command([sys.executable, "-c", BROKEN], {**environment, "WORKERS": "2"}) as process:
        assert process.process.wait(10) == 3
    assert any("no memory" in line.get("exception", line["message"]) for line in process.lines)
