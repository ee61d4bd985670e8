"""Blast radius: whoever reads an output that changes is named, and nobody else."""

from pathlib import Path
from typing import Any

import pytest

from ops.review.model import Reach
from ops.review.reach import reach
from ops.synth import Layer
from stacks.settings_file import load_settings
from tests.unit.synthesized import Synthesized, synthesize

READ = "${data.terraform_remote_state.%s.outputs%s}"


def layer(name: str, *reads: tuple[str, str]) -> Layer:
    return Layer(name, frozenset(), Path(), {"resource": [READ % one for one in reads]})


LAYERS = {
    "network": layer("network"),
    "database": layer("database", ("network", ".subnet_ids")),
    "compute": layer("compute", ("network", ".subnet_ids[0]"), ("network", ".vpc_id"), ("database", ".endpoint")),
    "monitoring": layer("monitoring", ("network", "")),
}


def changed(name: str, before: Any, after: Any, unknown: Any = None) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"output_changes": {name: {"before": before, "after": after, "after_unknown": unknown}}}


def test_an_output_that_changes_reaches_whoever_reads_it() -> None:
    document = changed("network", {"subnet_ids": ["a"], "vpc_id": "v"}, {"subnet_ids": ["b"], "vpc_id": "v"})
    assert reach(document, LAYERS) == (Reach("network", "subnet_ids", ("database", "compute", "monitoring")),)


def test_an_output_that_is_not_known_yet_changes() -> None:
    document = changed("network", {"subnet_ids": ["a"], "vpc_id": "v"}, {"vpc_id": "v"}, {"subnet_ids": [True]})
    assert [one.output for one in reach(document, LAYERS)] == ["subnet_ids"]
    whole = changed("network", {"subnet_ids": ["a"], "vpc_id": "v"}, None, unknown=True)
    assert [one.output for one in reach(whole, LAYERS)] == ["subnet_ids", "vpc_id"]


def test_an_output_that_nobody_reads_reaches_nobody() -> None:
    assert reach(changed("database", {"name": "a"}, {"name": "b"}), LAYERS) == (Reach("database", "name", ()),)


def test_an_output_that_goes_reaches_whoever_read_it() -> None:
    assert reach(changed("database", {"endpoint": "a"}, {}), LAYERS) == (Reach("database", "endpoint", ("compute",)),)


def test_what_is_new_or_stays_reaches_nobody() -> None:
    assert reach(changed("network", None, {"vpc_id": "v"}, {"subnet_ids": True}), LAYERS) == ()
    assert reach(changed("network", {"vpc_id": "v"}, {"vpc_id": "v"}), LAYERS) == ()
    assert reach({}, LAYERS) == ()


@pytest.fixture(scope="module")
def environment() -> Synthesized:
    return synthesize(load_settings("local"))


def test_every_layer_that_reads_an_output_of_the_environment_is_found(environment: Synthesized) -> None:
    layers = {name: Layer(name, frozenset(), Path(), document) for name, document in environment.layers.items()}
    (found,) = reach(changed("network", {"vpc_id": "old"}, {"vpc_id": "new"}), layers)
    assert "compute" in found.readers
    assert "keys" not in found.readers
