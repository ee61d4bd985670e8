"""What environments/example.toml synthesizes to, for the parts of the documentation that are made from it."""

from dataclasses import dataclass
from typing import Any

from ops.account import load_environment
from ops.synth import synthesize

EXAMPLE = "example"


@dataclass(frozen=True)
class Example:
    """The JSON of every layer, by name, and the account that the example is for."""

    layers: dict[str, dict[str, Any]]
    account_id: str


def synthesize_example(*, suffix: str) -> Example:
    """The example under a suffix of its own: that in the file may be somebody's environment."""
    environment = load_environment(EXAMPLE, suffix=suffix, embedded=False)
    with environment.workspace.reserved():
        return Example(layers=synthesize(environment).configurations, account_id=environment.account_id)
