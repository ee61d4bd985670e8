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
