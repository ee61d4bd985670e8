"""An environment whose settings name restored copies: other resources by other names, and all else follows them."""

import json
from fnmatch import fnmatchcase

import pytest

from stacks.names import cluster_of, instances_of, session_table_of
from stacks.settings import Settings
from tests.unit.conftest import with_changes
from tests.unit.synthesized import Synthesized, synthesize

DATABASE, SESSIONS = "20261124-080000", "20261124-090000"


@pytest.fixture(scope="module")
def restored(settings: Settings) -> Synthesized:
    return synthesize(with_changes(settings, {"database": {"restored": DATABASE}, "sessions": {"restored": SESSIONS}}))


@pytest.mark.requirement("ENV-2")
def test_a_copy_bears_its_time_and_the_suffix_in_its_name(restored: Synthesized) -> None:
    suffix = restored.settings.environment.suffix
    assert cluster_of(restored.settings) == f"aurora-{DATABASE}-{suffix}"
    assert instances_of(restored.settings) == [f"aurora-instance-{DATABASE}-{n}-{suffix}" for n in (1, 2)]
    assert session_table_of(restored.settings) == f"dynamodb-sessions-{SESSIONS}-{suffix}"


def test_a_copy_is_another_resource_and_not_another_name_for_the_first(
    environment: Synthesized, restored: Synthesized
) -> None:
    for kind in ("aws_rds_cluster", "aws_rds_cluster_instance", "aws_dynamodb_table"):
        before, now = ({made.name for made in one.resources(kind)} for one in (environment, restored))
        assert not before & now, f"{kind}: Terraform would replace {before & now}"


def test_nothing_else_is_made_or_lost_by_a_copy(environment: Synthesized, restored: Synthesized) -> None:
    def addresses(synthesized: Synthesized) -> set[str]:
        return {
            made.address.replace(f"-{DATABASE}", "").replace(f"-{SESSIONS}", "") for made in synthesized.resources()
        }

    assert addresses(environment) == addresses(restored)


def test_nothing_speaks_of_what_ran_before(environment: Synthesized, restored: Synthesized) -> None:
    text = json.dumps({name: layer for name, layer in restored.layers.items() if name != "network"})
    for name in (cluster_of, session_table_of):
        assert name(environment.settings) not in text
    assert not [name for name in instances_of(environment.settings) if name in text]


def test_the_endpoint_lets_tasks_reach_the_first_table_and_every_copy_of_this_environment(
    environment: Synthesized, restored: Synthesized
) -> None:
    """The network is deployed before the service: a policy for one table only would cut tasks off in between."""
    policy = json.loads(environment.one("aws_vpc_endpoint", "endpoint-dynamodb")["policy"])
    assert policy == json.loads(restored.one("aws_vpc_endpoint", "endpoint-dynamodb")["policy"])
    patterns = [resource.rpartition("/")[2] for one in policy["Statement"] for resource in one["Resource"]]
    for settings in (environment.settings, restored.settings):
        assert any(fnmatchcase(session_table_of(settings), pattern) for pattern in patterns)
    suffix = environment.settings.environment.suffix
    neighbour = f"dynamodb-sessions-next-to-{suffix}"
    assert not any(fnmatchcase(neighbour, pattern) for pattern in patterns)


def test_the_stacks_let_go_of_nothing_by_themselves(environment: Synthesized, restored: Synthesized) -> None:
    """Only `ops` does, where a state says that there is something to let go of."""
    for synthesized in (environment, restored):
        assert not [layer for layer in synthesized.layers.values() if {"removed", "import"} & layer.keys()]


@pytest.mark.parametrize("wrong", ["latest", "2026-11-24", "20261124", "20261124-0800", "20261124-080000-prod"])
def test_a_copy_is_named_as_it_was_printed(settings: Settings, wrong: str) -> None:
    with pytest.raises(ValueError, match="must be a time as `ops restore` prints it"):
        with_changes(settings, {"database": {"restored": wrong}})
