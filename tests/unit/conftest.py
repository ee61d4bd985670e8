"""The environment is synthesized once for all tests; variants of its settings once each, when a test asks."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from stacks.settings import Settings
from stacks.settings_file import load_settings
from tests.unit.synthesized import Synthesized, synthesize

Variant = Callable[..., Synthesized]


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings of environments/local.toml."""
    return load_settings("local")


@pytest.fixture(scope="session")
def environment(settings: Settings) -> Synthesized:
    """The environment of those settings."""
    return synthesize(settings)


@pytest.fixture(scope="session")
def variant(settings: Settings) -> Variant:
    """The environment with other settings: `variant(service={"waf": False})`."""

    @cache
    def synthesized(changes: str) -> Synthesized:
        return synthesize(Settings.model_validate_json(changes))

    def with_changes(**sections: dict[str, Any]) -> Synthesized:
        document = settings.model_dump()
        for section, values in sections.items():
            document[section] |= values
        return synthesized(Settings.model_validate(document).model_dump_json())

    return with_changes


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


@pytest.fixture(scope="session")
def other(settings: Settings) -> Synthesized:
    """A second environment, with every setting that makes a difference set to something else."""
    document = settings.model_dump()
    for section, values in OTHER.items():
        document[section] |= values
    return synthesize(Settings.model_validate(document))
