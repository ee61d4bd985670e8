"""A first deployment must not drown in risks, and large plans are judged in no time."""

import time
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from ops.plan.changes import read_plan
from ops.review.risks.assess import assess
from ops.review.risks.planned import UNKNOWN, at
from stacks.settings_file import load_settings
from tests.review.plans import placed, plan
from tests.review.risky import LAYERS, TODAY, recorded, verdict
from tests.unit.synthesized import Synthesized, synthesize

# What a visitor has to reach.
PUBLIC = [
    "MEDIUM network-wider network: aws_vpc_security_group_ingress_rule.internet-to-load-balancer-443",
    "MEDIUM network-wider network: aws_vpc_security_group_ingress_rule.internet-to-load-balancer-80",
    "MEDIUM public-load-balancer compute: aws_lb.load-balancer",
]


def resolved(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A configuration's values as a plan has them: blocks in lists, and nothing of what is a reference."""
    if isinstance(value, dict):
        return {
            key: resolved(one) for key, one in value.items() if "${" not in str(one) or isinstance(one, dict | list)
        }
    if isinstance(value, list):
        return [resolved(one) for one in value if not isinstance(one, str) or "${" not in one]
    return value


def references(values: Any) -> dict[str, bool]:  # noqa: ANN401 - any JSON
    return {key: True for key, one in values.items() if isinstance(one, str) and "${" in one}


@pytest.fixture(scope="module")
def environment() -> Synthesized:
    return synthesize(load_settings("local"))


def test_a_first_deployment_has_only_what_is_public_in_it(environment: Synthesized) -> None:
    resources = placed(environment)
    first = plan(
        {},
        {key: resolved(one) for key, one in resources.items()},
        unknown={key: references(one) for key, one in resources.items()},
    )
    assert sorted(verdict(first)) == PUBLIC


def test_a_plan_without_changes_has_no_risks(environment: Synthesized) -> None:
    resources = {key: resolved(one) for key, one in placed(environment).items()}
    assert verdict(plan(resources, resources)) == []


def many(number: int) -> Iterator[dict[str, Any]]:
    for copy in range(number):
        for change in ("container_port", "wider_policy", "suffix_renamed"):
            for one in deepcopy(recorded(change)["resource_changes"]):
                yield {**one, "address": f"{one['address']}-{copy}"}


def test_two_thousand_resources_are_judged_in_less_than_a_second() -> None:
    document = {"resource_changes": list(many(140))}
    assert len(document["resource_changes"]) > 2000
    read = read_plan(document, layers=LAYERS)
    began = time.process_time()
    assert assess(document, read, [], TODAY)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("path", "value"),
    [("a.b", 1), ("list.x", 2), ("list", [{"x": 2}]), ("a.c", None), ("none.x", None), ("new.x", UNKNOWN)],
)
def test_a_value_is_found_by_its_path(path: str, value: object) -> None:
    assert at({"a": {"b": 1}, "list": [{"x": 2}], "none": None, "new": UNKNOWN}, path) == value
