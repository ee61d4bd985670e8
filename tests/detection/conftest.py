"""The configurations that are judged, each made once."""

import pytest

from ops.audit.configuration import Configuration
from stacks.settings import Settings
from stacks.settings_file import load_settings
from tests.unit.conftest import OTHER, with_changes
from tests.unit.synthesized import synthesize


def configuration_of(settings: Settings) -> Configuration:
    """What is synthesized for some settings, as if AWS had made everything in it."""
    return Configuration(layers=synthesize(settings).layers, account_id=settings.environment.account_id)


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    """The environment of environments/local.toml."""
    return configuration_of(load_settings("local"))


@pytest.fixture(scope="session")
def other() -> Configuration:
    """An environment in which every setting that makes a difference is another one."""
    return configuration_of(with_changes(load_settings("local"), OTHER))
