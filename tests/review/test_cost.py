"""What a reviewer is told that a plan costs."""

import re
import time
from decimal import Decimal
from typing import Any

import pytest

from ops.errors import BadInputError
from ops.review.cost.estimate import Estimate, estimate
from ops.review.cost.page import PAGE
from ops.review.cost.usage import NOTHING
from stacks.settings import Settings
from stacks.settings_file import load_settings
from tests.review.plans import Values, dollars, made, placed, plan, units
from tests.unit.conftest import with_changes
from tests.unit.synthesized import synthesize

pytestmark = pytest.mark.requirement("COST-1")


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings("local")


@pytest.fixture(scope="module")
def environment(settings: Settings) -> dict[str, Values]:
    return placed(synthesize(settings))


def changed(environment: dict[str, Values], settings: Settings, **sections: dict[str, Any]) -> Estimate:
    """The estimate of a plan that only changes some settings."""
    return estimate(plan(environment, placed(synthesize(with_changes(settings, sections)))))


def test_a_new_environment_costs_nothing_before_and_what_the_page_says_after(environment: dict[str, Values]) -> None:
    total = made(environment).total
    told = re.findall(r"\*\*([\d,.]+)\*\*", PAGE.read_text(encoding="utf-8"))
    assert total.before == NOTHING
    assert [f"{amount:,.2f}" for amount in vars(total.after).values()] == told[:3]
    assert total.difference == total.after


def test_every_resource_of_the_environment_has_a_price_or_a_reason_to_be_free(environment: dict[str, Values]) -> None:
    assert made(environment).unpriced == ()


def test_an_environment_that_is_left_as_it_is_costs_what_it_did(environment: dict[str, Values]) -> None:
    found = estimate(plan(environment, environment))
    assert found.total.difference == NOTHING
    assert found.total.before.expected > 400
    assert found.changed == []


def test_an_environment_that_is_destroyed_costs_nothing_after(environment: dict[str, Values]) -> None:
    total = estimate(plan(environment, {})).total
    assert total.after == NOTHING
    assert total.difference.expected == -total.before.expected


def test_the_layers_add_up_to_the_total(environment: dict[str, Values]) -> None:
    found = made(environment)
    assert len(found.layers) == 9
    assert sum(layer.after.high for layer in found.layers.values()) == found.total.after.high


def test_another_database_instance_costs_its_capacity(environment: dict[str, Values], settings: Settings) -> None:
    difference = changed(environment, settings, database={"instances": 3}).layers["database"].difference
    assert difference == dollars("43.8", "87.6", "350.4")


def test_a_higher_maximum_makes_only_the_busiest_month_dearer(
    environment: dict[str, Values], settings: Settings
) -> None:
    found = changed(environment, settings, database={"max_capacity": 16.0}, service={"max_tasks": 24})
    assert found.total.difference.low == 0
    assert found.total.difference.expected == 0
    assert found.layers["database"].difference.high == Decimal("700.8")
    assert found.layers["compute"].difference.high > 0


def test_a_higher_minimum_costs_in_every_month(environment: dict[str, Values], settings: Settings) -> None:
    found = changed(environment, settings, database={"min_capacity": 2.0})
    assert found.total.difference == dollars("262.8", "175.2", "0")


def test_no_firewall_saves_its_rules_requests_and_log_lines(environment: dict[str, Values], settings: Settings) -> None:
    found = changed(environment, settings, service={"waf": False})
    assert found.total.difference.expected == -(5 + 4 + 6 + 3 + Decimal("0.18"))
    assert {item.price.key for item in found.changed} == {
        "logs_kept",
        "logs_written",
        "web_acl",
        "web_acl_requests",
        "web_acl_rule",
    }
    assert found.changed[0].price.key == "web_acl_requests", "what changes most comes first"


def test_more_frequent_backups_keep_more(environment: dict[str, Values], settings: Settings) -> None:
    found = changed(environment, settings, backup={"schedule": "cron(0 0/6 * * ? *)"})
    assert units(found, "aurora_recovery_points") == 4 * 7 * 50
    assert found.layers["backup"].difference.expected == 3 * (Decimal("7.35") + Decimal("0.70"))


def test_a_type_that_nobody_priced_is_listed_by_address_and_costs_nothing_here() -> None:
    found = estimate(
        plan({"storage.aws_sqs_queue.old": {}}, {"storage.aws_sqs_queue.new": {}, "storage.aws_subnet.free": {}})
    )
    assert [(one.address, one.before, one.after) for one in found.unpriced] == [
        ("aws_sqs_queue.old", True, False),
        ("aws_sqs_queue.new", False, True),
    ]
    assert "aws_sqs_queue" in found.unpriced[0].text
    assert found.items == ()


def test_what_terraform_lets_go_of_is_charged_for_all_the_same() -> None:
    document = plan({"keys.aws_kms_key.one": {"key_usage": "ENCRYPT_DECRYPT"}}, {})
    document["resource_changes"][0]["change"]["actions"] = ["forget"]
    assert estimate(document).total.difference == NOTHING


def test_what_is_only_looked_up_costs_nothing() -> None:
    document = plan({}, {"keys.aws_kms_key.one": {}, "keys.aws_kms_key.looked_up": {}})
    document["resource_changes"][1]["mode"] = "data"
    assert units(estimate(document), "key") == 1


def test_a_plan_of_nothing_is_refused_instead_of_being_free() -> None:
    with pytest.raises(BadInputError, match="all layers"):
        estimate({"resource_changes": []})


def test_two_thousand_resources_are_estimated_in_no_time(environment: dict[str, Values]) -> None:
    many = {f"{address}-{copy}": values for address, values in environment.items() for copy in range(11)}
    assert len(many) > 2000
    document = plan(many, many)
    began = time.perf_counter()
    assert estimate(document).total.after.expected > 3000
    assert time.perf_counter() - began < 0.5
