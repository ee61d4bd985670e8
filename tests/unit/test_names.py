"""Names fit whatever the suffix: none is too long for AWS, and no two environments can be given one name."""

from itertools import permutations

import pytest

from stacks.rules import MAX_SUFFIX
from tests.unit.synthesized import Synthesized
from tests.unit.test_guarantees import DICTATED, names

# https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html, and each service's API reference.
LONGEST = {
    "aws_backup_plan": 50,
    "aws_backup_restore_testing_plan": 50,
    "aws_backup_restore_testing_selection": 50,
    "aws_backup_selection": 50,
    "aws_backup_vault": 50,
    "aws_budgets_budget": 100,
    "aws_cloudwatch_event_rule": 64,
    "aws_iam_role": 64,
    "aws_lb": 32,
    "aws_lb_target_group": 32,
    "aws_rds_cluster": 63,
    "aws_rds_cluster_instance": 63,
    "aws_s3_bucket": 63,
    "aws_sfn_state_machine": 80,
    "aws_wafv2_web_acl": 128,
}
LONGEST_OF_OTHERS = 255


@pytest.mark.requirement("ENV-2")
def test_every_name_is_short_enough_with_the_longest_suffix_that_is_accepted(environment: Synthesized) -> None:
    longer = MAX_SUFFIX - len(environment.settings.environment.suffix)
    assert {made.type for made in environment.resources()} >= LONGEST.keys()
    for made in environment.resources():
        for name in names(made):
            limit = LONGEST.get(made.type, LONGEST_OF_OTHERS)
            assert len(name) + longer <= limit, f"{made.address}: {name} has no room for a suffix of {MAX_SUFFIX}"


@pytest.mark.requirement("ENV-2")
def test_no_suffix_makes_a_name_of_one_environment_that_of_another(environment: Synthesized) -> None:
    """`alarm-errors-` and `alarm-errors-late-` would be one alarm in the environments `late-x` and `x`."""
    suffix = environment.settings.environment.suffix
    beginnings: dict[str, list[str]] = {}
    for made in environment.resources():
        if made.type in {"aws_iam_role_policy", "aws_s3_bucket_metric"}:
            continue  # inside their role and their bucket
        own = {name.removesuffix(suffix) for name in names(made) if name.endswith(suffix)}
        beginnings.setdefault(made.type, []).extend(own)
    for resource_type, found in beginnings.items():
        assert len(set(found)) == len(found), f"{resource_type}: two are named alike: {sorted(found)}"
        clashes = [pair for pair in permutations(found, 2) if pair[1].startswith(pair[0])]
        assert not clashes, f"{resource_type}: {clashes}"


@pytest.mark.requirement("ENV-2", "OBS-4", "APP-2")
def test_what_aws_dictates_is_dictated_for_a_reason(environment: Synthesized) -> None:
    """WAF writes only to groups whose name begins like this; it would refuse any other when it is applied."""
    logging = environment.one("aws_wafv2_web_acl_logging_configuration")
    group = environment.one("aws_cloudwatch_log_group", "log-group-firewall")
    assert logging["log_destination_configs"] == [f"${{{group.type}.{group.name}.arn}}"]
    assert group["name"].startswith("aws-waf-logs-")
    assert "aws_cloudwatch_log_resource_policy.firewall-log-policy" in logging["depends_on"], "WAF would write its own"
    exceptions = [
        name
        for made in environment.resources("aws_cloudwatch_log_group")
        for name in names(made)
        if not name.startswith("log-group-")
    ]
    assert len(exceptions) == len(DICTATED["aws_cloudwatch_log_group"]), exceptions


@pytest.mark.requirement("ENV-4")
def test_tags_are_what_the_settings_say_and_no_resource_says_otherwise(environment: Synthesized) -> None:
    home = environment.settings.environment
    for layer, document in environment.layers.items():
        (provider,) = document["provider"]["aws"]
        tags = provider["default_tags"][0]["tags"]
        said = {
            "Environment": home.suffix,
            "Project": home.project,
            "Owner": home.owner,
            "CostCenter": home.cost_center,
            "ManagedBy": "cdktf",
            "Layer": layer,
        }
        assert tags == said, f"{layer}: nothing that changes from day to day may be in a tag"
        for made in environment.resources(layer=layer):
            assert not said.keys() & (made.get("tags") or {}).keys(), made.address


@pytest.mark.requirement("ENV-5", "ENV-6")
def test_layers_read_each_others_state_where_it_is_written(environment: Synthesized) -> None:
    written = {layer: document["terraform"]["backend"]["s3"] for layer, document in environment.layers.items()}
    for layer in environment.layers:
        for producer, state in environment.remote_states(layer).items():
            where = written[producer]
            read = state["config"]
            assert state["backend"] == "s3"
            assert {key: read[key] for key in ("bucket", "key", "region")} == {
                key: where[key] for key in ("bucket", "key", "region")
            }, f"{layer} reads {producer} elsewhere than it is written"
