"""What can be set of an environment: the shape of `environments/NAME.toml`, with AWS's rules as validators.

Every key, its meaning and its default stand in environments/example.toml. `stacks.settings_file` reads a file into
these models and turns what they refuse into errors for people.
"""

import re
from datetime import date
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from stacks.rules import (
    HOUR,
    MAX_SUFFIX,
    REGION,
    WITHDRAWN_ENGINES,
    DatabaseWord,
    Email,
    RestoredCopy,
    TagValue,
    exactly_seven,
    free_range,
    ipv4_network,
    matches,
    not_below,
    owner_of,
)
from stacks.section import Section
from stacks.service_settings import ServiceSettings


class EnvironmentSettings(Section):
    """`[environment]`: which environment this is, where it lives, and who pays for it."""

    suffix: Annotated[
        str,
        matches(
            rf"(?=.{{1,{MAX_SUFFIX}}}$)[a-z0-9]+(-[a-z0-9]+)*",
            f"must be 1 to {MAX_SUFFIX} lower-case letters, digits and single hyphens, with no hyphen at either end "
            "(a load balancer's name has 32 characters at most)",
        ),
    ] = Field(examples=["prod"])
    account_id: Annotated[str, matches(r"[0-9]{12}", "must be the 12 digits of the AWS account, as a string")] = Field(
        examples=["111122223333"]
    )
    region: str = Field(default=REGION, examples=[REGION])
    project: TagValue = Field(examples=["shop"])
    owner: TagValue = Field(examples=["platform@example.com"])
    cost_center: TagValue = Field(examples=["cc-1234"])
    runbooks: Annotated[
        str,
        # It is in the description of every alarm, which has 1,024 characters at most.
        matches(
            r"(?=.{1,256}$)https://[!-z|~]+[!-.0-z|~]",
            "must be an https address of at most 256 characters that does not end in a slash and has no braces",
        ),
    ] = Field(
        default="https://github.com/your-org/aws-environment/blob/main/docs/runbooks",
        examples=["https://wiki.example.com/runbooks"],
    )

    @field_validator("region")
    @classmethod
    def _only_region(cls, value: str) -> str:
        if value != REGION:
            raise ValueError(f"{value!r} is not supported; this environment lives in {REGION} only")
        return value


class NetworkSettings(Section):
    """`[network]`: the VPC's range and its three zones."""

    zones: list[str] = Field(
        default=["us-east-1a", "us-east-1b", "us-east-1c"],
        examples=[["us-east-1a", "us-east-1b", "us-east-1c"]],
    )
    reserved_cidrs: list[str] = Field(default=[], examples=[["10.0.0.0/16"]])
    cidr: str = Field(default="10.20.0.0/16", examples=["10.20.0.0/16"])

    @field_validator("zones")
    @classmethod
    def _three_zones(cls, zones: list[str]) -> list[str]:
        if len(zones) != 3 or len(set(zones)) != 3 or not all(re.fullmatch(rf"{REGION}[a-f]", z) for z in zones):
            raise ValueError(f"must be three different zones of {REGION}")
        return zones

    @field_validator("reserved_cidrs")
    @classmethod
    def _are_networks(cls, values: list[str]) -> list[str]:
        for value in values:
            ipv4_network(value)
        return values

    @field_validator("cidr")
    @classmethod
    def _usable_range(cls, value: str, info: ValidationInfo) -> str:
        network = ipv4_network(value)
        if not any(
            network.subnet_of(IPv4Network(private)) for private in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
        ):
            raise ValueError(f"{value} is not within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
        if not 16 <= network.prefixlen <= 20:
            raise ValueError(f"/{network.prefixlen} does not fit: a VPC is /16 at most, and nine subnets need a /20")
        for reserved in info.data.get("reserved_cidrs", []):
            if network.overlaps(IPv4Network(reserved)):
                free = free_range(info.data["reserved_cidrs"])
                raise ValueError(f'{value} overlaps {reserved} of reserved_cidrs; for example: cidr = "{free}"')
        return value


class AlertingSettings(Section):
    """`[alerting]`: who hears of alarms."""

    emails: list[Email] = Field(examples=[["platform@example.com", "oncall@example.com"]])

    @field_validator("emails")
    @classmethod
    def _two_or_more(cls, emails: list[str]) -> list[str]:
        if len({email.lower() for email in emails}) != len(emails):
            raise ValueError("names an address twice")
        if len(emails) < 2:
            raise ValueError("needs at least two addresses: one person may be asleep, away or gone")
        return emails


class DatabaseSettings(Section):
    """`[database]`: the Aurora PostgreSQL cluster; capacities in Aurora capacity units (2 GiB each)."""

    engine_version: Annotated[str, matches(r"15\.[0-9]+", "must be a version of Aurora PostgreSQL 15, as a string")] = (
        Field(default="15.6", examples=["15.6"])
    )
    name: DatabaseWord = Field(default="app", examples=["app"])
    master_username: DatabaseWord = Field(default="postgres_admin", examples=["postgres_admin"])
    service_username: DatabaseWord = Field(default="app", examples=["app"])
    min_capacity: float = Field(default=0.5, ge=0.5, le=256, multiple_of=0.5, examples=[0.5])
    max_capacity: float = Field(default=8.0, ge=1, le=256, multiple_of=0.5, examples=[8])
    instances: int = Field(default=2, ge=2, le=6, examples=[2])
    backup_retention_days: int = Field(default=7, examples=[7])
    restored: RestoredCopy | None = Field(default=None, examples=["20261124-080000"])

    @field_validator("engine_version")
    @classmethod
    def _offered(cls, value: str) -> str:
        if value in WITHDRAWN_ENGINES:
            raise ValueError(f"AWS has withdrawn {value} and refuses new clusters of it")
        return value

    @field_validator("service_username")
    @classmethod
    def _not_the_master(cls, value: str, info: ValidationInfo) -> str:
        # A master user that signs in with tokens can sign in with its password no longer.
        if info.data.get("master_username") in {value, owner_of(value)}:
            raise ValueError(
                f"{value!r} and {owner_of(value)!r}, which owns its tables, must differ from master_username"
            )
        return value

    @field_validator("max_capacity")
    @classmethod
    def _not_below_minimum(cls, value: float, info: ValidationInfo) -> float:
        return not_below(value, info, "min_capacity")

    @field_validator("backup_retention_days")
    @classmethod
    def _seven_days(cls, value: int) -> int:
        return exactly_seven(value)


class SessionsSettings(Section):
    """`[sessions]`: the table of sessions."""

    restored: RestoredCopy | None = Field(default=None, examples=["20261124-080000"])


class BackupSettings(Section):
    """`[backup]`: when AWS Backup takes recovery points, and for how many days it keeps them."""

    schedule: Annotated[
        str,
        matches(
            rf"cron\([0-5]?[0-9] (\*|{HOUR}(,{HOUR})*|[*0]/{HOUR}) (\* \* \?|\? \* \*) \*\)",
            "must be a cron expression in UTC that fires every day (minutes 0-59, hours 0-23)",
        ),
    ] = Field(default="cron(0 5 * * ? *)", examples=["cron(0 5 * * ? *)"])
    retention_days: int = Field(default=7, examples=[7])

    @field_validator("retention_days")
    @classmethod
    def _seven_days(cls, value: int) -> int:
        return exactly_seven(value)


class MonitoringSettings(Section):
    """`[monitoring]`: the thresholds that are a matter of taste or money."""

    monthly_budget_usd: int = Field(default=600, ge=1, le=1_000_000_000, examples=[600])
    latency_p99_seconds: float = Field(default=1.5, gt=0, le=60, examples=[1.5])


class GameDaySettings(Section):
    """`[game_days]`: whether there are experiments that rehearse failures. None runs unless somebody starts it."""

    enabled: bool = Field(default=True, examples=[True])


class AcceptedRisk(Section):
    """`[[accepted_risk]]`: a risk that reviews may find and need not stop at. Nothing that is made depends on it."""

    rule: Annotated[str, matches(r"[a-z]+(-[a-z]+)*", "must be the id of a rule, as a review shows it")] = Field(
        examples=["log-retention-shortened"]
    )
    resource: Annotated[
        str,
        matches(
            r"([a-z]+|\*): aws_[a-z0-9_]+\.\S+",
            "must be a layer and a resource with its type, as a review shows them; * stands for any layer, and for any "
            "part of a name",
        ),
    ] = Field(examples=["compute: aws_cloudwatch_log_group.log-group-service"])
    reason: Annotated[str, matches(r"\s*(\S\s*){20,}", "must say in at least 20 letters why it may be")] = Field(
        examples=["Debug output of a load test, of no use to anybody a week later"]
    )
    until: date = Field(examples=["2027-01-31"])


class Settings(Section):
    """One environment, whole."""

    environment: EnvironmentSettings
    alerting: AlertingSettings
    service: ServiceSettings
    network: NetworkSettings = NetworkSettings()
    database: DatabaseSettings = DatabaseSettings()
    sessions: SessionsSettings = SessionsSettings()
    backup: BackupSettings = BackupSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    game_days: GameDaySettings = GameDaySettings()
    accepted_risk: list[AcceptedRisk] = Field(default=[])
