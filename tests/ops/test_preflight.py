"""What is found out of an account before anything is deployed to it."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from ops.account import Environment
from ops.backend import Backend
from ops.bootstrap.command import bootstrap
from ops.checks import Deployed
from ops.preflight import account, names, quotas, service, tools
from ops.preflight import command as module
from ops.preflight.command import all_clear, findings_as_document, look_ahead, print_findings
from ops.preflight.finding import Answer, Finding, Level, Question, ask, failure, note, ok, warning
from ops.state import State
from ops.synth import Layer, Synthesized

pytestmark = pytest.mark.usefixtures("aws")

VPCS = quotas.QUOTAS[0]
FARGATE = quotas.QUOTAS[-1]


@pytest.fixture
def aws_account(environment: Environment) -> Deployed:
    return Deployed(session=boto3.Session(region_name="us-east-1"), settings=environment.settings)


class Answers(Deployed):
    """An AWS that answers what a test says."""

    def answering(self, **answers: Any) -> "Answers":  # noqa: ANN401
        """Say what the answers are, by the names of the calls."""
        self.__dict__["answers"] = answers
        return self

    def ask(self, service: str, operation: str, **_arguments: Any) -> Any:  # noqa: ANN401, ARG002
        """The answer to a call."""
        answer = self.__dict__["answers"][operation]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def listed(self, service: str, operation: str, items: str, **_arguments: Any) -> list[Any]:  # noqa: ANN401, ARG002
        """The answer to a call that lists something."""
        found: list[Any] = self.__dict__["answers"][operation]
        return found


@pytest.fixture
def said(environment: Environment) -> Answers:
    return Answers(session=boto3.Session(region_name="us-east-1"), settings=environment.settings)


def levels(answer: Answer) -> list[Level]:
    return [level for level, _, _ in (answer if isinstance(answer, list) else [answer])]


def refusal(code: str, operation: str = "DescribeVpcs") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("AccessDenied", Level.WARNING),
        ("UnauthorizedOperation", Level.WARNING),
        ("NotImplemented", Level.NOTE),
        ("Throttled", Level.WARNING),
    ],
)
def test_what_aws_does_not_answer_is_not_in_the_way(aws_account: Deployed, code: str, level: Level) -> None:
    def question(_account: Deployed) -> Answer:
        raise refusal(code)

    (finding,) = ask(Question("quota", question), aws_account)
    assert finding.level is level
    assert "DescribeVpcs" in finding.text


def test_credentials_of_another_account_are_a_failure(environment: Environment, aws_account: Deployed) -> None:
    assert levels(tools.identity(environment, aws_account)) == [Level.OK]
    other = environment.settings.environment.model_copy(update={"account_id": "999999999999"})
    stranger = replace(environment, settings=environment.settings.model_copy(update={"environment": other}))
    assert levels(tools.identity(stranger, aws_account)) == [Level.FAILURE]


def certificate(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    expires = datetime.now(UTC) + timedelta(days=more.pop("days", 300))
    found = {"DomainName": "app.example.com", "Status": "ISSUED", "NotAfter": expires, "CertificateArn": "arn:c"}
    return {"Certificate": {**found, **more}}


@pytest.mark.requirement("APP-2")
@pytest.mark.parametrize(
    ("found", "level"),
    [
        (certificate(), Level.OK),
        (certificate(Status="PENDING_VALIDATION"), Level.FAILURE),
        (certificate(days=10), Level.WARNING),
        (certificate(days=-1), Level.FAILURE),
    ],
)
def test_certificate_has_to_be_issued_and_to_stay_valid(said: Answers, found: dict[str, Any], level: Level) -> None:
    listed = [{"DomainName": "app.example.com", "CertificateArn": "arn:c"}]
    said.answering(list_certificates=listed, describe_certificate=found)
    assert levels(service.certificate(said)) == [level]


@pytest.mark.requirement("APP-2")
def test_certificate_that_is_not_there_is_a_failure_with_a_remedy(aws_account: Deployed) -> None:
    answer = service.certificate(aws_account)
    assert levels(answer) == [Level.FAILURE]
    assert "aws acm request-certificate" in str(answer)


@pytest.mark.parametrize(
    ("name", "domain", "is_for_it"),
    [
        ("app.example.com", "app.example.com", True),
        ("*.example.com", "app.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.app.example.com", False),
        ("example.com", "app.example.com", False),
    ],
)
def test_a_certificate_is_for_the_names_that_browsers_accept_it_for(name: str, domain: str, is_for_it: bool) -> None:  # noqa: FBT001
    assert service.covers(name, domain) is is_for_it


@pytest.mark.requirement("DB-1")
def test_an_engine_that_aws_has_withdrawn_is_a_failure(said: Answers) -> None:
    said.answering(describe_db_engine_versions=[])
    assert levels(service.engine(said)) == [Level.FAILURE]


@pytest.mark.requirement("DB-1")
def test_serverless_has_to_be_had_in_the_zones_of_the_instances(said: Answers) -> None:
    def orderable(*zones: str) -> list[dict[str, Any]]:
        return [{"AvailabilityZones": [{"Name": zone} for zone in zones]}]

    versions = [{"EngineVersion": "15.6"}]
    said.answering(
        describe_db_engine_versions=versions,
        describe_orderable_db_instance_options=orderable("us-east-1a", "us-east-1b"),
    )
    assert levels(service.engine(said)) == [Level.OK]
    said.answering(describe_db_engine_versions=versions, describe_orderable_db_instance_options=orderable("us-east-1a"))
    assert levels(service.engine(said)) == [Level.FAILURE]


def test_zones_have_to_be_there(said: Answers) -> None:
    def there(*names: str) -> list[dict[str, str]]:
        return [{"ZoneName": name, "State": "available"} for name in names]

    said.answering(describe_availability_zones=there("us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"))
    assert levels(service.zones(said)) == [Level.OK]
    said.answering(describe_availability_zones=there("us-east-1a"))
    assert levels(service.zones(said)) == [Level.FAILURE]


@pytest.mark.requirement("APP-5")
def test_an_image_may_come_later(aws_account: Deployed, said: Answers) -> None:
    assert levels(service.image(aws_account)) == [Level.NOTE]
    said.answering(describe_images=refusal("ImageNotFoundException"))
    assert levels(service.image(said)) == [Level.WARNING]
    said.answering(describe_images={"imageDetails": [{}]})
    assert levels(service.image(said)) == [Level.OK]


@pytest.mark.parametrize(
    ("quota", "used", "deployed", "level"),
    [
        (5, 4, False, Level.OK),
        (5, 5, False, Level.FAILURE),
        (5, 5, True, Level.OK),
    ],
)
def test_a_quota_needs_room_for_what_is_not_there_yet(
    said: Answers,
    quota: float,
    used: int,
    deployed: bool,  # noqa: FBT001
    level: Level,
) -> None:
    said.answering(get_service_quota={"Quota": {"Value": quota}}, describe_vpcs=[{}] * used)
    assert levels(quotas.room(VPCS, said, deployed=deployed)) == [level]


def test_a_quota_that_only_growth_exceeds_is_a_warning(aws_account: Deployed) -> None:
    tasks = aws_account.settings.service
    enough_at_first = replace(FARGATE, used=lambda _account: 6 - tasks.min_tasks * tasks.cpu / 1024)
    limits = {("service-quotas", "get_service_quota"): 6}
    answers = Answers(session=aws_account.session, settings=aws_account.settings).answering(
        get_service_quota={"Quota": {"Value": limits["service-quotas", "get_service_quota"]}}
    )
    assert levels(quotas.room(enough_at_first, answers, deployed=False)) == [Level.WARNING]


def test_aws_default_counts_where_the_account_has_no_quota_of_its_own(said: Answers) -> None:
    said.answering(
        get_service_quota=refusal("NoSuchResourceException"),
        get_aws_default_service_quota={"Quota": {"Value": 5}},
    )
    assert quotas.limit(said, VPCS) == 5


@pytest.mark.requirement("ENV-6")
def test_state_needs_a_place_that_is_safe(environment: Environment, backend: Backend, aws_account: Deployed) -> None:
    answer = account.state_backend(environment, backend, aws_account)
    assert levels(answer) == [Level.FAILURE]
    assert "python -m ops bootstrap local" in str(answer)
    bootstrap(environment, backend)
    assert levels(account.state_backend(environment, backend, aws_account)) == [Level.OK]
    aws_account.client("s3").put_bucket_versioning(Bucket="states", VersioningConfiguration={"Status": "Suspended"})
    answer = account.state_backend(environment, backend, aws_account)
    assert levels(answer) == [Level.WARNING]
    assert "keeps no versions" in str(answer)


def test_the_example_s_bucket_is_no_place_for_state(
    environment: Environment, backend: Backend, aws_account: Deployed
) -> None:
    example = replace(backend, bucket="terraform-state-your-org")
    assert levels(account.state_backend(environment, example, aws_account)) == [Level.FAILURE]


def test_without_a_trail_nobody_would_hear_of_a_key_s_deletion(aws_account: Deployed, said: Answers) -> None:
    assert levels(account.trail(aws_account)) == [Level.WARNING]
    trails = {"trailList": [{"Name": "trail", "TrailARN": "arn:trail", "IsMultiRegionTrail": True}]}
    said.answering(describe_trails=trails, get_trail_status={"IsLogging": True})
    assert levels(account.trail(said)) == [Level.OK]


@pytest.mark.requirement("COST-1")
def test_a_budget_that_counts_nothing_is_a_warning(said: Answers) -> None:
    said.answering(list_cost_allocation_tags={"CostAllocationTags": []})
    assert levels(account.cost_tag(said)) == [Level.WARNING]
    said.answering(list_cost_allocation_tags={"CostAllocationTags": [{"TagKey": "Environment"}]})
    assert levels(account.cost_tag(said)) == [Level.OK]


@pytest.mark.requirement("ENV-2")
def test_a_name_that_no_state_knows_is_in_the_way(environment: Environment, tmp_path: Path) -> None:
    resources = {"aws_sns_topic": {"topic": {"name": "sns-alerts-local"}}}
    synthesized = Synthesized({"alerting": Layer("alerting", frozenset(), tmp_path, {"resource": resources})})
    assert levels(names.names(environment, synthesized, {})) == [Level.OK]
    arn = environment.session().client("sns").create_topic(Name="sns-alerts-local")["TopicArn"]
    assert levels(names.names(environment, synthesized, {})) == [Level.FAILURE]
    known = State(outputs={}, resources=[{"instances": [{"attributes": {"arn": arn}}]}])
    assert levels(names.names(environment, synthesized, {"alerting": known})) == [Level.OK]


@pytest.mark.requirement("ENV-2")
def test_buckets_of_other_accounts_are_in_the_way(aws_account: Deployed, environment: Environment) -> None:
    assert levels(names.buckets(aws_account)) == [Level.OK]
    name = aws_account.names.bucket("data")
    environment.session().client("s3").create_bucket(Bucket=name)
    assert levels(names.buckets(aws_account)) == [Level.OK]


FINDINGS = [
    Finding(Level.OK, "zones", "us-east-1a"),
    Finding(Level.WARNING, "trail", "none is logging", "Make one."),
]


def test_warnings_are_not_in_the_way_and_failures_are() -> None:
    assert all_clear(FINDINGS)
    assert not all_clear([*FINDINGS, Finding(Level.FAILURE, "engine", "withdrawn")])


def test_people_see_what_to_do_below_what_is_wrong(environment: Environment) -> None:
    output = io.StringIO()
    print_findings(Console(file=output, width=100), environment, FINDINGS)
    assert output.getvalue().splitlines() == [
        "ok      zones  us-east-1a",
        "warning trail  none is logging",
        "         Make one.",
        "Ready to deploy local: 0 failures, 1 warnings",
    ]


def test_machines_see_the_same(environment: Environment) -> None:
    document = findings_as_document(environment, FINDINGS)
    assert document["ready"]
    assert document["findings"][1] == {
        "level": "warning",
        "topic": "trail",
        "text": "none is logging",
        "remedy": "Make one.",
    }


def test_with_useless_credentials_nothing_else_is_asked(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "identity", lambda *_: failure("another account", "Sign in."))
    monkeypatch.setattr(module, "_questions", lambda _environment: pytest.fail("it was asked"))
    findings = look_ahead(environment)
    assert [finding.topic for finding in findings] == ["terraform", "node", "credentials"]


def test_findings_are_of_four_kinds() -> None:
    made = [ok("a"), note("b"), warning("c", "d"), failure("e", "f")]
    assert [level for level, _, _ in made] == list(Level)
