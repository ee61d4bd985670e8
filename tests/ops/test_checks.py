"""How checks are registered and run, what they say, and that they fail when they should."""

import json
import threading
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ops.account import Environment
from ops.checks import GROUPS, Check, Deployed, all_checks, run_check, run_checks
from ops.checks.framework import none_of, only, same, same_set
from ops.checks.network import way_out
from ops.checks.policies import denies_insecure, overly_broad, statements, unguarded_services

pytestmark = pytest.mark.requirement("Q-1")


@pytest.fixture
def deployed(environment: Environment) -> Deployed:
    return Deployed(session=boto3.Session(region_name="us-east-1"), settings=environment.settings)


def a_check(function: Callable[[Deployed], None], name: str = "one") -> Check:
    return Check(group="keys", name=name, requirements=("ENV-8",), sentence="It is so", function=function)


def raising(error: Exception) -> Callable[[Deployed], None]:
    def function(_deployed: Deployed) -> None:
        raise error

    return function


def test_every_check_has_a_sentence_and_requirements_and_a_name_of_its_own() -> None:
    checks = all_checks()
    assert len({check.id for check in checks}) == len(checks)
    for check in checks:
        assert check.sentence, check.id
        assert check.requirements, check.id
        assert not check.sentence.endswith("."), check.id
        assert "\n" not in check.sentence, check.id


def test_every_module_of_checks_is_among_the_groups_that_are_shown() -> None:
    assert {check.group for check in all_checks()} == set(GROUPS)


def test_a_check_that_does_not_complain_has_passed(deployed: Deployed) -> None:
    result = run_check(a_check(lambda _deployed: None), deployed)
    assert result.passed
    assert result.detail == ""


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (AssertionError("the key does not rotate"), "the key does not rotate"),
        (
            ClientError({"Error": {"Code": "NotFound", "Message": "no such key"}}, "DescribeKey"),
            "AWS refused DescribeKey: NotFound: no such key",
        ),
        (KeyError("Tags"), "AWS's answer was not understood: KeyError: 'Tags'"),
    ],
)
def test_whatever_goes_wrong_in_a_check_is_in_its_result(deployed: Deployed, error: Exception, detail: str) -> None:
    result = run_check(a_check(raising(error)), deployed)
    assert not result.passed
    assert result.detail == detail


def test_checks_run_side_by_side_and_come_back_in_order(deployed: Deployed) -> None:
    second_has_run = threading.Event()
    checks = [
        a_check(lambda _deployed: none_of([] if second_has_run.wait(5) else ["it ran alone"]), "first"),
        a_check(lambda _deployed: second_has_run.set(), "second"),
    ]
    told: list[str] = []
    results = run_checks(checks, deployed, tell=lambda result: told.append(result.check.name))
    assert [result.passed for result in results] == [True, True]
    assert [result.check.name for result in results] == ["first", "second"]
    assert sorted(told) == ["first", "second"]


def test_aws_is_asked_the_same_question_once(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    class Client:
        def describe_key(self, **arguments: Any) -> dict[str, str]:  # noqa: ANN401
            asked.append(arguments)
            return {"KeyState": "Enabled"}

    monkeypatch.setattr(deployed.session, "client", lambda *_, **__: Client())
    threads = [threading.Thread(target=lambda: deployed.ask("kms", "describe_key", KeyId="one")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deployed.ask("kms", "describe_key", KeyId="another")
    assert asked == [{"KeyId": "one"}, {"KeyId": "another"}]


@pytest.mark.usefixtures("aws")
def test_in_an_empty_account_every_check_that_asks_fails_and_none_breaks(deployed: Deployed) -> None:
    quick = [check for check in all_checks() if check.group in {"keys", "alerting"}]
    results = run_checks(quick, deployed, tell=lambda _result: None)
    assert [result.check.id for result in results if result.passed] == []
    assert all(result.detail for result in results)


def test_what_is_compared_says_what_differs() -> None:
    with pytest.raises(AssertionError, match=r"version: '15.5' instead of '15.6'"):
        same("version", "15.5", "15.6")
    with pytest.raises(AssertionError, match="the tier lacks us-east-1c and has us-east-1d as well"):
        same_set("the tier", ["us-east-1a", "us-east-1d"], ["us-east-1a", "us-east-1c"])
    with pytest.raises(AssertionError, match="writers: there are 2 instead of 1"):
        only("writers", [1, 2])
    with pytest.raises(AssertionError, match="one; two"):
        none_of(["one", "two"])


def policy(**statement: Any) -> str:  # noqa: ANN401
    return json.dumps({"Statement": [{"Effect": "Allow", "Resource": "*", "Action": "kms:Decrypt", **statement}]})


def test_a_service_is_unguarded_until_a_condition_binds_it_to_the_account() -> None:
    principal = {"Service": "cloudwatch.amazonaws.com"}
    mine = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert list(unguarded_services(statements(policy(Principal=principal)), "key"))
    assert list(unguarded_services(statements(policy(Principal=principal, Condition=mine)), "key")) == []


@pytest.mark.parametrize(
    ("statement", "problems"),
    [
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::data"}, 1),
        ({"Action": ["s3:GetObject"], "Resource": "*"}, 1),
        ({"Action": "*", "Resource": "*"}, 2),
        ({"Action": "ecr:GetAuthorizationToken", "Resource": "*", "Sid": "NoResourceLevelPermission"}, 0),
        ({"Action": "s3:*", "Resource": "*", "Effect": "Deny"}, 0),
    ],
)
def test_wide_rights_are_a_problem_unless_they_are_denied_or_explained(
    statement: dict[str, Any], problems: int
) -> None:
    assert len(list(overly_broad(statements(policy(**statement)), "role"))) == problems


def test_only_a_denial_to_everybody_keeps_plain_http_out() -> None:
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    denial = {"Effect": "Deny", "Action": "s3:*", "Principal": "*"}
    assert denies_insecure(statements(policy(**denial, Condition=insecure)), "s3:*")
    assert not denies_insecure(statements(policy(**denial)), "s3:*")
    assert not denies_insecure(statements(policy(**{**denial, "Effect": "Allow"}, Condition=insecure)), "s3:*")


def test_a_route_out_of_the_vpc_is_found_whatever_it_leads_to() -> None:
    local = {"GatewayId": "local", "DestinationCidrBlock": "10.20.0.0/16"}
    endpoint = {"GatewayId": "vpce-1", "DestinationPrefixListId": "pl-1"}
    assert way_out([local, endpoint]) == []
    for target in ({"GatewayId": "igw-1"}, {"NatGatewayId": "nat-1"}, {"TransitGatewayId": "tgw-1"}):
        assert way_out([local, {**target, "DestinationCidrBlock": "0.0.0.0/0"}]) == ["0.0.0.0/0"]
