"""An account with an environment's states in it, and the commands as they are run against it."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ops import cli
from ops.account import Environment
from ops.assumed import ensure_assumed
from ops.backend import Backend
from ops.bootstrap.command import bootstrap
from ops.synth import Layer, Synthesized
from stacks.settings import Settings
from tests.inputs.aws import PlayedAws
from tests.unit.synthesized import synthesize

BACKEND = Backend(bucket="states", lock_table="locks", region="us-east-1", key_alias="alias/states")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    said: str
    error: BaseException | None


def run(*arguments: str) -> Ended:
    """Run a command in this process."""
    result = CliRunner().invoke(cli.app, list(arguments))
    error = None if isinstance(result.exception, SystemExit) else result.exception
    return Ended(code=result.exit_code, said=result.output, error=error)


def everywhere(patch: pytest.MonkeyPatch, function: Callable[..., Any], instead: Callable[..., Any]) -> None:
    """Put another function in the place of one, wherever it was imported to."""
    for name, module in list(sys.modules.items()):
        if name.startswith("ops"):
            for attribute in [known for known, value in vars(module).items() if value is function]:
                patch.setattr(module, attribute, instead)


def synthesized_layers(settings: Settings, folder: Path) -> Synthesized:
    """An environment's layers, as main.py would write them, with a folder for each."""
    made = synthesize(settings)
    for name in made.layers:
        (folder / name).mkdir(parents=True)
    reads = {name: document.get("data", {}).get("terraform_remote_state", {}) for name, document in made.layers.items()}
    return Synthesized(
        {name: Layer(name, frozenset(reads[name]), folder / name, document) for name, document in made.layers.items()}
    )


def state(layer: str) -> dict[str, Any]:
    """A state as Terraform writes it."""
    arn = f"arn:aws:sns:us-east-1:123456789012:{layer}"
    return {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "1b2c",
        "outputs": {"arn": {"value": arn, "type": "string"}, "zones": {"value": ["a"], "type": ["list", "string"]}},
        "resources": [
            {
                "mode": "managed",
                "type": "aws_sns_topic",
                "name": layer,
                "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                "instances": [{"schema_version": 0, "attributes": {"arn": arn, "id": arn}, "dependencies": []}],
            }
        ],
        "check_results": None,
    }


def furnish(environment: Environment, aws: PlayedAws, *, layers: list[str]) -> None:
    """Put what an account has into the played AWS: what is assumed of every account, a place for state, and states."""
    bootstrap(environment, BACKEND)
    ensure_assumed(environment)
    session = environment.session()
    s3 = session.client("s3")
    for layer in layers:
        key = BACKEND.state_key(environment.suffix, layer)
        s3.put_object(Bucket=BACKEND.bucket, Key=key, Body=json.dumps(state(layer)))
    session.client("sns").create_topic(Name="known", Tags=[{"Key": "Environment", "Value": environment.suffix}])
    aws.asked.clear()
