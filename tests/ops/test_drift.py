"""What is somebody's doing, and what is not; what was added where Terraform does not look."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from ops.drift.found import changes_by_hand
from ops.drift.strangers import find_strangers
from ops.state import State
from ops.synth import Layer, Synthesized

BODY = {"threshold": 5, "alarm_name": "alarm", "lifecycle": {"ignore_changes": ["desired_count"]}, "desired_count": 2}

DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


def synthesized(body: dict[str, Any]) -> Synthesized:
    configuration = {"resource": {"aws_thing": {"one": body}}}
    return Synthesized({"compute": Layer("compute", frozenset(), Path(), configuration)})


def drifted(*, name: str = "one", actions: tuple[str, ...] = ("update",), **attributes: Any) -> dict[str, Any]:  # noqa: ANN401
    before = {"id": "i", **dict.fromkeys(attributes, "as it was")}
    change = {"actions": list(actions), "before": before, "after": {"id": "i", **attributes}}
    address = {"module_address": "module.compute", "address": f"module.compute.aws_thing.{name}"}
    return {"resource_drift": [{**address, "type": "aws_thing", "change": change}]}


def test_an_attribute_that_the_layer_sets_is_somebodys_doing() -> None:
    (change,) = changes_by_hand(drifted(threshold=500, cluster_members=3), synthesized(BODY))
    assert [attribute.name for attribute in change.attributes] == ["threshold"]


def test_what_aws_keeps_by_itself_and_what_is_left_to_others_is_nobodys_doing() -> None:
    assert not changes_by_hand(drifted(cluster_members=3), synthesized(BODY))
    assert not changes_by_hand(drifted(desired_count=7), synthesized(BODY))


def test_tags_are_ours_although_the_provider_sets_them() -> None:
    (change,) = changes_by_hand(drifted(tags_all={"Owner": "me"}, tags={"Owner": "me"}), synthesized(BODY))
    assert [attribute.name for attribute in change.attributes] == ["tags_all"]


def test_what_was_deleted_is_somebodys_doing_and_what_the_code_has_dropped_is_not() -> None:
    assert changes_by_hand(drifted(actions=("delete",)), synthesized(BODY))
    assert not changes_by_hand(drifted(name="dropped", threshold=1), synthesized(BODY))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, {}),
        ("", None),
        (0, None),
        ([{"id": "a", "label": None}, {"id": "b"}], [{"id": "b"}, {"id": "a", "label": ""}]),
        ([{"dimensions": None}], [{"dimensions": {}}]),
    ],
)
def test_what_is_only_said_otherwise_is_no_change(before: Any, after: Any) -> None:  # noqa: ANN401
    document = drifted(threshold=after)
    document["resource_drift"][0]["change"]["before"]["threshold"] = before
    assert not changes_by_hand(document, synthesized(BODY))


@pytest.mark.parametrize(
    ("before", "after"), [(True, False), ("a", ""), ([1, 2], [1, 1]), ({"a": 1}, {"a": 2}), (5, 0)]
)
def test_what_means_something_else_is_a_change(before: Any, after: Any) -> None:  # noqa: ANN401
    document = drifted(threshold=after)
    document["resource_drift"][0]["change"]["before"]["threshold"] = before
    assert changes_by_hand(document, synthesized(BODY))


def state(kind: str, **attributes: Any) -> dict[str, State]:  # noqa: ANN401
    resource = {"mode": "managed", "type": kind, "name": "one", "instances": [{"attributes": attributes}]}
    return {"network": State(outputs={}, resources=[resource])}


@pytest.mark.usefixtures("aws")
def test_a_rule_that_was_added_is_named_with_its_group() -> None:
    session = boto3.Session(region_name="us-east-1")
    ec2 = session.client("ec2")
    group = ec2.create_security_group(GroupName="g", Description="d")["GroupId"]
    ours = find_strangers(session, state("aws_security_group", id=group))
    assert {stranger.kind for stranger in ours} <= {"egress rule"}  # AWS's own first one, which Terraform removes
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    (found,) = [one for one in find_strangers(session, state("aws_security_group", id=group)) if "ingress" in one.kind]
    assert (found.layer, found.address) == ("network", "aws_security_group.one")
    assert found.id.startswith("sgr-")


@pytest.mark.usefixtures("aws")
def test_policies_that_were_added_to_a_role_are_named_and_those_of_a_layer_are_not() -> None:
    session = boto3.Session(region_name="us-east-1")
    iam = session.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    for name in ("permissions", "more"):
        iam.put_role_policy(RoleName="r", PolicyName=name, PolicyDocument=DOCUMENT)
    known = {"mode": "managed", "type": "aws_iam_role_policy", "name": "p"}
    states = state("aws_iam_role", name="r")
    states["network"].resources.append({**known, "instances": [{"attributes": {"role": "r", "name": "permissions"}}]})
    assert [(one.kind, one.id) for one in find_strangers(session, states)] == [("inline policy", "more")]


@pytest.mark.usefixtures("aws")
def test_a_subscription_that_was_added_is_named_by_its_endpoint() -> None:
    session = boto3.Session(region_name="us-east-1")
    sns = session.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="stranger@example.com")
    (found,) = find_strangers(session, state("aws_sns_topic", arn=topic))
    assert (found.kind, found.id) == ("subscription", "stranger@example.com")


@pytest.mark.usefixtures("aws")
def test_nothing_is_asked_about_what_does_not_exist() -> None:
    assert find_strangers(boto3.Session(region_name="us-east-1"), {"network": State(outputs={}, resources=[])}) == ()
