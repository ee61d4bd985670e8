"""Nothing happens to a real account without a person's word."""

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from ops.account import Environment
from ops.confirm import Confirmation
from ops.errors import BadInputError
from ops.synth import Layer, Synthesized

SYNTHESIZED = Synthesized({"keys": Layer("keys", frozenset(), Path(), {})})


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


def confirmation(environment: Environment, *, yes: bool = False) -> Confirmation:
    return Confirmation(environment=environment, console=Console(file=io.StringIO()), yes=yes)


def types(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{text}\n"))


@pytest.mark.parametrize("answer", ["", "y", "no", "prod"])
def test_anything_but_yes_stops_a_deployment(
    monkeypatch: pytest.MonkeyPatch, environment: Environment, answer: str
) -> None:
    types(monkeypatch, answer)

    with pytest.raises(BadInputError, match="Nothing was done"):
        confirmation(environment).of_deploy(SYNTHESIZED, ["keys"], None)


def test_yes_starts_a_deployment(monkeypatch: pytest.MonkeyPatch, environment: Environment) -> None:
    types(monkeypatch, "yes")

    confirmation(environment).of_deploy(SYNTHESIZED, ["keys"], None)


def test_destruction_wants_the_suffix(monkeypatch: pytest.MonkeyPatch, environment: Environment) -> None:
    types(monkeypatch, "yes")
    with pytest.raises(BadInputError, match="Nothing was done"):
        confirmation(environment).of_destroy(["keys"])

    types(monkeypatch, "local")
    confirmation(environment).of_destroy(["keys"])


def test_without_a_terminal_there_is_nobody_to_ask(monkeypatch: pytest.MonkeyPatch, environment: Environment) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))

    with pytest.raises(BadInputError, match="--yes"):
        confirmation(environment).of_deploy(SYNTHESIZED, ["keys"], None)
    confirmation(environment, yes=True).of_deploy(SYNTHESIZED, ["keys"], None)


def test_the_embedded_aws_needs_no_asking(monkeypatch: pytest.MonkeyPatch, environment: Environment) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    confirmation(replace(environment, embedded=True)).of_destroy(["keys"])
