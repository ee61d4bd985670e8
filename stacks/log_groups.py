"""Log groups: one way to make them, so that each is encrypted and none keeps lines for ever."""

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup

from stacks.base import AnyLayer

RETENTION_DAYS = 30


def log_group(layer: AnyLayer, role: str, *, key_arn: str, name: str | None = None) -> CloudwatchLogGroup:
    """A log group of 30 days under the logs key. `name` is for groups whose name an AWS service dictates."""
    return CloudwatchLogGroup(
        layer,
        f"log-group-{role}",
        name=name or layer.names("log-group", role),
        kms_key_id=key_arn,
        retention_in_days=RETENTION_DAYS,
        skip_destroy=False,
    )
