"""The configuration that every audit judges, made once."""

import pytest

from ops.audit.configuration import Configuration
from stacks.settings_file import load_settings
from tests.unit.synthesized import synthesize


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    """The environment of environments/local.toml, as if AWS had made everything in it."""
    settings = load_settings("local")
    return Configuration(layers=synthesize(settings).layers, account_id=settings.environment.account_id)
