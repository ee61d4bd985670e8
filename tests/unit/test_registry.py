"""Registry: the image has a place before anything needs it, and what is in that place does not change."""

import json

import pytest

from tests.unit.synthesized import Synthesized


@pytest.mark.requirement("APP-5")
def test_the_registry_needs_nothing_but_its_key_so_that_an_image_can_be_pushed_first(environment: Synthesized) -> None:
    order = list(environment.layers)
    assert set(environment.remote_states("registry")) == {"keys"}
    assert order.index("registry") < order.index("compute")


@pytest.mark.requirement("APP-5", "ENV-7")
def test_a_tag_always_means_the_same_image_and_every_image_is_scanned(environment: Synthesized) -> None:
    repository = environment.one("aws_ecr_repository")
    assert repository["image_tag_mutability"] == "IMMUTABLE"
    assert repository["image_scanning_configuration"]["scan_on_push"] is True


@pytest.mark.requirement("COST-1", "APP-5")
def test_old_images_go_but_enough_stay_to_roll_back_to(environment: Synthesized) -> None:
    rules = json.loads(environment.one("aws_ecr_lifecycle_policy")["policy"])["rules"]
    kept = {rule["selection"]["tagStatus"]: rule["selection"]["countNumber"] for rule in rules}
    assert kept.keys() == {"untagged", "any"}
    assert kept["any"] >= 10
    priorities = [rule["rulePriority"] for rule in rules if rule["selection"]["tagStatus"] == "any"]
    assert priorities == [max(rule["rulePriority"] for rule in rules)], "AWS wants the rule for `any` last"
