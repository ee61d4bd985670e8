"""The status page: safe to show whatever a task was told, and complete in one answer."""

import base64
import datetime as dt
import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.identity import Identity, identify
from app.page import CONTENT_SECURITY_POLICY, render
from app.pool import PoolState
from app.readiness import Part
from app.settings import ServiceSettings
from tests.app.process import Process
from tests.app.test_starting import GOOD

IDENTITY = Identity(
    environment="prod",
    revision="<script>alert(1)</script>",
    zone="us-east-1a",
    started=dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
)
POOL = PoolState(size=4, idle=3, largest=10, waiting=2)


def page(*, failing: bool = False) -> str:
    part = Part(ok=not failing, milliseconds=7, error="<b>Error</b>" if failing else None)
    names = ("database_writer", "database_reader", "sessions", "objects")
    pools = {"database_writer": POOL, "database_reader": POOL}
    return render(IDENTITY, parts=dict.fromkeys(names, part), pools=pools)


def test_the_page_tells_which_task_it_is_and_how_its_tiers_answer() -> None:
    shown = page()
    for word in (
        "prod",
        "us-east-1a",
        "2026-01-02 03:04 UTC",
        "Everything answers",
        "4 of 10 connections, 3 idle",
    ):
        assert word in shown
    assert "4 of 4 tiers do not answer" in page(failing=True)


def test_nothing_gets_onto_the_page_as_markup() -> None:
    shown = page(failing=True)
    assert "<script" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown


def test_the_page_loads_nothing_and_allows_only_its_own_style() -> None:
    shown = page()
    assert not re.search(r"(src|href)=|url\(|@import", shown)
    [style] = re.findall(r"<style>(.*?)</style>", shown, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    assert "style=" not in shown


def test_the_page_is_served_with_its_policy(service: Process) -> None:
    answer = service.request("GET", "/")
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


class Metadata(BaseHTTPRequestHandler):
    """ECS's task metadata endpoint."""

    def do_GET(self) -> None:
        known = self.path == "/v4/some-id/task"
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(b'{"Family": "task-service", "Revision": "8", "AvailabilityZone": "us-east-1c"}')

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name that http.server uses
        pass


@pytest.fixture
def ecs() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v4"
    server.shutdown()
    server.server_close()


def test_a_task_knows_what_ecs_says_unless_it_was_told_otherwise(ecs: str) -> None:
    said = identify(ServiceSettings.of(GOOD), {"ECS_CONTAINER_METADATA_URI_V4": f"{ecs}/some-id"})
    assert (said.revision, said.zone) == ("task-service:8", "us-east-1c")
    told = identify(ServiceSettings.of({**GOOD, "REVISION": "task:7", "ZONE": "us-east-1b"}), {})
    assert (told.revision, told.zone) == ("task:7", "us-east-1b")
    nothing = identify(ServiceSettings.of(GOOD), {"ECS_CONTAINER_METADATA_URI_V4": f"{ecs}/no-id"})
    assert (nothing.revision, nothing.zone) == ("unknown", "unknown")
