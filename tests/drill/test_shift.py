"""Traffic leaves a zone only where it has somewhere to go, and comes back."""

import pytest

from ops.errors import BadInputError
from ops.shift import shift_away, shift_back
from tests.drill.conftest import ZONES, World


def away(world: World, zone: str, *, lasts: str = "2h") -> None:
    shift_away(world.environment, zone, lasts=lasts, confirmation=world.confirmation, console=world.console)


def weights(world: World) -> list[float]:
    resource = world.client("arc-zonal-shift").get_managed_resource(resourceIdentifier=world.balancer)
    return sorted(resource["appliedWeights"].values())


@pytest.mark.requirement("APP-2")
def test_traffic_leaves_a_zone_and_comes_back(world: World) -> None:
    away(world, ZONES[2])
    assert weights(world) == [0.0, 1.0, 1.0]
    shift_back(world.environment, console=world.console)
    assert weights(world) == [1.0, 1.0, 1.0]
    assert f"into {ZONES[2]} (use1-" in world.said


def test_whoever_shifts_away_from_the_writer_is_told_of_it(world: World) -> None:
    away(world, ZONES[0])
    assert "aws rds failover-db-cluster --db-cluster-identifier aurora-local" in world.said


def test_whoever_shifts_away_from_another_zone_is_told_nothing_of_the_database(world: World) -> None:
    away(world, ZONES[1])
    assert "failover-db-cluster" not in world.said


@pytest.mark.parametrize(
    ("zone", "lasts", "says"),
    [
        ("us-east-1d", "2h", "not in us-east-1d"),
        (ZONES[0], "tomorrow", "no length of time"),
        (ZONES[0], "0h", "no length of time"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, zone: str, lasts: str, says: str) -> None:
    with pytest.raises(BadInputError, match=says):
        away(world, zone, lasts=lasts)


def test_a_second_zone_is_not_taken_away(world: World) -> None:
    away(world, ZONES[0])
    with pytest.raises(BadInputError, match=f"out of {ZONES[0]}"):
        away(world, ZONES[1])


def test_traffic_stays_where_it_would_have_nowhere_safe_to_go(world: World) -> None:
    world.client("ecs").update_service(cluster="ecs-cluster-local", service="ecs-service-local", desiredCount=2)
    with pytest.raises(BadInputError, match="nowhere safe"):
        away(world, ZONES[0])
    assert weights(world) == [1.0, 1.0, 1.0]


def test_there_is_nothing_to_take_back_where_nothing_was_taken_away(world: World) -> None:
    with pytest.raises(BadInputError, match="nothing to take back"):
        shift_back(world.environment, console=world.console)
