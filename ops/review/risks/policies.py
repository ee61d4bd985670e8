"""Where policies are, of what, and what they allowed and denied before and after."""

from functools import lru_cache

from ops.review.risks.grants import Grant, grants
from ops.review.risks.planned import Planned, Resource, Values

TRUST, ENDPOINT = "aws_iam_role", "aws_vpc_endpoint"
INLINE = "aws_iam_role_policy"
# The attribute that holds a policy, and the one that names what it is the policy of, if that is another resource.
POLICIES = {
    "aws_backup_vault_policy": ("policy", "backup_vault_name"),
    "aws_cloudwatch_log_resource_policy": ("policy_document", None),
    "aws_dynamodb_resource_policy": ("policy", "resource_arn"),
    "aws_ecr_repository_policy": ("policy", "repository"),
    "aws_iam_policy": ("policy", None),
    TRUST: ("assume_role_policy", None),
    INLINE: ("policy", "role"),
    "aws_kms_key": ("policy", None),
    "aws_kms_key_policy": ("policy", "key_id"),
    "aws_s3_bucket_policy": ("policy", "bucket"),
    "aws_secretsmanager_secret_policy": ("policy", "secret_arn"),
    "aws_sns_topic_policy": ("policy", "arn"),
    "aws_sqs_queue_policy": ("policy", "queue_url"),
    ENDPOINT: ("policy", None),
}
OF_IDENTITIES = {"aws_iam_policy", INLINE}


def newly_allowed(resource: Resource, planned: Planned) -> list[Grant]:
    """What is allowed after and was not before."""
    old = known_before(resource, planned)
    return [
        one
        for one in read(resource, resource.after)
        if one.allows and one not in old and not any(known.covers(one) for known in old)
    ]


@lru_cache(maxsize=64)
def known_before(resource: Resource, planned: Planned) -> frozenset[Grant]:
    """What was allowed or denied before, of a role by all of its policies."""
    own = read(resource, resource.before)
    if resource.type != INLINE:
        return own
    role = resource.after.get("role") or resource.before.get("role")
    fellows = [one for one in planned.of(INLINE) if one.before and one.before.get("role") == role]
    return own.union(*(read(one, one.before) for one in fellows))


def read(resource: Resource, values: Values) -> frozenset[Grant]:
    """What a policy allows and denies, before or after; nothing where there is none, or it is not known."""
    policy = policy_in(resource, values)
    return _grants(policy) if isinstance(policy, str) and policy else frozenset()


@lru_cache(maxsize=512)
def _grants(policy: str) -> frozenset[Grant]:
    try:
        return grants(policy)
    except ValueError:
        return frozenset()


def policy_in(resource: Resource, values: Values) -> object:
    """The policy as it stands in a resource, before or after."""
    return values.get(POLICIES[resource.type][0])


def is_fresh(resource: Resource, planned: Planned) -> bool:
    """Whether what the policy is of is made by this plan, so that nothing was allowed on it or to it before."""
    container = POLICIES[resource.type][1]
    if resource.before or not container:
        return not resource.before
    return planned.is_new(resource.after.get(container))
