"""The dashboards of the local environment, and the page of all of them, made once."""

import pytest

from ops.preview.command import dashboards_of, drawn
from ops.preview.model import Dashboard
from ops.preview.page import render
from ops.preview.samples import NOON
from ops.preview.values import Samples
from stacks.settings_file import load_settings
from tests.unit.synthesized import synthesize


@pytest.fixture(scope="session")
def dashboards() -> list[Dashboard]:
    """What is synthesized for environments/local.toml."""
    settings = load_settings("local")
    return dashboards_of(synthesize(settings).layers, account_id=settings.environment.account_id)


@pytest.fixture(scope="session")
def page(dashboards: list[Dashboard]) -> str:
    """All dashboards with samples."""
    return page_of(dashboards)


def page_of(dashboards: list[Dashboard], *, seed: str = "seed") -> str:
    samples = Samples(seed)
    return render(drawn(dashboards, values=samples, samples=samples, now=NOON), suffix="local", now=NOON)
