"""Two environments in one account, which know nothing of each other."""

import pytest

from ops.backend import load_backend
from ops.checks import all_checks, run_checks
from ops.checks.network import vpc
from ops.state import States
from tests.integration.stage import Stage

pytestmark = pytest.mark.embedded


@pytest.mark.requirement("ENV-2")
def test_another_environment_keeps_all_promises_in_the_same_account(stage: Stage) -> None:
    results = run_checks(all_checks(), stage.deployed_neighbour(), tell=lambda _result: None)
    assert [f"{result.check.id}: {result.detail}" for result in results if not result.passed] == []


@pytest.mark.requirement("ENV-2", "ENV-4")
def test_environments_share_no_resource(stage: Stage) -> None:
    one, other = stage.deployed().tagged(), stage.deployed_neighbour().tagged()
    assert one
    assert other
    assert one.keys() & other.keys() == set()


@pytest.mark.requirement("ENV-2", "APP-1")
def test_environments_have_networks_of_their_own(stage: Stage) -> None:
    assert vpc(stage.deployed())["VpcId"] != vpc(stage.deployed_neighbour())["VpcId"]


@pytest.mark.requirement("ENV-5", "ENV-6")
def test_every_layer_of_every_environment_has_its_own_state(stage: Stage) -> None:
    assert stage.neighbour
    layers = []
    for environment in (stage.environment, stage.neighbour):
        states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
        layers.append(sorted(states.layers()))
        assert all(not states.read(layer).is_empty for layer in layers[-1])
    assert len(layers[0]) == 9
    assert layers[0] == layers[1]
