"""Least privilege, by a policy simulator: everybody can do what they must, nobody what they must not."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ops.audit.configuration import Configuration
from ops.audit.privileges import simulator
from ops.audit.privileges.estate import Estate
from ops.audit.privileges.judge import Judged, judge, judge_rows, unused_permissions
from ops.audit.privileges.policies import policies_of
from ops.audit.privileges.tables import every_row
from ops.errors import OpsError
from tests.audit.changed import with_resource

Statements = list[dict[str, Any]]
Place = tuple[str, str, str]  # a layer, and the type and name of a resource of it

TASK: Place = ("compute", "aws_iam_role_policy", "task-role-policy")
EXECUTION: Place = ("compute", "aws_iam_role_policy", "execution-role-policy")
BACKUP: Place = ("backup", "aws_iam_role_policy", "role-policy")
STORAGE_KEY: Place = ("keys", "aws_kms_key", "storage")
ALERTS: Place = ("alerting", "aws_sns_topic_policy", "alerts-policy")
LOGS: Place = ("storage", "aws_s3_bucket_policy", "logs-policy")
DATA: Place = ("storage", "aws_s3_bucket_policy", "data-policy")
ENDPOINT: Place = ("network", "aws_vpc_endpoint", "endpoint-s3")
FIREWALL: Place = ("compute", "aws_cloudwatch_log_resource_policy", "firewall-log-policy")


@pytest.fixture(scope="module")
def judged(configuration: Configuration) -> list[Judged]:
    """Every row, decided."""
    return judge(configuration)


@pytest.mark.requirement("ENV-7", "ENV-8", "APP-3", "BK-3", "OBS-1")
def test_everybody_can_do_what_they_must_and_nobody_what_they_must_not(judged: list[Judged]) -> None:
    wrong = [str(each) for each in judged if not each.agrees]
    assert not wrong, "\n".join(wrong)


@pytest.mark.requirement("ENV-7")
def test_no_policy_speaks_of_anything_that_nobody_needs(configuration: Configuration, judged: list[Judged]) -> None:
    unused = unused_permissions(configuration, judged=judged)
    assert not unused, "\n".join(f"{each.policy}: {each.action} on {each.resource}" for each in unused)


@pytest.mark.requirement("ENV-7")
def test_every_role_is_told_what_it_must_and_must_not_do_and_who_may_become_it(
    configuration: Configuration, judged: list[Judged]
) -> None:
    told = {(each.row.who.role.address, each.row.allowed) for each in judged if each.row.who.role}
    becomes = {(each.row.on, each.row.allowed) for each in judged if each.row.action == "sts:AssumeRole"}
    for role in configuration.resources("aws_iam_role"):
        arn = configuration.attribute(role, "arn")
        assert {(role.address, True), (role.address, False)} <= told, role.address
        assert {(arn, True), (arn, False)} <= becomes, role.address


def test_every_must_says_where_aws_says_so(judged: list[Judged]) -> None:
    for each in judged:
        assert each.row.because.startswith("https://docs.aws.amazon.com/") == each.row.allowed, str(each)


def _edited(configuration: Configuration, place: Place, edit: Callable[[Statements], Statements]) -> Configuration:
    """With a policy changed."""
    layer, resource_type, name = place
    attribute = "policy_document" if resource_type == "aws_cloudwatch_log_resource_policy" else "policy"
    document = json.loads(configuration.one(resource_type, name, layer=layer)[attribute])
    document["Statement"] = edit(document["Statement"])
    return with_resource(configuration, layer, resource_type, name, **{attribute: json.dumps(document)})


def _wrong(configuration: Configuration, about: str) -> list[str]:
    """The rows about somebody or something that do not agree."""
    estate = Estate(configuration)
    rows = [row for row in every_row(estate) if about in str(row)]
    return [str(each) for each in judge_rows(rows, policies_of(estate)) if not each.agrees]


def _granting(action: str, *, beside: str) -> Callable[[Statements], Statements]:
    return lambda statements: [
        {**each, "Action": [*each["Action"], action]} if beside in each["Action"] else each for each in statements
    ]


def _dropping(action: str) -> Callable[[Statements], Statements]:
    return lambda statements: [
        {**each, "Action": [other for other in each["Action"] if other != action]} for each in statements
    ]


def _unconditional(action: str) -> Callable[[Statements], Statements]:
    def edit(statements: Statements) -> Statements:
        return [
            {key: value for key, value in each.items() if key != "Condition"}
            if each["Effect"] == "Allow" and action in each["Action"]
            else each
            for each in statements
        ]

    return edit


def _on(resource: str, *, action: str) -> Callable[[Statements], Statements]:
    return lambda statements: [
        {**each, "Resource": [resource]} if action in each["Action"] else each for each in statements
    ]


def _without(sid: str) -> Callable[[Statements], Statements]:
    return lambda statements: [each for each in statements if each.get("Sid") != sid]


MISTAKES: Iterable[tuple[Place, Callable[[Statements], Statements], str]] = (
    (TASK, _granting("dynamodb:Scan", beside="dynamodb:Query"), "role-task-local must not dynamodb:Scan"),
    (TASK, _dropping("kms:Decrypt"), "role-task-local must kms:Decrypt"),
    (TASK, _on("*", action="s3:GetObject"), "role-task-local must not s3:GetObject on arn:aws:s3:::somebody-elses"),
    (TASK, _on("*", action="rds-db:connect"), "role-task-local must not rds-db:connect"),
    (
        EXECUTION,
        _granting("iam:PassRole", beside="ecr:GetAuthorizationToken"),
        "role-execution-local must not iam:Pass",
    ),
    (EXECUTION, _on("*", action="logs:PutLogEvents"), "role-execution-local must not logs:PutLogEvents"),
    (BACKUP, _dropping("dynamodb:StartAwsBackupJob"), "role-backup-local must dynamodb:StartAwsBackupJob"),
    (BACKUP, _on("*", action="rds:DeleteDBCluster"), "role-backup-local must not rds:DeleteDBCluster"),
    (STORAGE_KEY, _unconditional("kms:Decrypt"), "an administrator must not kms:Decrypt"),
    (STORAGE_KEY, _without("AccountUsesThisKeyThroughItsServices"), "role-task-local must kms:GenerateDataKey"),
    (ALERTS, _unconditional("sns:Publish"), "backup.amazonaws.com must not sns:Publish"),
    (ALERTS, _without("EventBridgeSupportsNoCondition"), "events.amazonaws.com must sns:Publish"),
    (LOGS, _without("LoadBalancerLogs"), "logdelivery.elasticloadbalancing.amazonaws.com must s3:PutObject"),
    (LOGS, _unconditional("s3:PutObject"), "logging.s3.amazonaws.com must not s3:PutObject"),
    (DATA, _without("OnlyOverTls12OrLater"), "an administrator must not s3:GetObject"),
    (ENDPOINT, _on("*", action="s3:PutObject"), "an administrator must not s3:PutObject"),
    (FIREWALL, _unconditional("logs:PutLogEvents"), "delivery.logs.amazonaws.com must not logs:PutLogEvents"),
)


@pytest.mark.requirement("ENV-7")
@pytest.mark.parametrize(("place", "edit", "named"), MISTAKES, ids=[named for _, _, named in MISTAKES])
def test_a_mistake_in_a_policy_is_named_by_a_row(
    configuration: Configuration,
    judged: list[Judged],
    place: Place,
    edit: Callable[[Statements], Statements],
    named: str,
) -> None:
    wrong_before = {str(each) for each in judged if not each.agrees}
    found = set(_wrong(_edited(configuration, place, edit), named)) - wrong_before
    assert found, f"nothing says that {named}"


@pytest.mark.requirement("ENV-7")
def test_a_permission_that_nobody_needs_is_reported(configuration: Configuration, judged: list[Judged]) -> None:
    changed = _edited(configuration, TASK, _granting("dynamodb:BatchGetItem", beside="dynamodb:Query"))
    reported = set(unused_permissions(changed)) - set(unused_permissions(configuration, judged=judged))
    assert {each.action for each in reported} == {"dynamodb:BatchGetItem"}


def test_a_trust_without_the_account_is_named_by_a_row(configuration: Configuration) -> None:
    document = json.loads(configuration.one("aws_iam_role", "task-role")["assume_role_policy"])
    del document["Statement"][0]["Condition"]
    changed = with_resource(
        configuration, "compute", "aws_iam_role", "task-role", assume_role_policy=json.dumps(document)
    )
    assert _wrong(changed, "ecs-tasks.amazonaws.com must not sts:AssumeRole")


def test_whoever_lacks_npm_is_told_what_the_simulator_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(simulator, "ROOT", tmp_path)
    monkeypatch.setattr(simulator, "_FOLDER", tmp_path / "simulator")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OpsError, match=r"no npm on this machine.\n  The policy simulator needs Node.js"):
        simulator.ensure_simulator()
