"""A secret is found wherever it lies and however it is written, is never shown, and what is none is passed over."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.audit.configuration import Configuration
from ops.audit.secrets import Found, search

# Put together here, so that no scanner takes this file for a leak.
KEY = "ASIA" + "Q7" * 8
HEX = "0a1b2c3d" * 8
JWT = ".".join(["eyJ" + "hbGciOiJub25lIn0", "eyJ" + "zdWIiOiJub2JvZHkifQ", "c2lnbmF0dXJl"])
SIGNED = f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/s3/aws4_request, Signature={HEX}"

FORMS = {
    "AWS access key": (f"using {KEY} for this", KEY),
    "private key": ("-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEowIBAAKCAQEA", "MIIEowIBAAKCAQEA"),
    "signed request": (f"Authorization: {SIGNED}", HEX),
    "authorization": ("Authorization: Basic YXBwOnN1bW1lcg==", "YXBwOnN1bW1lcg=="),
    "session token": ("X-Amz-Security-Token: IQoJb3JpZ2luX2VjEJr0aa", "IQoJb3JpZ2luX2VjEJr0aa"),
    "JWT": (f"sent {JWT}", JWT),
    "password in a URL": ("postgres://app:summer@aurora-local:5432/app", "summer"),
}
NAMES = (
    "password",
    "master_password",
    "masterUserPassword",
    "secret_string",
    "auth_token",
    "AWS_SECRET_ACCESS_KEY",
    "aws_session_token",
    "private_key_pem",
    "DATABASE_PASSWORD",
)


def as_state(name: str, value: str) -> str:
    attributes = {"arn": "arn:aws:rds:us-east-1:123456789012:cluster:aurora-local", name: value}
    instances = [{"attributes": attributes}]
    return json.dumps({"version": 4, "resources": [{"type": "aws_rds_cluster", "instances": instances}]}, indent=2)


def as_state_output(name: str, value: str) -> str:
    return json.dumps({"version": 4, "outputs": {name: {"value": value, "sensitive": True}}}, indent=2)


def as_plan(name: str, value: str) -> str:
    return json.dumps({"resource_changes": [{"change": {"after": {name: value}, "after_sensitive": {name: True}}}]})


def as_constant_of_plan(name: str, value: str) -> str:
    resource = {"address": "aws_rds_cluster.cluster", "expressions": {name: {"constant_value": value}}}
    return json.dumps({"configuration": {"root_module": {"resources": [resource]}}})


def as_container(name: str, value: str) -> str:
    return json.dumps({"container_definitions": json.dumps([{"environment": [{"name": name, "value": value}]}])})


def as_json_log(name: str, value: str) -> str:
    lines = ({"@level": "info"}, {"@level": "info", "change": {name: value}})
    return "\n".join(json.dumps(line) for line in lines)


def as_log(name: str, value: str) -> str:
    return f"09:04:37 reading\n09:04:38 [DEBUG] request: Action=CreateDBCluster&{name}={value}&Version=2014-10-31"


def as_escaped_log(name: str, value: str) -> str:
    return f"09:04:38 [DEBUG] body: {json.dumps(json.dumps({name: value}))}"


def as_output(name: str, value: str) -> str:
    return f'Outputs:\n\n{name} = "{value}"\n'


WRITTEN = (
    as_state,
    as_state_output,
    as_plan,
    as_constant_of_plan,
    as_container,
    as_json_log,
    as_log,
    as_escaped_log,
    as_output,
)


def found_in(folder: Path, text: str) -> list[Found]:
    path = folder / "text"
    path.write_text(text, encoding="utf-8")
    return search([path])


@pytest.mark.requirement("DB-4")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("written", WRITTEN)
def test_what_its_name_calls_a_secret_is_found_and_not_shown(
    tmp_path: Path, written: Callable[[str, str], str], name: str
) -> None:
    (found,) = found_in(tmp_path, written(name, "summer"))
    assert found.excerpt == f"{name} = ***"
    assert "summer" not in str(found)
    assert "summer" in (tmp_path / "text").read_text("utf-8").splitlines()[found.line - 1]


def test_a_container_is_read_in_a_line_of_json_too(tmp_path: Path) -> None:
    (found,) = found_in(tmp_path, as_container("HOME", "x") + "\n" + as_container("DATABASE_PASSWORD", "summer"))
    assert (found.line, found.excerpt) == (2, "DATABASE_PASSWORD = ***")


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("written", WRITTEN)
def test_what_has_the_form_of_a_secret_is_found_and_not_shown(
    tmp_path: Path, written: Callable[[str, str], str], kind: str
) -> None:
    text, secret = FORMS[kind]
    found = found_in(tmp_path, written("user_data", text))
    assert kind in {one.kind for one in found}
    assert not [one for one in found if secret in str(one)]


def test_the_place_of_a_secret_is_named(tmp_path: Path) -> None:
    path = tmp_path / "apply.log"
    path.write_text(f"reading\nassumed {KEY}\n", encoding="utf-8")
    assert [str(found) for found in search([path])] == [f"{path}:2: AWS access key: ***"]


def test_two_secrets_of_one_line_are_both_left_out(tmp_path: Path) -> None:
    found = found_in(tmp_path, f"Authorization: {SIGNED} password=summer X-Amz-Security-Token: {'x1' * 20}")
    assert {one.kind for one in found} == {"AWS access key", "signed request", "session token", "named secret"}
    assert not [one for one in found for secret in (KEY, HEX, "summer", "x1" * 20) if secret in str(one)]


@pytest.mark.parametrize(
    "text",
    [
        '{"master_password": null, "password": "", "manage_master_user_password": true}',
        '{"after_sensitive": {"master_password": true}}',
        '{"master_user_secret": [{"secret": "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-1"}]}',
        '{"auth_token": "${aws_secretsmanager_secret_version.token.secret_string}"}',
        '{"NextToken": "AAAAbbbb1234", "clientRequestToken": "0f3c"}',
        '{"secret_key": "embedded", "account_id": "123456789012"}',
        "AWS_SECRET_ACCESS_KEY=embedded AWS_ACCESS_KEY_ID=embedded",
        '{"password": "<redacted>"}',
        "AKIAIOSFODNN7EXAMPLE",
        "  + master_password = (sensitive value)",
        "RDS keeps the password: nobody types it.",
        "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
        '{"sha256": "' + HEX + '", "id": "vpce-0a1b2c3d4e5f60718"}',
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----",
    ],
)
def test_what_is_no_secret_is_passed_over(tmp_path: Path, text: str) -> None:
    assert found_in(tmp_path, text) == []


def test_a_file_that_is_no_text_is_searched_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "errored.tfstate"
    path.write_bytes(b"\xff\xfe" + KEY.encode() + b"\xff")
    assert [found.kind for found in search([path])] == ["AWS access key"]


@pytest.mark.requirement("DB-4")
def test_no_layer_has_a_secret_in_it(tmp_path: Path, configuration: Configuration) -> None:
    for layer, document in configuration.layers.items():
        (tmp_path / f"{layer}.json").write_text(json.dumps(document, indent=2), encoding="utf-8")
    assert len(list(tmp_path.iterdir())) == 9
    assert search(tmp_path.iterdir()) == []
