"""Encryption that gets weaker, at rest and on the way."""

import re
from collections.abc import Iterator

from ops.plan.changes import Action
from ops.review.model import Severity
from ops.review.risks.planned import UNKNOWN, Planned, Resource, Values
from ops.review.risks.rule import Finding, Rule, any_of, differ, dropped, lost, newly, turned_off, worse

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH

_POLICIES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html"
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html"
_ALGORITHM = "rule.apply_server_side_encryption_by_default.sse_algorithm"
_OLDEST_ALLOWED = 12  # TLS 1.2, as a policy's name writes it


def _unencrypted(values: Values) -> bool:
    return any(values.get(name, True) in {False, None} for name in ("storage_encrypted", "encrypted"))


def _oldest_tls(policy: object) -> int:
    """The oldest version of TLS that a security policy lets through, without its dot."""
    found = re.search(r"(?:TLS13|TLS|FS)-1-(\d)", str(policy))
    return 10 + int(found[1]) if found else 10


def _plain(values: Values) -> bool:
    """Whether a listener hands on what nobody has encrypted."""
    return values.get("protocol") == "HTTP" and any(
        action.get("type") not in {"redirect", "fixed-response"} for action in values.get("default_action") or []
    )


def _old_tls(values: Values) -> bool:
    policy = values.get("ssl_policy")
    encrypts = values.get("protocol") in {"HTTPS", "TLS"}
    return encrypts and policy is not UNKNOWN and bool(policy) and _oldest_tls(policy) < _OLDEST_ALLOWED


def _weaker_parameters(resource: Resource, _: Planned) -> Iterator[Finding]:
    if resource.action not in {Action.CHANGE, Action.REPLACE}:
        return
    before, after = (
        {one["name"]: one.get("value") for one in values.get("parameter") or []}
        for values in (resource.before, resource.after)
    )
    if before.get("rds.force_ssl") == "1" and after.get("rds.force_ssl") != "1":
        yield Finding(HIGH, "rds.force_ssl is not 1 any more: passwords and data may cross the network in the clear")
    old, new = before.get("ssl_min_protocol_version"), after.get("ssl_min_protocol_version")
    if old and str(new or "") < str(old):
        yield Finding(MEDIUM, f"ssl_min_protocol_version goes from {old} to {new or 'what the engine has'}")


RULES = (
    Rule(
        id="unencrypted",
        types=("aws_rds_cluster", "aws_db_instance", "aws_ebs_volume", "aws_efs_file_system"),
        looks_at="storage_encrypted, encrypted",
        check=newly(_unencrypted, HIGH, "What it holds, its snapshots and its backups are not encrypted"),
    ),
    Rule(
        id="topic-unencrypted",
        types=("aws_sns_topic", "aws_sqs_queue"),
        looks_at="kms_master_key_id, sqs_managed_sse_enabled",
        check=newly(
            lambda values: not values.get("kms_master_key_id") and not values.get("sqs_managed_sse_enabled"),
            MEDIUM,
            "Its messages are not encrypted under a key of ours",
        ),
        source="https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
    ),
    Rule(
        id="key-dropped",
        types=("aws_cloudwatch_log_group", "aws_cloudwatch_log_data_protection_policy", "aws_ecs_cluster"),
        looks_at="kms_key_id",
        check=worse(
            "kms_key_id", dropped, MEDIUM, "It falls back to a key of AWS's: nobody can revoke or audit its use"
        ),
    ),
    Rule(
        id="table-key-dropped",
        types=("aws_dynamodb_table",),
        looks_at="server_side_encryption",
        check=any_of(
            worse("server_side_encryption.enabled", turned_off, MEDIUM, "It falls back to a key that AWS owns"),
            worse("server_side_encryption.kms_key_arn", dropped, MEDIUM, "It falls back to a key that AWS owns"),
        ),
        source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html",
    ),
    Rule(
        id="key-changed",
        types=("aws_cloudwatch_log_group", "aws_sns_topic", "aws_dynamodb_table", "aws_kms_alias"),
        looks_at="kms_key_id, kms_master_key_id, server_side_encryption, target_key_id",
        check=any_of(
            *(
                worse(
                    name,
                    lambda before, after: bool(before and after),
                    LOW,
                    "What is new is under {after}, what is old needs {before}",
                )
                for name in ("kms_key_id", "kms_master_key_id", "server_side_encryption.kms_key_arn", "target_key_id")
            )
        ),
    ),
    Rule(
        id="bucket-key-dropped",
        types=("aws_s3_bucket_server_side_encryption_configuration",),
        looks_at="sse_algorithm, and destruction",
        check=any_of(
            worse(
                _ALGORITHM,
                lambda before, after: str(before).startswith("aws:kms") and not str(after).startswith("aws:kms"),
                MEDIUM,
                "From {before} to {after}: whoever may read the bucket may read it without a key",
            ),
            lost(
                MEDIUM, "New objects are under S3's own keys: whoever may read the bucket needs no other", of="bucket"
            ),
        ),
        source=_S3,
    ),
    Rule(
        id="rotation-off",
        types=("aws_kms_key",),
        looks_at="enable_key_rotation",
        check=worse("enable_key_rotation", turned_off, MEDIUM, "The key is not rotated any more"),
        source="https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    ),
    Rule(
        id="plain-listener",
        types=("aws_lb_listener",),
        looks_at="protocol, default_action",
        check=newly(
            _plain, HIGH, "It serves requests over HTTP: what visitors send can be read and changed on the way"
        ),
    ),
    Rule(
        id="old-tls",
        types=("aws_lb_listener",),
        looks_at="ssl_policy",
        check=any_of(
            newly(_old_tls, HIGH, "It accepts TLS older than 1.2"),
            worse(
                "ssl_policy",
                lambda before, after: _OLDEST_ALLOWED <= _oldest_tls(after) < _oldest_tls(before),
                MEDIUM,
                "From {before} to {after}, which accepts an older TLS",
            ),
        ),
        source=_POLICIES,
    ),
    Rule(
        id="plain-targets",
        types=("aws_lb_target_group",),
        looks_at="protocol",
        check=worse(
            "protocol",
            lambda before, after: (before, after) == ("HTTPS", "HTTP"),
            MEDIUM,
            "Between the load balancer and the tasks nothing is encrypted any more",
        ),
    ),
    Rule(
        id="certificate-replaced",
        types=("aws_lb_listener",),
        looks_at="certificate_arn",
        check=worse("certificate_arn", differ, LOW, "Visitors are shown another certificate: {after}"),
    ),
    Rule(
        id="database-tls-weaker",
        types=("aws_rds_cluster_parameter_group", "aws_db_parameter_group"),
        looks_at="rds.force_ssl, ssl_min_protocol_version",
        check=_weaker_parameters,
        source="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Security.SSL.html",
    ),
)
