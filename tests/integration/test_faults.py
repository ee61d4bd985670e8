"""Deployments survive calls that go wrong, runs that are ended, and locks and disks that are not as they should be.

A few of each, on a few layers; `make faults` has the whole matrix.
"""

from collections.abc import Callable

import pytest
from rich.console import Console

from ops.faults.command import FEW, Matrix
from ops.faults.kills import KILLS, Blow

pytestmark = pytest.mark.embedded


class Telling:
    """A file that passes on what is written to it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def write(self, text: str) -> int:
        for line in text.splitlines():
            if line.strip():
                self._say(f"  {line}")
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


@pytest.fixture
def matrix(say: Callable[[str], None]) -> Matrix:
    return Matrix(console=Console(file=Telling(say), width=160), seed=3)  # type: ignore[arg-type]


@pytest.mark.requirement("ENV-3", "ENV-6")
def test_an_environment_survives_calls_that_go_wrong(matrix: Matrix) -> None:
    matrix.calls(layers=FEW, severity=2)
    assert matrix.report.failures == {}
    assert matrix.report.calls > 300
    assert sum(matrix.report.faults.values()) > 10


@pytest.mark.requirement("ENV-3", "ENV-6")
def test_an_environment_survives_runs_that_are_ended(matrix: Matrix) -> None:
    matrix.blows(layers=FEW, deploy=KILLS, destroy=(Blow.INTERRUPTED, Blow.TERMINATED))
    assert matrix.report.failures == {}
    # Adoption may leave nothing for the later ones to strike at.
    assert matrix.report.deploy_blows[0].blow is Blow.ALL_KILLED


@pytest.mark.requirement("ENV-6")
def test_an_environment_survives_a_stale_lock_and_lost_or_old_states(matrix: Matrix) -> None:
    matrix.surroundings(
        "a stale lock, and a living one",
        "the state bucket gone, with all states",
        "states older than what was replaced since",
    )
    assert matrix.report.failures == {}
