"""What the service writes: lines that CloudWatch takes apart, counts, and makes metrics of."""

import json
import logging
import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from app.logs import JsonFormatter
from app.metrics import MOST_VALUES, NAMESPACE, Metrics
from ops.detection.catalogue import read_catalogue
from tests.app.process import Process, running

Line = dict[str, Any]


def is_metric(line: Line) -> bool:
    return "_aws" in line


def check(line: Line) -> None:
    """The limits of the embedded metric format's specification."""
    assert isinstance(line["_aws"]["Timestamp"], int)
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == "Service"
        assert len(directive["Metrics"]) <= 100
        for dimensions in directive["Dimensions"]:
            assert len(dimensions) <= 30
            assert all(isinstance(line[dimension], str) and line[dimension] for dimension in dimensions)
        for metric in directive["Metrics"]:
            assert metric["Unit"] in {"Count", "Milliseconds"}
            value = line[metric["Name"]]
            values = value if isinstance(value, list) else [value]
            assert 1 <= len(values) <= 100
            assert all(isinstance(number, int | float) and not isinstance(number, bool) for number in values)


@pytest.fixture(scope="module")
def lines(environment: Mapping[str, str]) -> list[Line]:
    """All that a service has written in its life."""
    with running(environment) as service:
        exercise(service)
        assert service.stop() == 0
    return service.lines


def exercise(service: Process) -> None:
    token = service.begin_session()
    for _ in range(3):
        note, headers = {"title": "secret title", "body": ""}, {"Idempotency-Key": uuid.uuid4().hex}
        made = service.request("POST", "/notes", json_body=note, headers=headers, token=token).json
        service.request("GET", f"/notes/{made['id']}", token=token)
    service.request("GET", f"/notes/{made['id']}/attachments", token=token)
    for path in ("/healthz", "/a/b/c", "/d?e=f", "/notes/no-number"):
        service.request("GET", path, token=token)
    service.lines[0]["token"] = token


def test_the_metrics_of_requests_are_within_the_limits_of_their_format(lines: list[Line]) -> None:
    metrics = [line for line in lines if is_metric(line)]
    for line in metrics:
        check(line)
    counted = {line["Route"]: line["Requests"] for line in metrics if "Route" in line}
    assert counted == {"sessions": 1, "notes": 7, "attachments": 1, "other": 2}


def test_the_state_of_what_it_depends_on_is_measured(lines: list[Line]) -> None:
    tiers = {line["Tier"]: line for line in lines if is_metric(line) and "Tier" in line}
    assert tiers.keys() == {"database_writer", "database_reader", "sessions", "objects"}
    assert all((line["CircuitOpen"], line["Retries"]) == (0, 0) for line in tiers.values())
    assert {tier for tier, line in tiers.items() if line.get("PoolSize", 0) >= 1} == {
        "database_writer",
        "database_reader",
    }


def test_what_alarms_and_dashboards_look_at_is_what_is_written(lines: list[Line]) -> None:
    catalogue = read_catalogue()
    known = {
        (entry.name, entry.unit, dimensions)
        for entry in catalogue.entries
        if entry.namespace == NAMESPACE
        for dimensions in entry.dimensions
    }
    written = {
        (metric["Name"], metric["Unit"], frozenset(dimensions))
        for line in lines
        if is_metric(line)
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
        for dimensions in directive["Dimensions"]
    }
    assert written == known
    for dimension in ("Route", "Tier"):
        assert catalogue.dimensions[dimension].words <= {line[dimension] for line in lines if dimension in line}


def test_every_request_but_the_health_check_is_a_line(lines: list[Line]) -> None:
    requests = [line for line in lines if line.get("message") == "request"]
    assert len(requests) == 11
    notes = {"/notes", "/notes/{note_id}", "/notes/{note_id}/attachments"}
    assert {line["route"] for line in requests} == {"/sessions", *notes, "other"}
    assert len({line["request_id"] for line in requests}) == 11
    wanted = {"time", "level", "message", "request_id", "method", "route", "status", "milliseconds"}
    assert all(wanted <= line.keys() for line in requests)


def test_the_log_has_no_tokens_and_no_content(lines: list[Line]) -> None:
    token = lines[0].pop("token")
    text = json.dumps(lines)
    assert token not in text
    assert "secret title" not in text


def test_however_many_requests_there_are_a_line_has_no_more_values_than_it_may(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = Metrics("test", tiers=lambda: {"sessions": {"Retries": ("Count", 1)}})
    for number in range(10_000):
        metrics.observe("notes", status=503 if number % 10 == 0 else 200, milliseconds=number)
    metrics.write()
    metrics.write()
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in written:
        check(line)
    [notes] = [line for line in written if "Route" in line]  # and none where there were no requests
    assert (notes["Requests"], notes["Errors"], len(notes["Latency"])) == (10_000, 1000, MOST_VALUES)
    assert max(notes["Latency"]) > 5000  # a sample of all, not the first


def test_a_line_of_the_log_cannot_be_broken_up_from_within() -> None:
    record = logging.LogRecord("any", logging.WARNING, "", 0, 'x\n{"level": "CRITICAL"}\r\u2028\x1b[2J', (), None)
    line = JsonFormatter().format(record)
    assert line.isprintable()
    assert json.loads(line)["level"] == "WARNING"
