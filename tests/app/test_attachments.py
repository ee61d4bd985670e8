"""Attachments: URLs with which a client really puts and gets an object, and only that one."""

import uuid
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from ops.availability.storage import BUCKET
from tests.app.process import Answer, Process

FILE = {"name": 'Ü "quoted"\r\nX-Evil: 1.txt', "content_type": "text/plain", "size": 3}


@pytest.fixture
def note(service: Process, token: str) -> str:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    answer = service.request("POST", "/notes", json_body={"title": "t", "body": ""}, headers=headers, token=token)
    return f"/notes/{answer.json['id']}"


def attach(service: Process, token: str, note: str, **changes: object) -> Answer:
    return service.request("POST", f"{note}/attachments", json_body={**FILE, **changes}, token=token)


def put(upload: dict[str, Any], content: bytes) -> int:
    return fetch("PUT", upload["url"], content=content, headers=upload["headers"]).status


def fetch(method: str, url: str, *, content: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """As a browser does it, which knows nothing but the URL."""
    parts = urlsplit(url)
    client = HTTPConnection(parts.netloc, timeout=5)
    try:
        client.request(method, f"{parts.path}?{parts.query}", body=content, headers=dict(headers or {}))
        answer = client.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, named, answer.read().decode())
    finally:
        client.close()


def test_what_is_put_to_the_one_url_is_got_from_the_other(service: Process, token: str, note: str) -> None:
    upload = attach(service, token, note)
    assert upload.status == 201, upload.text
    assert put(upload.json, b"abc") == 200
    download = service.request("GET", f"{note}/attachments/{upload.json['id']}", token=token)
    assert download.status == 200
    assert {name: download.json[name] for name in FILE} == FILE
    got = fetch("GET", download.json["url"])
    assert got.text == "abc"
    assert got.headers["content-type"] == "text/plain"
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%C3%9C%20%22")
    assert "x-evil" not in got.headers


def test_an_upload_url_is_good_for_five_minutes_one_type_and_one_size(service: Process, token: str, note: str) -> None:
    signed = parse_qs(urlsplit(attach(service, token, note).json["url"]).query)
    assert signed["X-Amz-Expires"] == ["300"]
    assert set(signed["X-Amz-SignedHeaders"][0].split(";")) == {"content-length", "content-type", "host"}


def test_where_an_object_is_owes_nothing_to_its_name(service: Process, token: str, note: str) -> None:
    first, second = (urlsplit(attach(service, token, note, name="../../x").json["url"]).path for _ in range(2))
    assert first != second
    assert ".." not in first
    assert f"{note.rpartition('/')[2]}/" in first


def test_attachments_go_with_their_note(
    service: Process, token: str, note: str, aws: boto3.Session, aws_endpoint: str
) -> None:
    upload = attach(service, token, note).json
    put(upload, b"abc")
    s3 = aws.client("s3", endpoint_url=aws_endpoint)
    prefix = urlsplit(upload["url"]).path.removeprefix(f"/{BUCKET}/")
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["KeyCount"] == 1
    assert service.request("DELETE", note, token=token).status == 204
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["KeyCount"] == 0
    assert service.request("GET", f"{note}/attachments/{upload['id']}", token=token).status == 404


def test_what_was_never_put_is_not_there(service: Process, token: str, note: str) -> None:
    upload = attach(service, token, note).json
    download = service.request("GET", f"{note}/attachments/{upload['id']}", token=token).json
    assert fetch("GET", download["url"]).status in {403, 404}  # 404 for a role that may list the bucket


def test_nobody_attaches_to_or_reads_from_the_notes_of_another_session(service: Process, token: str, note: str) -> None:
    upload, stranger = attach(service, token, note).json, service.begin_session()
    assert attach(service, stranger, note).status == 404
    assert service.request("GET", f"{note}/attachments/{upload['id']}", token=stranger).status == 404
    assert service.request("POST", f"{note}/attachments", json_body=FILE).status == 401


@pytest.mark.parametrize(
    "change",
    [
        {"size": 0},
        {"size": 10 * 1024 * 1024 + 1},
        {"size": "large"},
        {"content_type": "text"},
        {"content_type": "text/html\r\nX-Evil: 1"},
        {"content_type": "text/html; charset=utf-8"},
        {"name": ""},
        {"name": "n" * 201},
        {"key": "attachments/of/somebody"},
    ],
)
def test_what_is_no_attachment_is_refused(service: Process, token: str, note: str, change: dict[str, object]) -> None:
    assert attach(service, token, note, **change).status == 422
