"""Whose AWS a command talks to: the embedded one, or the account that the settings name."""

import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import boto3

from ops.answers import aws_session
from ops.emulator import Emulator, running_emulator
from ops.errors import BadInputError
from ops.workspace import Workspace
from stacks.rules import REGION
from stacks.settings import Settings
from stacks.settings_file import load_settings

EMBEDDED = "local"
# Names the record of an embedded AWS other than that of `make local`: tests and measurements have one of their own.
RECORD_VARIABLE = "EMBEDDED_AWS_RECORD"
_DUMMY_KEY = "embedded"
# Variables that would lead away from the embedded AWS, or to another account on it.
_LEADS_ELSEWHERE = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)


@dataclass(frozen=True)
class Environment:
    """An environment that a command works on: its settings, its working files, and whose AWS it lives in."""

    name: str
    settings: Settings
    embedded: bool
    workspace: Workspace
    emulator: Emulator | None = None

    @property
    def suffix(self) -> str:
        """What sets this environment apart in its account."""
        return self.settings.environment.suffix

    @property
    def account_id(self) -> str:
        """The account that the settings name."""
        return self.settings.environment.account_id

    def session(self) -> boto3.Session:
        """A session on the AWS of this environment: `enter` has pointed the process at it."""
        return self._session

    @cached_property
    def _session(self) -> boto3.Session:
        # One for all: a session reads the description of each service from disk once, and that takes its time.
        return aws_session(self.settings.environment.region)

    @property
    def command_line(self) -> str:
        """How a person names this environment behind `python -m ops COMMAND`."""
        parts = [self.name]
        if self.settings.environment.suffix != load_settings(self.name).environment.suffix:
            parts.append(f"--suffix {self.suffix}")
        if self.embedded and self.name != EMBEDDED:
            parts.append("--embedded")
        return " ".join(parts)


def load_environment(name: str, *, suffix: str | None, embedded: bool) -> Environment:
    """The environment `name`, without asking any AWS. Raises SettingsError when its settings cannot be used."""
    settings = load_settings(name, suffix=suffix)
    workspace = Workspace(suffix=settings.environment.suffix)
    return Environment(name=name, settings=settings, embedded=embedded or name == EMBEDDED, workspace=workspace)


def enter(environment: Environment) -> Environment:
    """The environment, with this process and its children pointed at its AWS, which is proven to be the right account.

    Raises BadInputError when the embedded AWS is not running, or the credentials are of another account.
    """
    if environment.embedded:
        record = os.environ.get(RECORD_VARIABLE) or environment.workspace.shared / "emulator.json"
        return enter_embedded(environment, running_emulator(Path(record)))
    check_account(environment)
    return environment


def enter_embedded(environment: Environment, emulator: Emulator) -> Environment:
    """Point this process and its children at the embedded AWS.

    Environment variables alone do that, for boto3, the provider, the S3 backend and remote state alike: nothing in
    the stacks knows of it.
    """
    for name in _LEADS_ELSEWHERE:
        os.environ.pop(name, None)
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")]:
        del os.environ[name]
    os.environ.update(embedded_variables(emulator.endpoint))
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    # A call that the emulator lacks is answered with a 500, which the provider would repeat for minutes.
    os.environ["AWS_MAX_ATTEMPTS"] = "3"
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, [os.environ.get("NO_PROXY"), "127.0.0.1"]))
    _enter_account(environment.account_id)
    return replace(environment, embedded=True, emulator=emulator)


def embedded_variables(endpoint: str) -> dict[str, str]:
    """The environment variables with which any AWS client talks to the embedded AWS."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": _DUMMY_KEY,
        "AWS_SECRET_ACCESS_KEY": _DUMMY_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def check_account(environment: Environment) -> None:
    """Raise BadInputError unless the credentials are of the account that the settings name."""
    identity = environment.session().client("sts").get_caller_identity()
    if identity["Account"] != environment.account_id:
        raise BadInputError(
            f"These credentials are of account {identity['Account']}, as {identity['Arn']},\n"
            f"  but environments/{environment.name}.toml says account_id = {environment.account_id!r}.\n"
            "  Sign in to that account (AWS_PROFILE), or correct the file."
        )


def _enter_account(account_id: str) -> None:
    """Become `account_id` on the embedded AWS, which has every account, by assuming a role there."""
    sts = boto3.client("sts", region_name=REGION)
    if sts.get_caller_identity()["Account"] == account_id:
        return
    role = f"arn:aws:iam::{account_id}:role/embedded"
    credentials = sts.assume_role(RoleArn=role, RoleSessionName="embedded")["Credentials"]
    os.environ["AWS_ACCESS_KEY_ID"] = credentials["AccessKeyId"]
    os.environ["AWS_SECRET_ACCESS_KEY"] = credentials["SecretAccessKey"]
    os.environ["AWS_SESSION_TOKEN"] = credentials["SessionToken"]
