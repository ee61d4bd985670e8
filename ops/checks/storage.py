"""Checks of the buckets and the session table."""

from typing import Any

from ops.checks.deployed import Deployed
from ops.checks.framework import check, only, require, same
from ops.checks.policies import Statement, denies_insecure, statements, unguarded_services
from stacks.names import session_table_of

BUCKETS = ("data", "logs")


def _bucket(aws: Deployed, operation: str, role: str) -> Any:  # noqa: ANN401 - AWS's answers are plain JSON
    return aws.ask("s3", operation, Bucket=aws.names.bucket(role))


def _policy(aws: Deployed, role: str) -> list[Statement]:
    return statements(_bucket(aws, "get_bucket_policy", role)["Policy"])


def _lifecycle(aws: Deployed, role: str) -> list[dict[str, Any]]:
    rules = _bucket(aws, "get_bucket_lifecycle_configuration", role)["Rules"]
    return [rule for rule in rules if rule["Status"] == "Enabled"]


def _table(aws: Deployed) -> dict[str, Any]:
    answer = aws.ask("dynamodb", "describe_table", TableName=session_table_of(aws.settings))
    return dict(answer["Table"])


@check("ST-1")
def buckets_are_private(aws: Deployed) -> None:
    """All public access to the buckets is blocked, and what is in them belongs to the account."""
    for role in BUCKETS:
        blocked = _bucket(aws, "get_public_access_block", role)["PublicAccessBlockConfiguration"]
        off = [name for name in blocked if not blocked[name]]
        require(len(blocked) == 4 and not off, f"the {role} bucket does not block {', '.join(off) or 'everything'}")
        owner = _bucket(aws, "get_bucket_ownership_controls", role)["OwnershipControls"]["Rules"]
        same(f"owner of what is in the {role} bucket", owner[0]["ObjectOwnership"], "BucketOwnerEnforced")


@check("ST-1")
def buckets_keep_versions(aws: Deployed) -> None:
    """Both buckets keep what is overwritten or deleted."""
    for role in BUCKETS:
        same(f"versioning of the {role} bucket", _bucket(aws, "get_bucket_versioning", role).get("Status"), "Enabled")


@check("ST-1", "ENV-8")
def data_bucket_is_encrypted(aws: Deployed) -> None:
    """The data bucket encrypts with the environment's own key, by way of a bucket key."""
    answer = _bucket(aws, "get_bucket_encryption", "data")["ServerSideEncryptionConfiguration"]
    rule = only("encryption rules of the data bucket", answer["Rules"])
    by_default = rule["ApplyServerSideEncryptionByDefault"]
    same("encryption of the data bucket", by_default["SSEAlgorithm"], "aws:kms")
    same("its key", by_default.get("KMSMasterKeyID"), aws.key_arn("storage"))
    require(rule["BucketKeyEnabled"], "the data bucket has no bucket key: every object costs a call of KMS")


@check("ENV-8")
def log_bucket_is_encrypted_as_the_load_balancer_can(aws: Deployed) -> None:
    """The log bucket is encrypted with SSE-S3, the only kind that the load balancer can write to."""
    answer = _bucket(aws, "get_bucket_encryption", "logs")["ServerSideEncryptionConfiguration"]
    rule = only("encryption rules of the log bucket", answer["Rules"])
    same("encryption of the log bucket", rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")


@check("ST-1", "ENV-8")
def buckets_refuse_plain_http(aws: Deployed) -> None:
    """Both buckets refuse everything that does not come over TLS."""
    for role in BUCKETS:
        require(denies_insecure(_policy(aws, role), "s3:*"), f"the {role} bucket can be used without TLS")


@check("ST-1", "ENV-7")
def buckets_let_in_nobody_unknown(aws: Deployed) -> None:
    """Bucket policies allow nobody but the services that write logs, for this account's resources."""
    for role in BUCKETS:
        for statement in _policy(aws, role):
            require(not (statement.allows and "*" in statement.principals), f"the {role} bucket lets everybody in")
        problems = list(unguarded_services(_policy(aws, role), f"the {role} bucket"))
        require(not problems, "; ".join(problems))


@check("APP-2", "ST-1")
def load_balancer_may_write_its_log(aws: Deployed) -> None:
    """The load balancer's log service may write to the log bucket, below this account's prefix only."""
    delivery = "logdelivery.elasticloadbalancing.amazonaws.com"
    found = [one for one in _policy(aws, "logs") if one.allows and delivery in one.principals]
    require(found, "the load balancer may not write its log")
    for statement in found:
        for arn in statement.resources:
            require(f"/AWSLogs/{aws.account_id}/" in arn, f"the load balancer may write to {arn}")


@check("ST-1")
def access_to_data_is_logged(aws: Deployed) -> None:
    """Access to the data bucket is logged to the log bucket."""
    logging = _bucket(aws, "get_bucket_logging", "data").get("LoggingEnabled", {})
    same("where access to the data bucket is logged", logging.get("TargetBucket"), aws.names.bucket("logs"))


@check("ST-1", "COST-1")
def data_moves_to_cheaper_storage(aws: Deployed) -> None:
    """Data moves to cheaper storage with age."""
    moves = [move for rule in _lifecycle(aws, "data") for move in rule.get("Transitions", [])]
    require(moves, "nothing in the data bucket ever moves to cheaper storage")


@check("ST-1", "COST-1")
def nothing_is_kept_for_ever_by_accident(aws: Deployed) -> None:
    """Replaced versions and abandoned uploads expire in both buckets, and logs do too."""
    for role in BUCKETS:
        rules = _lifecycle(aws, role)
        require(any("NoncurrentVersionExpiration" in rule for rule in rules), f"{role}: old versions stay for ever")
        require(any("AbortIncompleteMultipartUpload" in rule for rule in rules), f"{role}: lost uploads stay for ever")
    expires = any(rule.get("Expiration", {}).get("Days") for rule in _lifecycle(aws, "logs"))
    require(expires, "access logs stay for ever")


@check("ST-1", "OBS-2")
def data_bucket_reports_its_requests(aws: Deployed) -> None:
    """The data bucket publishes request metrics, without which its alarms would watch nothing."""
    found = _bucket(aws, "list_bucket_metrics_configurations", "data").get("MetricsConfigurationList", [])
    whole = [one["Id"] for one in found if not one.get("Filter")]
    alarm = only(
        "alarms",
        aws.ask("cloudwatch", "describe_alarms", AlarmNames=[aws.names("alarm", "data-bucket-failing")])[
            "MetricAlarms"
        ],
    )
    watched = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}["FilterId"]
    require(watched in whole, f"the data bucket publishes no request metrics as {watched}")


@check("ST-2", "COST-1")
def sessions_are_on_demand(aws: Deployed) -> None:
    """The session table is there, pays per request, and can be destroyed."""
    table = _table(aws)
    same("the session table is", table["TableStatus"], "ACTIVE")
    same("the session table is billed", table.get("BillingModeSummary", {}).get("BillingMode"), "PAY_PER_REQUEST")
    require(not table.get("DeletionProtectionEnabled"), "the session table is protected from deletion")


@check("ST-2", "ENV-8")
def sessions_are_encrypted(aws: Deployed) -> None:
    """The session table is encrypted with the environment's own key."""
    encryption = _table(aws).get("SSEDescription", {})
    same("encryption of the session table", encryption.get("Status"), "ENABLED")
    same("its key", encryption.get("KMSMasterKeyArn"), aws.key_arn("storage"))


@check("ST-2")
def sessions_can_go_back_in_time(aws: Deployed) -> None:
    """The session table has point-in-time recovery."""
    answer = aws.ask("dynamodb", "describe_continuous_backups", TableName=session_table_of(aws.settings))
    recovery = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    same("point-in-time recovery", recovery["PointInTimeRecoveryStatus"], "ENABLED")


@check("ST-2")
def sessions_expire(aws: Deployed) -> None:
    """Sessions expire by themselves."""
    answer = aws.ask("dynamodb", "describe_time_to_live", TableName=session_table_of(aws.settings))
    same("expiry of sessions", answer["TimeToLiveDescription"]["TimeToLiveStatus"], "ENABLED")


@check("ST-2")
def hot_sessions_can_be_found(aws: Deployed) -> None:
    """Contributor insights of the session table are on."""
    answer = aws.ask("dynamodb", "describe_contributor_insights", TableName=session_table_of(aws.settings))
    require(answer["ContributorInsightsStatus"] in {"ENABLED", "ENABLING"}, "contributor insights are off")
