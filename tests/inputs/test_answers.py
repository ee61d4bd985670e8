"""Whatever AWS answers, a command says what it makes of it: never a traceback, and nothing is written."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import botocore.endpoint
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from ops import leftovers
from ops.account import Environment, load_environment
from ops.backend import load_backend
from ops.checks import deployed
from tests.inputs.account import BACKEND, everywhere, furnish, run
from tests.inputs.aws import Answer, PlayedAws, altered, broken_connection
from tests.inputs.cases import cases, tried

_STATUSES = (200, 200, 204, 206, 300, 301, 304, 307, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 599)
_BODIES = (
    b"", b" ", b"{", b"{}", b"[]", b"null", b"3", b'"x"', b"<", b"<x/>", b"<x></y>", b"\xff\xfe\x00", b"\x00" * 9,
    b"<html><head><title>502 Bad Gateway</title></head></html>", b"<!DOCTYPE html><html><br></html>", b"[" * 3_000,
    b'{"__type": 3}', b'{"__type": null, "message": []}', b'{"Error": 3}', b'{"message": {"a": 1}}', b"x" * 100_000,
    b"<Error><Code/></Error>", b"<ErrorResponse><Error/></ErrorResponse>", b"<a>" * 3_000, b"<?xml version='9'?><a/>",
)  # fmt: skip
_HEADERS: tuple[dict[str, str], ...] = (
    {}, {"content-type": "text/html"}, {"x-amzn-errortype": ""}, {"content-length": "x"}, {"x-amzn-query-error": "a"},
    {"date": "yesterday"}, {"x-amz-bucket-region": "nowhere"}, {"x-amz-crc32": "1"}, {"location": "http://[::1"},
    {"content-encoding": "gzip"}, {"last-modified": "x"},
)  # fmt: skip
_COMMANDS = (
    ["output", "prod"], ["output", "prod"], ["output", "prod", "--json"], ["preflight", "prod"],
    ["preflight", "prod", "--json"], ["plan", "prod"], ["plan", "prod", "--json"], ["drift", "prod"],
    ["deploy", "prod"], ["destroy", "prod"], ["unlock", "prod"], ["state", "history", "prod", "keys"],
    ["verify", "prod", "--json"],
)  # fmt: skip


# What once ended in a traceback: a command, the operation whose answer is another, and what has to be said of it.
_FOUND = [
    ("output", "sts.GetCallerIdentity", b"<GetCallerIdentityResponse/>", "GetCallerIdentity cannot be understood"),
    ("output", "sts.GetCallerIdentity", b"<GetCallerIdentityResult><Account><a/></Account></x>", "GetCallerIdentity"),
    ("output", "s3.GetObject", b"{", "The state of alerting is damaged"),
    ("output", "s3.GetObject", b'{"outputs": {"[/]": {"value": "\\ud800", "type": "string"}}}', "\\ud800"),
    ("output", "s3.ListObjectsV2", b"<a><Contents><Key>x.tfstate</Key><ETag>x</ETag></Contents></a>", "has no outputs"),
    (
        "preflight",
        "ec2.DescribeAvailabilityZones",
        b"<a><availabilityZoneInfo><item/></availabilityZoneInfo></a>",
        "State",
    ),
    (
        "preflight",
        "resource-groups-tagging-api.GetResources",
        b'{"ResourceTagMappingList": [{"ResourceARN": "nonsense"}]}',
        "everything of local that exists is known",
    ),
    ("preflight", "wafv2.ListWebACLs", b'{"WebACLs": [{"Name": 3}]}', "WebACLs[].Name is no string"),
    ("preflight", "acm.ListCertificates", b'{"CertificateSummaryList": [3]}', "ListCertificates cannot be understood"),
]


@pytest.fixture(scope="module")
def aws(project: Path, played: PlayedAws) -> Iterator[PlayedAws]:
    """The environment `prod` in an account that is played here, as every command finds it."""
    assert project.is_dir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setattr(botocore.endpoint, "time", _Hurry)
        patch.setattr(leftovers, "_PATIENCE_SECONDS", 0)
        patch.setattr(deployed, "_PATIENT", Config(retries={"mode": "standard", "max_attempts": 2}))
        environment = load_environment("prod", suffix=None, embedded=False)
        _remember_clients(patch, environment)
        everywhere(patch, load_environment, lambda *_, **__: environment)
        everywhere(patch, load_backend, lambda: BACKEND)
        furnish(environment, played, layers=["alerting", "backup", "keys"])
        yield played


class _Hurry:
    """Time without waiting: an answer that is spoilt once is spoilt whenever it is asked for again."""

    @staticmethod
    def sleep(_seconds: float) -> None:
        """Do not wait."""


def _remember_clients(patch: pytest.MonkeyPatch, environment: Environment) -> None:
    """Clients are made once for all cases: each reads a description of its service, which takes its time."""
    session = environment.session()
    make = session.client
    made: dict[str, object] = {}

    def client(service: str, **options: object) -> object:
        key = f"{service} {options}"
        if key not in made:
            made[key] = make(service, **options)  # type: ignore[call-overload]
        return made[key]

    patch.setattr(session, "client", client)


@dataclass(frozen=True)
class Spoilt:
    """One operation in so many is answered otherwise: always the same ones, whichever thread asks first."""

    seed: int
    every: int
    kind: str
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, operation: str, answer: Answer) -> Answer:
        """What comes in the place of the answer."""
        choose = random.Random(f"{self.seed} {operation}")  # noqa: S311 - a case, and no secret
        if choose.randrange(self.every):
            return answer
        match self.kind:
            case "alter":
                return replace(answer, body=altered(answer.body, seed=choose.randrange(2**32)))
            case "replace":
                return Answer(self.status, {**answer.headers, **self.headers}, self.body)
            case "status":
                return Answer(self.status, {**answer.headers, **self.headers}, answer.body)
            case "cut":
                return replace(answer, body=answer.body[: choose.randint(0, len(answer.body))])
            case _:
                raise broken_connection(operation, self.seed)


_SPOILT = st.builds(
    Spoilt,
    seed=st.integers(0, 2**32),
    every=st.sampled_from([1, 2, 5, 20]),
    kind=st.sampled_from(["alter", "alter", "alter", "replace", "status", "cut", "break"]),
    status=st.sampled_from(_STATUSES),
    body=st.sampled_from(_BODIES),
    headers=st.sampled_from(_HEADERS),
)


@cases(quick=30, long=4_000)
@given(spoil=_SPOILT, arguments=st.sampled_from(_COMMANDS))
def test_whatever_aws_answers_a_command_explains_itself(spoil: Spoilt, arguments: list[str], aws: PlayedAws) -> None:
    aws.spoil = spoil
    aws.asked.clear()
    ended = run(*arguments)
    if ended.error:
        raise ended.error
    assert ended.code in {0, 1, 2}
    assert ended.said.strip()
    assert "Traceback" not in ended.said
    assert not aws.written
    tried("AWS answers")


@pytest.mark.parametrize(("command", "operation", "body", "said"), _FOUND)
def test_what_once_was_a_traceback_is_a_sentence(
    command: str, operation: str, body: bytes, said: str, aws: PlayedAws
) -> None:
    aws.spoil = lambda asked, answer: Answer(200, {}, body) if asked == operation else answer
    ended = run(command, "prod")
    assert ended.error is None
    assert said in ended.said
    assert operation in aws.asked
    tried("AWS answers")
