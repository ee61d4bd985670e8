"""Deploys once for all integration tests; with `--live ENV` they look at a real environment and change nothing."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import pytest

from ops.account import Environment, enter, load_environment
from ops.checks import Deployed
from ops.errors import explain
from tests.integration.stage import DeploymentError, Stage, embedded_stage

_HERE = "tests/integration/"
_LAST = "test_destroy.py"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Unit tests come first, and of the integration tests those come last that destroy."""
    items.sort(key=lambda item: (_HERE in item.nodeid, _LAST in item.nodeid))
    live = config.getoption("--live", default=None)
    for item in items:
        if _HERE in item.nodeid:
            # One deployment serves all, so that a run in parallel has to keep them in one process.
            item.add_marker(pytest.mark.xdist_group("integration"))
            if live and item.get_closest_marker("embedded"):
                item.add_marker(pytest.mark.skip(reason=f"changes things, and {live} is live"))


@pytest.fixture(scope="package")
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says something to whoever waits: these tests take minutes."""
    return partial(_say, request.config)


def _say(config: pytest.Config, text: str) -> None:
    capture = config.pluginmanager.getplugin("capturemanager")
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if capture is None or reporter is None:
        return
    with capture.global_and_fixture_disabled():
        reporter.ensure_newline()
        reporter.write_line(text)


@pytest.fixture(scope="package")
def stage(request: pytest.FixtureRequest, say: Callable[[str], None]) -> Iterator[Stage]:
    """The environment that is looked at, and where there is one, its neighbour."""
    live = request.config.getoption("--live", default=None)
    if live:
        yield Stage(environment=_enter(live))
        return
    with ExitStack() as stack:
        try:
            made = stack.enter_context(embedded_stage(say=say))
        except DeploymentError as failure:
            # Every other test would fail for the same reason.
            request.session.shouldstop = "the environment could not be deployed"
            pytest.fail(str(failure), pytrace=False)
        yield made


def _enter(live: str) -> Environment:
    try:
        return enter(load_environment(live, suffix=None, embedded=False))
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        pytest.exit(str(explained), returncode=explained.exit_code)


@pytest.fixture(scope="package")
def deployed(stage: Stage) -> Deployed:
    """The environment, as AWS's API shows it."""
    return stage.deployed()
