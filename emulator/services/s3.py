"""S3: bucket policies with conditions, suspended versioning, access logging and lifecycle rules as they were put.

moto applies a Deny whatever its condition, so that a bucket that refuses plain HTTP refuses everything. For
access logs it looks for one exact statement in the target's policy. It forgets the versions in a bucket whose
versioning is suspended, and the parts of a lifecycle or logging configuration that it has no use for.
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.exceptions import NoSuchLifecycleConfiguration
from moto.s3.models import FakeBucket, LifecycleRule
from moto.s3.responses import S3Response
from moto.s3.utils import LOGGING_SERVICE_PRINCIPAL

from emulator.extension import extends

_set_lifecycle = FakeBucket.set_lifecycle
_get_bucket_logging = S3Response.get_bucket_logging

_Rule = dict[str, Any]

# The members of a rule that are lists in the API and repeated elements in the XML.
_REPEATED = {"Transition": "Transitions", "NoncurrentVersionTransition": "NoncurrentVersionTransitions"}

_AS_PATTERN = {"StringEquals", "ArnEquals", "StringLike", "ArnLike"}


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - a member of a policy is a string, an object or a list of them
    return value if isinstance(value, list) else [value]


def _names_logging_service(principal: str | dict[str, Any]) -> bool:
    if isinstance(principal, str):
        return principal == "*"
    return LOGGING_SERVICE_PRINCIPAL in _listed(principal.get("Service", []))


def _matches(patterns: Any, value: str) -> bool:  # noqa: ANN401 - likewise
    return any(fnmatchcase(value, str(pattern)) for pattern in _listed(patterns))


def _conditions_hold(condition: dict[str, dict[str, Any]], source: dict[str, str]) -> bool:
    """Evaluate what is known of a log delivery: the bucket it is for and that bucket's account."""
    return all(
        _matches(patterns, source[key.lower()])
        for operator, keys in condition.items()
        if operator in _AS_PATTERN
        for key, patterns in keys.items()
        if key.lower() in source
    )


def _is_for_everyone(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    return principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS", [])))


def _is_met(condition: dict[str, dict[str, Any]], request: dict[str, str]) -> bool:
    """Say whether every key of a condition is known of the request and has the value that is asked for."""
    return all(
        key.lower() in request
        and _matches([str(value).lower() for value in _listed(values)], request[key.lower()]) is not ("Not" in operator)
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


@extends(FakeBucket)
class ConfiguredBucket(FakeBucket):
    """A bucket with a policy, access logs that go to another bucket, and lifecycle rules."""

    @property
    def is_versioned(self) -> bool:
        """Say that objects have versions, which suspending the versioning leaves in place.

        An object that is put after that is one more version here; in AWS it replaces the version `null`.
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/VersioningWorkflows.html
        """
        return self.versioning_status is not None

    def get_permission(self, action: str, resource: str) -> PermissionResult:
        """Apply the statements for everyone whose condition holds; others say nothing of a caller.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
        """
        if not self.policy:
            return PermissionResult.NEUTRAL
        # AWS is reached over TLS; the server that stands for it here listens to its own machine.
        request = {"aws:securetransport": "true", "aws:principalaccount": self.account_id}
        applied = [
            {member: value for member, value in statement.items() if member != "Condition"}
            for statement in _listed(json.loads(self.policy)["Statement"])
            if _is_for_everyone(statement) and _is_met(statement.get("Condition", {}), request)
        ]
        return IAMPolicy(json.dumps({"Statement": applied})).is_action_permitted(action, resource)

    def _log_permissions_enabled_policy(self, target_bucket: FakeBucket, target_prefix: str | None) -> bool:  # type: ignore[override]
        """Say whether the target's policy lets the logging service write the logs of this bucket.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
        """
        if not target_bucket.policy:
            return False
        written = f"{target_bucket.arn}/{target_prefix or ''}"
        source = {"aws:sourcearn": self.arn, "aws:sourceaccount": self.account_id}
        return any(
            statement["Effect"] == "Allow"
            and _names_logging_service(statement.get("Principal", {}))
            and _matches([action.lower() for action in _listed(statement.get("Action", []))], "s3:putobject")
            and _matches(statement.get("Resource", []), written)
            and _conditions_hold(statement.get("Condition", {}), source)
            for statement in _listed(json.loads(target_bucket.policy)["Statement"])
        )

    def set_lifecycle(self, rules: list[_Rule]) -> None:
        """Keep every rule as it was put beside what moto understands of it.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
        """
        _set_lifecycle(self, rules)
        for rule, put in zip(self.rules, rules, strict=True):
            rule.__dict__["put"] = put


def _answered(rule: LifecycleRule) -> Iterator[tuple[str, Any]]:
    put: _Rule = rule.__dict__["put"]
    for member, value in put.items():
        if member == "Filter":
            yield member, _filter(value or {})
        elif member == "Prefix":
            yield member, value or ""
        else:
            yield _REPEATED.get(member, member), _listed(value) if member in _REPEATED else value


def _filter(put: _Rule) -> _Rule:
    answered = {member: "" if value is None else value for member, value in put.items()}
    if "And" in answered:
        answered["And"] = {
            ("Tags" if member == "Tag" else member): _listed(value) if member == "Tag" else value
            for member, value in put["And"].items()
        }
    return answered


@extends(S3Response)
class BucketConfigurations(S3Response):
    """The calls that read back a bucket's lifecycle and logging configurations."""

    def get_bucket_lifecycle(self) -> TYPE_RESPONSE:
        """Answer the rules as they were put.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
        """
        self.data["Action"] = "GetBucketLifecycleConfiguration"
        rules = self.backend.get_bucket_lifecycle(self.bucket_name)
        if not rules:
            raise NoSuchLifecycleConfiguration(bucket_name=self.bucket_name)
        result = {
            "Rules": [dict(_answered(rule)) for rule in rules],
            "TransitionDefaultMinimumObjectSize": "all_storage_classes_128K",
        }
        return self.serialized(ActionResult(result))

    def get_bucket_logging(self) -> TYPE_RESPONSE:
        """Answer also how the names of the log objects are made.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html
        """
        put = self.backend.get_bucket_logging(self.bucket_name)
        if "TargetObjectKeyFormat" not in put or "TargetGrants" in put:
            return _get_bucket_logging(self)
        self.data["Action"] = "GetBucketLogging"
        key_format = {member: value or {} for member, value in put["TargetObjectKeyFormat"].items()}
        return self.serialized(ActionResult({"LoggingEnabled": {**put, "TargetObjectKeyFormat": key_format}}))
