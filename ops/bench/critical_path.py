"""The shortest that a deployment can take: the longest chain of waits that the AWS provider makes whatever AWS answers.

The provider sleeps before it first looks whether some resources are ready, and looks several times before it believes
it. The chain goes through resources that refer to each other, within a layer and from layer to layer.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ops.synth import Layer, Synthesized

# Seconds read off provider 5.100.0 against an AWS that answers at once; what is not here takes under three.
FIXED_WAITS = {
    "aws_budgets_budget": 5,
    "aws_db_event_subscription": 30,
    "aws_ecs_cluster": 10,
    "aws_kms_key": 12,
    "aws_lb": 60,
    "aws_rds_cluster": 30,
    "aws_rds_cluster_instance": 30,
    "aws_s3_bucket_lifecycle_configuration": 55,
    "aws_vpc": 10,
    "aws_vpc_endpoint": 5,
}

_REFERENCE = re.compile(r"\b(aws_[a-z0-9_]+\.[A-Za-z0-9_-]+)")


@dataclass(frozen=True)
class Step:
    """A resource on the path, and how long the provider waits for it."""

    layer: str
    address: str
    seconds: int


def critical_path(synthesized: Synthesized) -> list[Step]:
    """The chain of steps that takes longest."""
    paths: dict[str, list[Step]] = {}
    for layer in synthesized.layers.values():
        before = max((paths[producer] for producer in layer.dependencies), key=length, default=[])
        paths[layer.name] = before + _longest_in(layer)
    return max(paths.values(), key=length, default=[])


def length(path: Sequence[Step]) -> int:
    """How many seconds a chain takes."""
    return sum(step.seconds for step in path)


def _longest_in(layer: Layer) -> list[Step]:
    """The longest chain among a layer's own resources."""
    declared = layer.configuration.get("resource", {})
    resources = {f"{kind}.{name}": body for kind, named in declared.items() for name, body in named.items()}
    chains: dict[str, list[Step]] = {}

    def chain(address: str) -> list[Step]:
        if address not in chains:
            references = set(_REFERENCE.findall(json.dumps(resources[address]))) & (resources.keys() - {address})
            before = max((chain(reference) for reference in references), key=length, default=[])
            seconds = FIXED_WAITS.get(address.partition(".")[0], 0)
            chains[address] = [*before, Step(layer.name, address, seconds)] if seconds else before
        return chains[address]

    return max((chain(address) for address in resources), key=length, default=[])
