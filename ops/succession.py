"""A copy that `ops restore` made takes the place of what it was restored from.

Which copy runs is a setting, and part of what Terraform calls the resource, so that another copy is another resource
and not a new name for what exists. What carries data and belongs to another copy than the one that is to run is taken
out of the state, and never destroyed; what exists of the new one is imported. Both stand in the plan, are reviewed with
it and happen with it: https://developer.hashicorp.com/terraform/language/block/removed
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import boto3

from ops.account import Environment
from ops.errors import BadInputError
from ops.recover.identities import IDENTITIES
from ops.state import State
from ops.synth import Layer, Synthesized, rewritten

# By layer, and first what the rest of it belongs to: types, and what Terraform's names begin with.
_CARRIERS = {
    "database": (
        ("aws_rds_cluster", "cluster"),
        ("aws_rds_cluster_instance", "instance-"),
        ("aws_cloudwatch_log_group", "log-group-postgresql"),
    ),
    "storage": (("aws_dynamodb_table", "sessions"),),
}
_COPY = re.compile(r"-([0-9]{8}-[0-9]{6})$")


@dataclass(frozen=True)
class _Carrier:
    """A resource by its address, and by what it is known to AWS."""

    type: str
    name: str
    identity: str

    @property
    def address(self) -> str:
        return f"{self.type}.{self.name}"

    @property
    def copy(self) -> str | None:
        """The copy that it belongs to; None for what was there first."""
        found = _COPY.search(self.name)
        return found[1] if found else None


def with_succession(synthesized: Synthesized, existing: Mapping[str, State], environment: Environment) -> Synthesized:
    """The layers, with what Terraform has to adopt and to let go of where another copy is to run than does now.

    Raises BadInputError where the settings name a copy that is not there.
    """
    settings = environment.settings
    layers = dict(synthesized.layers)
    for name, copy in (("database", settings.database.restored), ("storage", settings.sessions.restored)):
        if name in layers:
            layers[name] = _succeeded(layers[name], existing[name], copy, environment)
    return Synthesized(layers=layers)


def _succeeded(layer: Layer, state: State, copy: str | None, environment: Environment) -> Layer:
    recorded = list(_recorded(layer.name, state))
    let_go = [carrier for carrier in recorded if carrier.copy != copy]
    known = {carrier.address for carrier in recorded}
    missing = [carrier for carrier in _declared(layer) if carrier.address not in known]
    if not missing or not (copy or let_go):
        return layer
    there = [carrier for carrier in missing if _EXISTS[carrier.type](environment.session(), carrier.identity)]
    if let_go and missing[0] not in there and missing[0].type == _CARRIERS[layer.name][0][0]:
        raise _no_such_copy(missing[0], layer.name, environment)
    blocks = {
        "import": [{"to": carrier.address, "id": carrier.identity} for carrier in there],
        "removed": [{"from": carrier.address, "lifecycle": {"destroy": False}} for carrier in let_go],
    }
    return rewritten(layer, {name: found for name, found in blocks.items() if found})


def _declared(layer: Layer) -> Iterator[_Carrier]:
    for resource_type, prefix in _CARRIERS[layer.name]:
        for name, body in layer.configuration.get("resource", {}).get(resource_type, {}).items():
            if name.startswith(prefix):
                yield _Carrier(resource_type, name, IDENTITIES[resource_type].format(**body))


def _recorded(layer: str, state: State) -> Iterator[_Carrier]:
    for resource_type, prefix in _CARRIERS[layer]:
        for one in state.resources:
            if (one["mode"], one["type"]) == ("managed", resource_type) and one["name"].startswith(prefix):
                for instance in one["instances"]:
                    identity = IDENTITIES[resource_type].format(**instance["attributes"])
                    yield _Carrier(resource_type, one["name"], identity)


def _no_such_copy(missing: _Carrier, layer: str, environment: Environment) -> BadInputError:
    kind = "database" if layer == "database" else "sessions"
    setting = f"restored of [{kind}]" + (f" is {missing.copy!r}" if missing.copy else " is not set")
    return BadInputError(
        f"There is no {missing.identity}, which would have to take over: {setting}.\n"
        f"  Make a copy: python -m ops restore {environment.command_line} {kind} --to TIME\n"
        f"  or correct environments/{environment.name}.toml."
    )


def _cluster_exists(session: boto3.Session, identifier: str) -> bool:
    filters = [{"Name": "db-cluster-id", "Values": [identifier]}]
    return bool(session.client("rds").describe_db_clusters(Filters=filters)["DBClusters"])


def _instance_exists(session: boto3.Session, identifier: str) -> bool:
    filters = [{"Name": "db-instance-id", "Values": [identifier]}]
    return bool(session.client("rds").describe_db_instances(Filters=filters)["DBInstances"])


def _log_group_exists(session: boto3.Session, name: str) -> bool:
    found = session.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(group["logGroupName"] == name for group in found)


def _table_exists(session: boto3.Session, name: str) -> bool:
    dynamodb = session.client("dynamodb")
    try:
        dynamodb.describe_table(TableName=name)
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    return True


_EXISTS: Mapping[str, Callable[[boto3.Session, str], bool]] = {
    "aws_cloudwatch_log_group": _log_group_exists,
    "aws_dynamodb_table": _table_exists,
    "aws_rds_cluster": _cluster_exists,
    "aws_rds_cluster_instance": _instance_exists,
}
