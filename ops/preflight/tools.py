"""What has to be on this machine, and whose credentials it has."""

import re
import shutil
import subprocess

from ops.account import Environment
from ops.checks.deployed import Deployed
from ops.preflight.finding import Answer, failure, ok
from ops.terraform import find_binary

_OLDEST_NODE = 18


def terraform(_account: Deployed) -> Answer:
    """Whether there is a Terraform that is new enough; an error says what is wrong with what there is."""
    binary = find_binary()
    return ok(f"{binary.product} {binary.version}")


def node(_account: Deployed) -> Answer:
    """Whether there is a Node to synthesize with."""
    remedy = f"Install Node {_OLDEST_NODE} or newer: https://nodejs.org"
    path = shutil.which("node")
    if path is None:
        return failure("node is not on the PATH", remedy)
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    version = re.match(r"v(\d+)\.", said)
    if version is None or int(version[1]) < _OLDEST_NODE:
        return failure(f"{path} is {said or 'of no version'}", remedy)
    return ok(f"node {said.removeprefix('v')}")


def identity(environment: Environment, account: Deployed) -> Answer:
    """Whether the credentials are of the account that the settings name."""
    found = account.ask("sts", "get_caller_identity")
    if found["Account"] != environment.account_id:
        return failure(
            f"these credentials are of account {found['Account']}, not of {environment.account_id}",
            f"Sign in to that account, or correct account_id in environments/{environment.name}.toml.",
        )
    return ok(f"account {found['Account']}, {account.region}, as {found['Arn']}")
