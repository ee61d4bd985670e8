"""What a person sees of a deployment off a terminal."""

import io
import time

import pytest
from rich.console import Console

from ops.events import Entered, Event, LayerState, Noted, Planned, ResourceFinished, ResourceStarted
from ops.log_lines import LogLines
from ops.messages import Changes
from ops.progress import Standing, duration


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    return clock


def show(*events: Event | float, seconds: list[float]) -> list[str]:
    """The lines without their time of day, of events and of seconds that pass between them."""
    console = Console(file=io.StringIO(), width=160)
    lines = LogLines(console, [("keys", 2), ("network", 30)])
    for event in events:
        if isinstance(event, float):
            seconds[0] += event
            lines.tick()
        else:
            lines.handle(event)
    assert isinstance(console.file, io.StringIO)
    return [line[10:].rstrip() for line in console.file.getvalue().splitlines()]


def test_a_layer_has_a_line_at_its_start_and_at_its_end(seconds: list[float]) -> None:
    assert show(
        Entered("keys", LayerState.INITIALISING),
        Entered("keys", LayerState.PLANNING),
        Planned("keys", Changes("plan", added=2, changed=0, removed=0)),
        Entered("keys", LayerState.APPLYING),
        3.0,
        ResourceStarted("keys", "aws_kms_key.a"),
        ResourceFinished("keys", "aws_kms_key.a", failed=False),
        Entered("keys", LayerState.FAILED),
        Entered("network", LayerState.NOT_STARTED),
        seconds=seconds,
    ) == ["keys     started, 2 resources", "keys     failed, 1/2 resources, 3s"]


def test_silence_is_broken_with_what_is_waited_for(seconds: list[float]) -> None:
    shown = show(
        Entered("network", LayerState.APPLYING),
        ResourceStarted("network", "aws_vpc.vpc"),
        4.0,
        ResourceStarted("network", "aws_flow_log.log"),
        11.0,
        5.0,
        10.0,
        seconds=seconds,
    )

    assert shown == [
        "network  applying, waiting for aws_vpc.vpc (15s) and 1 more",
        "network  applying, waiting for aws_vpc.vpc (30s) and 1 more",
    ]


def test_notes_are_shown_as_they_are(seconds: list[float]) -> None:
    assert show(Noted("[bold] is no markup", "keys"), seconds=seconds) == ["keys     [bold] is no markup"]


def test_a_layer_that_is_tried_again_counts_from_nothing(seconds: list[float]) -> None:
    standing = Standing("backup", 4)
    changes = Changes("plan", added=0, changed=0, removed=2)
    for event in (
        Planned("backup", changes),
        ResourceFinished("backup", "a", failed=False),
        Planned("backup", changes),
    ):
        standing.handle(event)
    seconds[0] += 1

    assert standing.count == "0/2"


@pytest.mark.parametrize(("span", "text"), [(0.2, "0s"), (59.4, "59s"), (59.6, "1m00s"), (125, "2m05s")])
def test_durations_read_well(span: float, text: str) -> None:
    assert duration(span) == text
