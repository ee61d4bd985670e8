"""The order in which layers are worked on."""

import threading
import time
from collections.abc import Callable

import pytest

from ops.schedule import Schedule, reverse

GRAPH = {
    "keys": frozenset[str](),
    "network": frozenset({"keys"}),
    "storage": frozenset({"keys"}),
    "database": frozenset({"keys", "network"}),
}


def schedule(
    work: Callable[[str], bool],
    *,
    stopping: Callable[[], bool] = lambda: False,
    tick: Callable[[], None] = lambda: None,
    workers: int = 3,
) -> Schedule[bool]:
    return Schedule(work=work, succeeded=bool, stopping=stopping, tick=tick, workers=workers)


def test_nothing_starts_before_what_it_waits_for_is_done() -> None:
    done: list[str] = []

    def work(node: str) -> bool:
        assert GRAPH[node] <= set(done)
        done.append(node)
        return True

    results = schedule(work).run(GRAPH)

    assert results == dict.fromkeys(GRAPH, True)


def test_independent_layers_run_side_by_side() -> None:
    both = threading.Barrier(2, timeout=1)

    def work(node: str) -> bool:
        if node in {"network", "storage"}:
            both.wait()
        return True

    assert schedule(work).run(GRAPH)["storage"]


def test_with_one_worker_the_most_awaited_layer_goes_first() -> None:
    order: list[str] = []

    def work(node: str) -> bool:
        order.append(node)
        return True

    schedule(work, workers=1).run(GRAPH)

    assert order == ["keys", "network", "database", "storage"]


def test_a_failure_starts_nothing_new_and_lets_the_rest_finish() -> None:
    finished: list[str] = []
    failing = threading.Event()

    def work(node: str) -> bool:
        if node == "network":
            failing.set()
            return False
        if node == "storage":
            assert failing.wait(1)
            time.sleep(0.05)
        finished.append(node)
        return True

    results = schedule(work).run(GRAPH)

    assert finished == ["keys", "storage"]
    assert results == {"keys": True, "storage": True, "network": False}


def test_stopping_starts_nothing_new() -> None:
    started: list[str] = []

    def work(node: str) -> bool:
        started.append(node)
        return True

    results = schedule(work, stopping=lambda: bool(started)).run(GRAPH)

    assert list(results) == ["keys"]


def test_somebody_can_watch_while_layers_run() -> None:
    ticked = threading.Event()

    def work(_node: str) -> bool:
        return ticked.wait(1)

    assert all(schedule(work, tick=ticked.set).run({"keys": frozenset()}).values())


def test_a_defect_in_the_work_is_not_swallowed() -> None:
    def work(_node: str) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        schedule(work).run(GRAPH)


def test_what_is_built_last_is_taken_down_first() -> None:
    order: list[str] = []

    def work(node: str) -> bool:
        order.append(node)
        return True

    schedule(work, workers=1).run(reverse(GRAPH))

    assert order.index("database") < order.index("network") < order.index("keys")
    assert order[-1] == "keys"
