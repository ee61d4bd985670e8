"""One lab for all tests of a process: they run one after the other, and each leaves it whole."""

import fcntl
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ops.availability.lab import Lab, laboratory
from ops.workspace import ROOT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `-n ... --dist loadgroup`, they all go to one process."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("availability"))


@pytest.fixture(scope="package")
def lab(pytestconfig: pytest.Config) -> Iterator[Lab]:
    say = partial(_say, pytestconfig)
    lock = ROOT / ".work" / "availability.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as handle:
        # Two labs at a time would measure each other.
        fcntl.flock(handle, fcntl.LOCK_EX)
        with laboratory(say) as made:
            yield made


def _say(config: pytest.Config, text: str) -> None:
    """An installation would look like a test that hangs."""
    capture = config.pluginmanager.getplugin("capturemanager")
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if capture is not None and reporter is not None:
        with capture.global_and_fixture_disabled():
            reporter.ensure_newline()
            reporter.write_line(text)
