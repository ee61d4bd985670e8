"""The environment is synthesized once for all tests, and once more with everything set differently."""

from typing import Any

import pytest

from stacks.settings import Settings
from stacks.settings_file import load_settings
from tests.unit.synthesized import Synthesized, synthesize


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings of environments/local.toml."""
    return load_settings("local")


@pytest.fixture(scope="session")
def environment(settings: Settings) -> Synthesized:
    """The environment of those settings."""
    return synthesize(settings)


# An environment in which every setting that makes a difference is another one.
OTHER: dict[str, dict[str, Any]] = {
    "environment": {"suffix": "other"},
    "network": {"cidr": "10.99.0.0/20"},
    "database": {"instances": 3, "min_capacity": 1.0, "max_capacity": 16.0},
    "service": {
        "certificate": "arn:aws:acm:us-east-1:123456789012:certificate/abc",
        "container_port": 9000,
        "target_protocol": "HTTP",
        "architecture": "X86_64",
        "waf": False,
        "hosted_zone": "example.com",
        "domain": "app.example.com",
    },
    "monitoring": {"monthly_budget_usd": 1234},
}


def with_changes(settings: Settings, changes: dict[str, dict[str, Any]]) -> Settings:
    """The settings with the keys of some sections set to something else."""
    document = settings.model_dump()
    for section, values in changes.items():
        document[section] |= values
    return Settings.model_validate(document)


@pytest.fixture(scope="session")
def other(settings: Settings) -> Synthesized:
    """A second environment, with every setting that makes a difference set to something else."""
    return synthesize(with_changes(settings, OTHER))
