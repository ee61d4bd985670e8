"""Permissions that are wider than they were, by what the policies before and after allow and deny."""

from collections.abc import Iterable, Iterator

from ops.plan.changes import Action
from ops.review.model import Severity
from ops.review.risks.grants import EVERYBODY, Among, Condition, Grant, covers, overlap
from ops.review.risks.planned import UNKNOWN, Planned, Resource
from ops.review.risks.policies import (
    ENDPOINT,
    OF_IDENTITIES,
    POLICIES,
    TRUST,
    is_fresh,
    known_before,
    newly_allowed,
    policy_in,
    read,
)
from ops.review.risks.rule import Finding, Rule, dropped, lost, worse
from ops.review.risks.wording import told

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH

# What leads to every other permission, to the end of data, or to secrets.
_GRAVE = (
    "*:delete*bucket", "*:delete*cluster", "*:deletedb*", "*:deleterecoverypoint", "*:deletetable", "*:deletebackup*",
    "iam:add*", "iam:attach*", "iam:create*", "iam:passrole", "iam:put*", "iam:update*",
    "kms:creategrant", "kms:disablekey", "kms:putkeypolicy", "kms:schedulekeydeletion",
    "s3:deleteobjectversion", "s3:putbucketpolicy", "secretsmanager:getsecretvalue", "sts:assumerole",
)  # fmt: skip
_MANAGED = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess", "*FullAccess")
_EVALUATION = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"


def _wider(resource: Resource, planned: Planned) -> Iterator[Finding]:
    """What is allowed now and was not, of something that there was before."""
    if is_fresh(resource, planned):
        return
    old = known_before(resource, planned)
    new = [
        one
        for one in newly_allowed(resource, planned)
        if not _is_public(one, resource) and not _is_star(one, resource, planned)
    ]
    conditioned = {one: _lost_conditions(one, old) for one in new}
    wider = [one for one in new if not conditioned[one]]
    if wider:
        yield Finding(max(_weight(one, resource, planned) for one in wider), f"It allows now: {told(wider)}")
    for conditions in {conditioned[one] for one in new if conditioned[one]}:
        freed = [one for one in new if conditioned[one] == conditions]
        severity = max(MEDIUM, *(_weight(one, resource, planned) for one in freed))
        lifted = " and ".join(sorted(map(str, conditions)))
        yield Finding(severity, f"It allows without the condition that {lifted}: {told(freed)}")


def _public(resource: Resource, planned: Planned) -> Iterator[Finding]:
    public = [one for one in newly_allowed(resource, planned) if _is_public(one, resource)]
    if public:
        yield Finding(HIGH, f"It allows everybody: {told(public)}")


def _stars(resource: Resource, planned: Planned) -> Iterator[Finding]:
    stars = [
        one
        for one in newly_allowed(resource, planned)
        if _is_star(one, resource, planned) and not _is_public(one, resource)
    ]
    if stars:
        yield Finding(HIGH, f"It allows everything: {told(stars)}")


def _denies_less(resource: Resource, planned: Planned) -> Iterator[Finding]:
    """What was denied and is not any more, which some other policy may allow."""
    if not resource.before or (resource.after and policy_in(resource, resource.after) is UNKNOWN):
        return
    container = POLICIES[resource.type][1]
    if (container and planned.goes(resource.before.get(container))) or (not container and resource.goes):
        return
    after = read(resource, resource.after)
    freed = [
        one for one in read(resource, resource.before) if not one.allows and not any(new.covers(one) for new in after)
    ]
    if freed:
        yield Finding(HIGH, f"It denies no more: {told(freed)}")


def _unread(resource: Resource, _: Planned) -> Iterator[Finding]:
    if resource.action is Action.CHANGE and policy_in(resource, resource.after) is UNKNOWN:
        yield Finding(
            MEDIUM, "What its policy will say is known only once what it names has been made: compare the code by hand"
        )


def _attached(resource: Resource, planned: Planned) -> Iterator[Finding]:
    arn = str(resource.after.get("policy_arn"))
    name = arn.rpartition("/")[2]
    if resource.action not in {Action.CREATE, Action.REPLACE} or resource.before.get("policy_arn") == arn:
        return
    if any(covers(pattern, name) for pattern in _MANAGED):
        yield Finding(HIGH, f"The role gets {name}, which allows more than anybody needs at once")
    elif not planned.is_new(resource.after.get("role")):
        yield Finding(MEDIUM, f"The role gets what {name} allows, and keeps what it has")


def _is_public(grant: Grant, resource: Resource) -> bool:
    """Whether everybody is let in. Whoever comes through an endpoint is within the network."""
    return grant.public and resource.type != ENDPOINT


def _is_star(grant: Grant, resource: Resource, planned: Planned) -> bool:
    """Whether it allows all actions, or all of a service, on anything, to others than the account that owns it."""
    action = grant.action.negated or any(one.rpartition(":")[2] == "*" for one in grant.action.patterns)
    anywhere = grant.resource.negated or EVERYBODY in grant.resource.patterns
    owner = grant.principal == Among(frozenset({f"account {planned.account_id}"}))
    if resource.type in OF_IDENTITIES:
        return action and (anywhere or EVERYBODY in grant.action.patterns)
    return action and resource.type != TRUST and not owner and planned.account_id is not None


def _lost_conditions(grant: Grant, old: Iterable[Grant]) -> frozenset[Condition]:
    """The conditions under which alone it was allowed before, and whose keys it does not look at any more."""
    looked_at = {one.key for one in grant.conditions}
    before = [one.conditions_beyond(grant) for one in old if one.covers_but_for_conditions(grant)]
    lifted = [found for found in before if not any(one.key in looked_at for one in found)]
    return frozenset(min(lifted, key=lambda found: sorted(map(str, found)), default=[]))


def _weight(grant: Grant, resource: Resource, planned: Planned) -> Severity:
    if resource.type == TRUST:
        service = all(one.endswith(".amazonaws.com") for one in grant.principal.patterns)
        return MEDIUM if service else HIGH
    grave = grant.action.negated or any(map(_is_grave, grant.action.folded.patterns))
    return HIGH if grave or _is_foreign(grant, planned) else MEDIUM


def _is_grave(action: str) -> bool:
    """Whether an action may be one of the grave ones."""
    service, _, name = action.partition(":")
    return any(
        overlap(service, grave_service) and overlap(name or EVERYBODY, grave_name)
        for grave_service, _, grave_name in (one.partition(":") for one in _GRAVE)
    )


def _is_foreign(grant: Grant, planned: Planned) -> bool:
    """Whether it lets another account in."""
    own = planned.account_id
    named = [one for one in grant.principal.patterns if one.startswith(("account ", "arn:"))]
    return own is not None and any(own not in one for one in named)


RULES = (
    Rule(
        id="permissions-wider",
        types=tuple(POLICIES),
        looks_at="what policies allow, before and after, by meaning",
        check=_wider,
        source=_EVALUATION,
    ),
    Rule(
        id="public-policy",
        types=tuple(POLICIES),
        looks_at="principals that stand for everybody",
        check=_public,
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    ),
    Rule(
        id="everything-allowed",
        types=tuple(POLICIES),
        looks_at="actions that stand for all, new roles included",
        check=_stars,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    ),
    Rule(
        id="denial-dropped",
        types=tuple(POLICIES),
        looks_at="what policies deny, before and after, by meaning",
        check=_denies_less,
        source=_EVALUATION,
    ),
    Rule(
        id="policy-unknown",
        types=tuple(POLICIES),
        looks_at="policies that are known only after the apply",
        check=_unread,
    ),
    Rule(
        id="managed-policy-attached",
        types=("aws_iam_role_policy_attachment", "aws_iam_user_policy_attachment", "aws_iam_group_policy_attachment"),
        looks_at="policy_arn",
        check=_attached,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
    ),
    Rule(
        id="boundary-removed",
        types=("aws_iam_role", "aws_iam_user"),
        looks_at="permissions_boundary",
        check=worse("permissions_boundary", dropped, HIGH, "Nothing limits any more what its policies can allow"),
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    ),
    Rule(
        id="guard-removed",
        types=("aws_iam_role_policies_exclusive", "aws_iam_role_policy_attachments_exclusive"),
        looks_at="destruction",
        check=lost(MEDIUM, "Policies that are added by hand to the role stay from now on", of="role_name"),
    ),
)
