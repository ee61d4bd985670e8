"""Runs work that depends on other work: as much as possible side by side, and nothing before what it waits for."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Generic, TypeVar

Result = TypeVar("Result")
_TICK_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Schedule(Generic[Result]):
    """How the nodes of a graph are worked on.

    `work` runs in threads. `succeeded` says whether what waits for a node may start; after a failure nothing new is
    started, and what runs is waited for. `stopping` has the same effect from outside. `tick` is called in the calling
    thread, several times a second, as long as it lasts.
    """

    work: Callable[[str], Result]
    succeeded: Callable[[Result], bool]
    stopping: Callable[[], bool]
    tick: Callable[[], None]
    workers: int

    def run(self, graph: Mapping[str, frozenset[str]]) -> dict[str, Result]:
        """Work on `graph`, a node to what it waits for. Nodes that were never started are not in the result."""
        sorter = TopologicalSorter(graph)
        sorter.prepare()
        weights = _weights(graph)
        results: dict[str, Result] = {}
        ready: list[str] = []
        running: dict[Future[Result], str] = {}
        failed = False
        with ThreadPoolExecutor(max_workers=self.workers) as pool:
            while True:
                ready = sorted([*ready, *sorter.get_ready()], key=lambda node: (-weights[node], node))
                while ready and len(running) < self.workers and not failed and not self.stopping():
                    node = ready.pop(0)
                    running[pool.submit(self.work, node)] = node
                if not running:
                    return results
                finished, _ = wait(running, timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
                for future in finished:
                    node = running.pop(future)
                    results[node] = future.result()
                    if self.succeeded(results[node]):
                        sorter.done(node)
                    else:
                        failed = True
                self.tick()


def reverse(graph: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The graph with every arrow turned: the order in which to take down what was built."""
    return {node: frozenset(other for other in graph if node in graph[other]) for node in graph}


def _weights(graph: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """How many nodes wait for each one, directly or not: where workers are few, the most awaited goes first."""
    waiting = reverse(graph)

    def reach(node: str, seen: set[str]) -> set[str]:
        for other in waiting[node] - seen:
            seen.add(other)
            reach(other, seen)
        return seen

    return {node: len(reach(node, set())) for node in graph}
