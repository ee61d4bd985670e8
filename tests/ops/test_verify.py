"""How the results of checks are shown."""

import io
import json

import pytest
from rich.console import Console

from ops import verify as module
from ops.account import Environment
from ops.checks import Check, Deployed
from ops.errors import OpsError
from ops.verify import verify, verify_for_machines


def passes(_deployed: Deployed) -> None:
    pass


def fails(_deployed: Deployed) -> None:
    raise AssertionError("the key does not rotate [at all]")


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[Check]:
    found = [
        Check("keys", "rotates", ("ENV-8",), "Every key rotates", fails),
        Check("security_groups", "closed", ("APP-4",), "The default group is closed", passes),
    ]
    monkeypatch.setattr(module, "all_checks", lambda: tuple(found))
    return found


def shown(environment: Environment) -> str:
    output = io.StringIO()
    verify(environment, console=Console(file=output, width=100))
    return output.getvalue()


def test_success_is_a_line_for_each_check_and_one_that_sums_up(environment: Environment, checks: list[Check]) -> None:
    checks.pop(0)
    lines = shown(environment).splitlines()
    assert lines == [
        "security groups",
        "  ok   The default group is closed  APP-4",
        "1 checks passed, 0 failed",
    ]


@pytest.mark.usefixtures("checks")
def test_a_failure_is_explained_and_ends_in_an_error(environment: Environment) -> None:
    output = io.StringIO()
    with pytest.raises(OpsError, match="local is not what it should be") as error:
        verify(environment, console=Console(file=output, width=100))
    assert error.value.exit_code == 1
    assert "FAIL Every key rotates  ENV-8\n      the key does not rotate [at all]\n" in output.getvalue()
    assert output.getvalue().endswith("1 checks passed, 1 failed\n")


@pytest.mark.usefixtures("checks")
def test_off_a_terminal_there_are_no_colours_and_no_symbols(environment: Environment) -> None:
    output = io.StringIO()
    with pytest.raises(OpsError):
        verify(environment, console=Console(file=output, width=100))
    assert output.getvalue().isascii()
    assert "\x1b" not in output.getvalue()


@pytest.mark.usefixtures("checks")
def test_on_a_terminal_marks_are_symbols_in_colour(environment: Environment) -> None:
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with pytest.raises(OpsError):
        verify(environment, console=Console(file=output, width=100, force_terminal=True))
    output.seek(0)
    text = output.read()
    assert "✓" in text
    assert "✗" in text
    assert "\x1b[" in text


@pytest.mark.usefixtures("checks")
def test_machines_get_every_result_and_whether_all_passed(environment: Environment) -> None:
    text, passed = verify_for_machines(environment)
    document = json.loads(text)
    assert not passed
    assert (document["passed"], document["failed"]) == (1, 1)
    assert document["checks"][0] == {
        "id": "keys.rotates",
        "requirements": ["ENV-8"],
        "sentence": "Every key rotates",
        "passed": False,
        "detail": "the key does not rotate [at all]",
        "seconds": document["checks"][0]["seconds"],
    }
