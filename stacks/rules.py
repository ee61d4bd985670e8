"""AWS's rules about single values, each stated in words for whoever broke it."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

REGION = "us-east-1"

# Load balancers have the shortest names of all that is named here: 32 characters, "alb-" included.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
MAX_SUFFIX = 32 - len("alb-")

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
FARGATE_MEMORY = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
}

# No braces, here and wherever else a pattern has none: Terraform takes what is in ${} or %{} for an expression.
EMAIL_PATTERN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`|~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
DOMAIN_PATTERN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
# A certificate may be for all names below a domain.
CERTIFICATE_DOMAIN = re.compile(rf"(\*\.)?{DOMAIN_PATTERN.pattern}")
# An hour of the day, as AWS's cron expressions write it.
HOUR = r"(1?[0-9]|2[0-3])"
CERTIFICATE_ARN = re.compile(rf"arn:aws:acm:{REGION}:\d{{12}}:certificate/[A-Za-z0-9-]+", re.ASCII)
WITHDRAWN_ENGINES = {"15.3", "15.5"}

# How long an experiment keeps a connection cut: enough for every alarm to notice, and short enough to sit through.
CUT_MINUTES = 5


def matches(pattern: str, rule: str) -> AfterValidator:
    """A validator that states the rule in words instead of showing the pattern."""
    expression = re.compile(pattern)

    def check(value: str) -> str:
        if not expression.fullmatch(value):
            raise ValueError(rule)
        return value

    return AfterValidator(check)


def _check_email(value: str) -> str:
    if not EMAIL_PATTERN.fullmatch(value):
        raise ValueError(f"{value!r} is not an e-mail address")
    return value


def _check_domain(value: str) -> str:
    if not DOMAIN_PATTERN.fullmatch(value):
        raise ValueError(f"{value!r} is not a domain name (lower case, at least two labels)")
    return value


Email = Annotated[str, AfterValidator(_check_email)]
Domain = Annotated[str, AfterValidator(_check_domain)]
# Tag values: https://docs.aws.amazon.com/general/latest/gr/aws_tagging.html
TagValue = Annotated[
    str,
    matches(r"[\w .:/=+\-@]{1,256}", "must be 1 to 256 letters, digits, spaces or any of . : / = + - @ _"),
]
DatabaseWord = Annotated[
    str,
    matches(
        r"(?!(rdsadmin|rds_superuser|postgres)$)[a-z][a-z0-9_]{0,62}",
        "must start with a letter, have only lower-case letters, digits and _, and be no reserved name",
    ),
]


# When what runs now was restored: docs/decisions/switching-to-a-restored-copy.md.
RestoredCopy = Annotated[
    str, matches(r"[0-9]{8}-[0-9]{6}", "must be a time as `ops restore` prints it, for example: 20261124-080000")
]


ImageDigest = Annotated[
    str, matches(r"sha256:[0-9a-f]{64}", "must be sha256: and 64 hexadecimal digits, as `ops image push` prints it")
]


def owner_of(username: str) -> str:
    """The database user that owns the tables which `username` may only use. PostgreSQL cuts names at 63 characters."""
    return f"{username[: 63 - len('_owner')]}_owner"


def ipv4_network(value: str) -> IPv4Network:
    """The range that `value` writes, as AWS and Terraform write it too. Raises ValueError when it is none."""
    try:
        network = IPv4Network(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not an IPv4 range: {error}") from error
    if value not in {str(network), str(network.network_address)}:
        raise ValueError(f"{value!r} is written {network}")
    return network


def not_below(value: float, info: ValidationInfo, other: str) -> float:
    """The value, which must not be less than that of the field `other`, declared before it."""
    minimum = info.data.get(other)
    if minimum is not None and value < minimum:
        raise ValueError(
            f"{value:g} is below {other}, which is {minimum:g}; for example: {info.field_name} = {minimum:g}"
        )
    return value


def exactly_seven(value: int) -> int:
    """The value, which the backup policy fixes."""
    if value != 7:
        raise ValueError(f"{value} is not possible: backups are kept for exactly 7 days")
    return value


def free_range(reserved: Sequence[str]) -> str:
    """A range for a VPC that overlaps none of `reserved`, to be shown as an example."""
    candidates = [f"10.{second}.0.0/16" for second in range(20, 256)] + ["172.16.0.0/16", "192.168.0.0/16"]
    taken = [IPv4Network(value) for value in reserved]
    free = (value for value in candidates if not any(IPv4Network(value).overlaps(other) for other in taken))
    return next(free, candidates[0])
