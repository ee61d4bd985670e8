"""Wider permissions: policies are compared by what they mean, and never by how they are written."""

import json
from typing import Any

import pytest

from tests.review.plans import Placed
from tests.review.risky import ACCOUNT, judged, made, risks

Statement = dict[str, Any]
OTHER = "arn:aws:iam::999999999999:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/one"
TLS = {"Bool": {"aws:SecureTransport": "true"}}


def allow(action: str | list[str], on: str | list[str] = "arn:aws:s3:::b/*", **more: Any) -> Statement:  # noqa: ANN401
    return {"Effect": "Allow", "Action": action, "Resource": on, **more}


def deny(action: str, on: str = "arn:aws:s3:::b/*", **more: Any) -> Statement:  # noqa: ANN401
    return {"Effect": "Deny", "Action": action, "Resource": on, **more}


def policy(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def of_role(*statements: Statement) -> Placed:
    role = {"name": "role", "id": "role"}
    return {
        "compute.aws_iam_role.role": role,
        "compute.aws_iam_role_policy.one": {"role": "role", "policy": policy(*statements)},
    }


def of_bucket(*statements: Statement) -> Placed:
    return {
        "storage.aws_s3_bucket.data": {"bucket": "b"},
        "storage.aws_s3_bucket_policy.one": {"bucket": "b", "policy": policy(*statements)},
    }


def if_(operator: str, values: str | list[str]) -> Statement:
    return allow("s3:GetObject", Condition={operator: {"aws:UserAgent": values}})


GET = allow("s3:GetObject")
SAME = [
    ([allow(["s3:GetObject", "s3:PutObject"])], [allow("s3:PutObject"), allow("s3:GetObject")]),
    ([GET], [allow("S3:getobject")]),
    ([allow("s3:Get*")], [GET]),
    ([allow("s3:GetObject", "*")], [GET]),
    ([GET], [{**GET, "Sid": "New", "Resource": [GET["Resource"]]}]),
    ([GET], [{**GET, "Condition": TLS}]),
    ([allow(["s3:GetObject", "s3:PutObject"])], [GET]),
    ([deny("s3:Put*")], [deny("s3:*")]),
    ([deny("s3:Put*", Condition=TLS)], [deny("s3:Put*")]),
    ([allow("s3:GetObject", Condition={"StringLike": {"aws:PrincipalArn": ["a*", "b"]}})],
     [allow("s3:GetObject", Condition={"StringEquals": {"aws:principalarn": "ab"}})]),
    ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "a"}], [allow("s3:GetObject", "a")]),
    ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "a"}],
     [{"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "a"}]),
    ([allow("*", "a")], [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "a"}]),
    ([if_("StringEquals", ["a", "b"])], [if_("StringEquals", "a")]),
    ([if_("StringNotEquals", "a")], [if_("StringNotEquals", ["a", "b"])]),
    ([if_("NumericLessThan", "5")], [{**if_("NumericLessThan", "5"), "Action": "s3:getObject"}]),
]  # fmt: skip
WIDER = [
    ([if_("NumericLessThan", "5")], [if_("NumericLessThan", "10")], "permissions-wider MEDIUM"),
    ([if_("StringEquals", "a")], [if_("StringLike", "a*")], "permissions-wider MEDIUM"),
    ([GET], [allow(["s3:GetObject", "s3:PutObject"])], "permissions-wider MEDIUM"),
    ([GET], [allow("s3:Get*")], "permissions-wider MEDIUM"),
    ([GET], [allow("s3:GetObject", "*")], "permissions-wider MEDIUM"),
    ([allow("s3:Get?")], [allow("s3:Get*")], "permissions-wider MEDIUM"),
    ([{**GET, "Condition": TLS}], [GET], "permissions-wider MEDIUM"),
    ([allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalArn": "a"}})],
     [allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalArn": ["a", "b"]}})], "permissions-wider MEDIUM"),
    ([allow("s3:GetObject", Condition={"StringNotEquals": {"aws:PrincipalArn": ["a", "b"]}})],
     [allow("s3:GetObject", Condition={"StringNotEquals": {"aws:PrincipalArn": ["a"]}})], "permissions-wider MEDIUM"),
    ([allow("s3:GetObject", Condition=TLS)],
     [allow("s3:GetObject", Condition={"BoolIfExists": {"aws:SecureTransport": "true"}})], "permissions-wider MEDIUM"),
    ([GET], [GET, allow("iam:PassRole", "*")], "permissions-wider HIGH"),
    ([GET], [GET, allow("rds:Delete*", "*")], "permissions-wider HIGH"),
    ([{"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "a"}],
     [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "a"}], "permissions-wider HIGH"),
    ([GET], [GET, allow("s3:*", "*")], "everything-allowed HIGH"),
    ([GET], [GET, allow("*", "arn:aws:s3:::b")], "everything-allowed HIGH"),
    ([GET, deny("s3:Put*")], [GET], "denial-dropped HIGH"),
    ([GET, deny("s3:Put*")], [GET, deny("s3:PutObject")], "denial-dropped HIGH"),
    ([GET, deny("s3:Put*")], [GET, deny("s3:Put*", Condition=TLS)], "denial-dropped HIGH"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), SAME)
def test_what_allows_no_more_is_not_wider_however_it_is_written(
    before: list[Statement], after: list[Statement]
) -> None:
    assert judged(made(of_role(*before), of_role(*after))) == set()


@pytest.mark.parametrize(("before", "after", "said"), WIDER)
def test_what_allows_more_or_denies_less_is_told(before: list[Statement], after: list[Statement], said: str) -> None:
    assert judged(made(of_role(*before), of_role(*after))) == {said}


def test_what_is_allowed_now_is_told_with_the_action_and_the_resource() -> None:
    (risk,) = risks(made(of_role(GET), of_role(GET, allow("s3:PutObject", "arn:aws:s3:::other/*"))))
    assert risk.reason == "It allows now: s3:PutObject on arn:aws:s3:::other/*"


def test_a_lifted_condition_is_named() -> None:
    (risk,) = risks(made(of_role({**GET, "Condition": TLS}), of_role(GET)))
    assert "without the condition that aws:securetransport bool true" in risk.reason


def test_a_new_role_may_have_its_policy_but_not_everything() -> None:
    assert judged(made({}, of_role(GET, allow("ecr:GetAuthorizationToken", "*")))) == set()
    assert judged(made({}, of_role(allow("s3:*", "*")))) == {"everything-allowed HIGH"}


def test_another_policy_of_a_role_that_exists_is_wider_only_by_what_it_adds() -> None:
    two = "compute.aws_iam_role_policy.two"
    assert judged(made(of_role(GET), {**of_role(GET), two: {"role": "role", "policy": policy(GET)}})) == set()
    more = {**of_role(GET), two: {"role": "role", "policy": policy(allow("s3:PutObject"))}}
    assert judged(made(of_role(GET), more)) == {"permissions-wider MEDIUM"}


@pytest.mark.parametrize(
    ("principal", "condition", "said"),
    [
        ("*", {}, {"public-policy HIGH"}),
        ({"AWS": "*"}, {}, {"public-policy HIGH"}),
        ("*", TLS, {"public-policy HIGH"}),
        ("*", {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, {"permissions-wider MEDIUM"}),
        ("*", {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}, {"public-policy HIGH"}),
        ("*", {"StringLike": {"aws:SourceArn": "*"}}, {"public-policy HIGH"}),
        ({"AWS": OTHER}, {}, {"permissions-wider HIGH"}),
        ({"AWS": "999999999999"}, {}, {"permissions-wider HIGH"}),
        ({"AWS": ROLE}, {}, {"permissions-wider MEDIUM"}),
        ({"Service": "logs.amazonaws.com"}, {}, {"permissions-wider MEDIUM"}),
    ],
)
def test_a_bucket_is_opened_by_whom_its_policy_lets_in(principal: Any, condition: Any, said: set[str]) -> None:  # noqa: ANN401
    opened = of_bucket(allow("s3:GetObject", Principal=principal, Condition=condition))
    assert judged(made(of_bucket(), opened)) == said


def test_a_new_bucket_may_have_its_policy_but_not_one_for_everybody() -> None:
    assert judged(made({}, of_bucket(allow("s3:GetObject", Principal={"AWS": ROLE})))) == set()
    assert judged(made({}, of_bucket(allow("s3:GetObject", Principal="*")))) == {"public-policy HIGH"}


def test_a_bucket_whose_policy_goes_is_denied_nothing_any_more() -> None:
    guarded = of_bucket(deny("s3:*", Principal="*", Condition=TLS))
    bucket = {"storage.aws_s3_bucket.data": {"bucket": "b"}}
    assert judged(made(guarded, bucket)) == {"denial-dropped HIGH"}
    assert judged(made(guarded, {})) == {"data-lost HIGH"}


@pytest.mark.parametrize(
    ("principal", "said"),
    [({"Service": "rds.amazonaws.com"}, "MEDIUM"), ({"AWS": ROLE}, "HIGH"), ({"AWS": OTHER}, "HIGH")],
)
def test_whoever_may_become_a_role_weighs_by_what_it_is(principal: Statement, said: str) -> None:
    def trusting(*principals: Statement) -> Placed:
        statements = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": one} for one in principals]
        return {"compute.aws_iam_role.role": {"name": "role", "assume_role_policy": policy(*statements)}}

    own = {"Service": "ecs-tasks.amazonaws.com"}
    assert judged(made(trusting(own), trusting(own, principal))) == {f"permissions-wider {said}"}
    assert judged(made(trusting(own, principal), trusting(own))) == set()


def test_an_account_may_have_all_of_its_own_key_and_nobody_else() -> None:
    def key(*principals: str) -> Placed:
        statements = [allow("kms:*", "*", Principal={"AWS": one}) for one in principals]
        return {"keys.aws_kms_key.data": {"policy": policy(*statements)}}

    own = f"arn:aws:iam::{ACCOUNT}:root"
    assert judged(made({}, key(own))) == set()
    assert judged(made(key(own), key(own, ROLE))) == {"everything-allowed HIGH"}


def test_an_endpoint_lets_through_who_is_within_the_network_and_may_not_let_them_do_more() -> None:
    def endpoint(*actions: str) -> Placed:
        statement = allow(list(actions), Principal="*")
        return {"network.aws_vpc_endpoint.s3": {"policy": policy(statement)}}

    assert judged(made(endpoint("s3:GetObject"), endpoint("s3:GetObject", "s3:PutObject"))) == {
        "permissions-wider MEDIUM"
    }
    assert judged(made(endpoint("s3:GetObject"), endpoint("*"))) == {"everything-allowed HIGH"}


def test_a_policy_that_is_not_known_yet_is_left_to_people() -> None:
    address = "compute.aws_iam_role_policy.one"
    before, after = of_role(GET), {**of_role(GET), address: {"role": "role"}}
    assert judged(made(before, after, unknown={address: {"policy": True}})) == {"policy-unknown MEDIUM"}
    assert judged(made({}, after, unknown={address: {"policy": True}})) == set()


@pytest.mark.parametrize(
    ("name", "said"),
    [("AdministratorAccess", "HIGH"), ("AmazonS3FullAccess", "HIGH"), ("AmazonS3ReadOnlyAccess", "MEDIUM")],
)
def test_a_policy_of_aws_weighs_by_its_name(name: str, said: str) -> None:
    role = {"compute.aws_iam_role.role": {"name": "role"}}
    attached = {
        **role,
        "compute.aws_iam_role_policy_attachment.one": {"role": "role", "policy_arn": f"arn:aws:iam::aws:policy/{name}"},
    }
    assert judged(made(role, attached)) == {f"managed-policy-attached {said}"}
    assert judged(made({}, attached)) == ({"managed-policy-attached HIGH"} if said == "HIGH" else set())


def test_a_role_that_loses_its_boundary_or_its_guard_is_told() -> None:
    role, bound = "compute.aws_iam_role.role", {"name": "role", "permissions_boundary": "arn"}
    assert judged(made({role: bound}, {role: {"name": "role", "permissions_boundary": ""}})) == {
        "boundary-removed HIGH"
    }
    guard = {"compute.aws_iam_role_policies_exclusive.role": {"role_name": "role"}}
    assert judged(made({role: bound, **guard}, {role: bound})) == {"guard-removed MEDIUM"}
    assert judged(made({role: bound, **guard}, {})) == set()
