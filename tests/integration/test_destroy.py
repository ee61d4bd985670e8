"""Destroying an environment leaves nothing of it, and all of the one beside it. These tests come last."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ops.checks import all_checks, run_checks
from ops.checks.environment import LAYERS, log_group_names
from ops.lingering import only_lingers
from ops.synth import read_synthesized
from tests.integration.stage import DeploymentError, Stage

pytestmark = pytest.mark.embedded


@dataclass(frozen=True)
class Destroyed:
    """What a destroy command said, and the logs that it left, by layer."""

    said: str
    logs: dict[str, list[dict[str, Any]]]

    def times(self, layer: str, kind: str) -> dict[str, str]:
        """When Terraform did something to each resource of a layer."""
        return {
            message["hook"]["resource"]["addr"]: message["@timestamp"]
            for message in self.logs[layer]
            if message.get("type") == kind and message["hook"].get("action") == "delete"
        }


@pytest.fixture(scope="module")
def destroyed(request: pytest.FixtureRequest, stage: Stage, say: Callable[[str], None]) -> Destroyed:
    try:
        said = stage.destroy(say=say)
    except DeploymentError as failure:
        # Every other test here would fail for the same reason, and there are none after these.
        request.session.shouldstop = "the environment could not be destroyed"
        pytest.fail(str(failure), pytrace=False)
    runs = stage.environment.workspace.folder / "logs"
    folder = max(path for path in runs.iterdir() if path.name.endswith("-destroy"))
    return Destroyed(said=said, logs={path.stem: list(_messages(path)) for path in folder.glob("*.log")})


def _messages(log: Path) -> Iterator[dict[str, Any]]:
    for line in log.read_text(encoding="utf-8").splitlines():
        if line.startswith("{"):
            yield json.loads(line)


@pytest.mark.requirement("ENV-3")
def test_destroy_says_that_nothing_is_left(stage: Stage, destroyed: Destroyed) -> None:
    assert f"Nothing of {stage.environment.suffix} is left" in destroyed.said


@pytest.mark.requirement("ENV-3")
def test_nothing_that_costs_money_bears_the_tag_any_more(stage: Stage, destroyed: Destroyed) -> None:
    assert destroyed.logs
    aws = stage.deployed()
    # Keys wait for days before they go; stopped tasks and the like are remembered for a while. None costs anything.
    assert [arn for arn in aws.tagged() if not only_lingers(aws.session, arn)] == []


@pytest.mark.requirement("ENV-3")
@pytest.mark.parametrize(
    ("service", "operation", "items", "name"),
    [
        ("rds", "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
        ("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
        ("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", "DBClusterSnapshotIdentifier"),
        ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerName"),
        ("backup", "list_backup_vaults", "BackupVaultList", "BackupVaultName"),
        ("s3", "list_buckets", "Buckets", "Name"),
        ("ecr", "describe_repositories", "repositories", "repositoryName"),
        ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
        ("budgets", "describe_budgets", "Budgets", "BudgetName"),
        ("iam", "list_roles", "Roles", "RoleName"),
        ("kms", "list_aliases", "Aliases", "AliasName"),
        ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ],
)
def test_nothing_bears_the_name_any_more(
    stage: Stage, destroyed: Destroyed, service: str, operation: str, items: str, name: str
) -> None:
    assert destroyed.logs
    assert stage.neighbour
    aws, neighbour = stage.deployed(), stage.neighbour.suffix
    arguments = {"AccountId": aws.account_id} if service == "budgets" else {}
    found = [item[name] for item in aws.listed(service, operation, items, **arguments)]
    assert [one for one in found if aws.suffix in one and neighbour not in one] == []


@pytest.mark.requirement("ENV-3", "DB-5")
def test_log_groups_are_gone_and_stay_gone(stage: Stage, destroyed: Destroyed) -> None:
    assert destroyed.logs
    aws = stage.deployed()
    there = {group["logGroupName"] for group in aws.listed("logs", "describe_log_groups", "logGroups")}
    assert there & log_group_names(aws) == set()


@pytest.mark.requirement("ENV-3", "DB-5")
def test_log_group_outlives_the_cluster_that_would_make_it_again(destroyed: Destroyed) -> None:
    gone = destroyed.times("database", "apply_complete")["aws_rds_cluster.cluster"]
    begun = destroyed.times("database", "apply_start")["aws_cloudwatch_log_group.log-group-postgresql"]
    assert gone <= begun


@pytest.mark.requirement("ENV-3", "OBS-4")
def test_flow_log_ends_before_its_log_group(destroyed: Destroyed) -> None:
    gone = destroyed.times("network", "apply_complete")["aws_flow_log.flow-log"]
    begun = destroyed.times("network", "apply_start")["aws_cloudwatch_log_group.log-group-flow-logs"]
    assert gone <= begun


@pytest.mark.requirement("ENV-3", "ENV-5")
def test_layers_go_before_those_that_they_build_on(stage: Stage, destroyed: Destroyed) -> None:
    assert set(destroyed.logs) == set(LAYERS)
    layers = read_synthesized(stage.environment.workspace.synthesized).layers
    for layer in layers.values():
        for dependency in layer.dependencies:
            last = max(destroyed.times(layer.name, "apply_complete").values())
            first = min(destroyed.times(dependency, "apply_start").values())
            assert last <= first, f"{dependency} began to go before {layer.name} was gone"


@pytest.mark.requirement("ENV-2", "ENV-3")
def test_the_environment_beside_it_is_untouched(stage: Stage, destroyed: Destroyed) -> None:
    assert destroyed.logs
    results = run_checks(all_checks(), stage.deployed_neighbour(), tell=lambda _result: None)
    assert [f"{result.check.id}: {result.detail}" for result in results if not result.passed] == []
