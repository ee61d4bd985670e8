"""Game days: every zone's loss can be rehearsed, on this environment alone, until visitors suffer and no longer."""

import re

import pytest

from stacks.settings import Settings
from tests.unit.conftest import with_changes
from tests.unit.synthesized import Resource, Synthesized, synthesize

TEMPLATE = "aws_fis_experiment_template"
LONGEST_MINUTES = 10


def experiments(environment: Synthesized) -> list[Resource]:
    found = environment.resources(TEMPLATE)
    assert found
    return found


@pytest.mark.requirement("OBS-5")
def test_the_loss_of_tasks_sessions_and_network_can_be_rehearsed_in_each_zone(
    environment: Synthesized, settings: Settings
) -> None:
    found = {made.name.removeprefix("experiment-") for made in experiments(environment)}
    zonal = {f"{what}-{zone}" for what in ("tasks", "sessions", "zone") for zone in settings.network.zones}
    assert found == {"database", *zonal}


def test_an_experiment_ends_as_soon_as_visitors_suffer(environment: Synthesized) -> None:
    alarm = environment.one("aws_cloudwatch_composite_alarm", "application-unhealthy")
    for made in experiments(environment):
        assert made["stop_condition"] == [
            {"source": "aws:cloudwatch:alarm", "value": f"${{{alarm.type}.{alarm.name}.arn}}"}
        ], made.address


def test_a_cut_ends_by_itself_and_soon(environment: Synthesized) -> None:
    cuts = [
        {parameter["key"]: parameter["value"] for parameter in action["parameter"]}
        for made in experiments(environment)
        for action in made["action"]
        if action["action_id"] == "aws:network:disrupt-connectivity"
    ]
    assert len(cuts) == 6
    for cut in cuts:
        minutes = re.fullmatch(r"PT(\d+)M", cut["duration"])
        assert minutes
        assert int(minutes[1]) <= LONGEST_MINUTES


@pytest.mark.requirement("ENV-2", "ENV-7")
def test_what_an_experiment_breaks_is_of_this_environment_alone(environment: Synthesized) -> None:
    """By a reference to what the layers made, or by the tag that no other environment has."""
    for made in experiments(environment):
        for target in made["target"]:
            tags = {tag["key"]: tag["value"] for tag in target.get("resource_tag", [])}
            named = [*target.get("resource_arns", []), *target.get("parameters", {}).values()]
            ours = tags.get("Environment") == environment.settings.environment.suffix
            assert ours or any("data.terraform_remote_state." in name for name in named), f"{made.address}: {target}"


def test_an_experiment_in_a_zone_names_no_other_zone(environment: Synthesized, settings: Settings) -> None:
    for made in experiments(environment):
        named = set(re.findall(r"us-east-1[a-f]", str(made.body["target"]))) - {""}
        expected = {zone for zone in settings.network.zones if made.name.endswith(zone)}
        if "sessions" not in made.name:  # its subnet is known by its place in a list
            assert named == expected, made.address


def test_the_subnet_that_reaches_no_session_is_the_application_subnet_of_the_zone(
    environment: Synthesized, settings: Settings
) -> None:
    for position, zone in enumerate(settings.network.zones):
        [target] = environment.one(TEMPLATE, f"experiment-sessions-{zone}")["target"]
        [arn] = target["resource_arns"]
        assert "application_subnet_ids" in arn
        assert f", {position})" in arn


@pytest.mark.requirement("OBS-4")
def test_what_experiments_did_can_be_read_afterwards(environment: Synthesized) -> None:
    group = environment.one("aws_cloudwatch_log_group", "log-group-game-days")
    for made in experiments(environment):
        configured = made["log_configuration"]["cloudwatch_logs_configuration"]["log_group_arn"]
        assert configured == f"${{{group.type}.{group.name}.arn}}:*"


def test_a_setting_takes_experiments_and_their_role_away(settings: Settings) -> None:
    without = synthesize(with_changes(settings, {"game_days": {"enabled": False}}))
    assert not without.resources(TEMPLATE)
    assert not [role for role in without.resources("aws_iam_role") if "game-day" in role.name]
    assert not [group for group in without.resources("aws_cloudwatch_log_group") if "game-days" in group.name]
