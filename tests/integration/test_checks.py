"""Every promise about a deployed environment, asked of AWS: a test each, under the requirements that it proves."""

import pytest

from ops.checks import Check, Deployed, all_checks
from ops.checks.environment import LAYERS


@pytest.mark.parametrize(
    "check",
    [pytest.param(check, id=check.id, marks=pytest.mark.requirement(*check.requirements)) for check in all_checks()],
)
def test_environment_keeps_its_promise(check: Check, deployed: Deployed) -> None:
    check.function(deployed)


@pytest.mark.requirement("Q-1")
@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_is_asked_about(layer: str) -> None:
    assert [check for check in all_checks() if check.group == layer]
