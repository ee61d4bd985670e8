"""Figures are worth what counts them: losses, waits and recoveries are counted as docs/availability.md says."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from ops.availability import binaries, report
from ops.availability.faults import Struck
from ops.availability.load import Closed, Load, Open, Request
from ops.availability.measure import Outcome
from ops.availability.speed import Memory, Speed
from ops.errors import OpsError
from ops.workspace import ROOT


def request(began: float, ended: float, status: int | None = 200, *, note_id: int | None = None) -> Request:
    return Request(
        is_write=note_id is not None, intended=began, ended=ended, status=status, task="task1", note_id=note_id
    )


STRUCK = Struck(began=10, ended=15, detected=12, writer_back=15)


def outcome(*requests: Request) -> Outcome:
    return Outcome(fault="", requests=requests, struck=STRUCK, missing_writes=0)


def test_only_requests_that_the_fault_could_meet_are_counted() -> None:
    measured = outcome(request(8, 9, 503), request(9, 11, 503), request(11, 12, None), request(13, 14))
    assert measured.sent == 3
    assert len(measured.lost) == 2
    assert len(measured.lost_in_flight) == 1
    assert measured.seconds_to_detect == 2


def test_users_have_recovered_when_nobody_fails_or_waits_noticeably_any_more() -> None:
    assert outcome(request(11, 11.5)).seconds_to_recover == 0
    assert outcome(request(11, 12, 503), request(13, 13.5)).seconds_to_recover == 2
    assert outcome(request(11, 17), request(18, 18.5)).seconds_to_recover == 7


def test_writes_have_resumed_with_the_first_that_succeeds_after_the_cause_is_gone() -> None:
    assert outcome(request(11, 14, note_id=1), request(15, 17, note_id=2)).seconds_to_write_again == 2
    assert outcome(request(16, 17)).seconds_to_write_again is None


@contextmanager
def pausing_once(seconds: float) -> Iterator[str]:
    """A service that answers at once, but for a pause of some seconds in which it answers nobody."""
    loop, port = asyncio.new_event_loop(), threading.Event()
    url: list[str] = []

    async def serve() -> None:
        application = web.Application()

        async def answer(_request: web.Request) -> web.Response:
            return web.json_response({"token": "", "id": 1}, status=201)

        application.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        port.set()

    loop.create_task(serve())
    loop.call_later(1, time.sleep, seconds)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    port.wait()
    yield url[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


@pytest.mark.parametrize(("model", "least"), [(Open(per_second=50), 20), (Closed(users=4, think_seconds=0.02), 1)])
def test_whoever_comes_while_the_service_pauses_has_waited(model: Open | Closed, least: int) -> None:
    with pausing_once(1) as url, Load(url, model) as load:
        time.sleep(2.5)
    waited = [request for request in load.requests if request.seconds > 0.5]
    assert len(waited) >= least
    assert not [request for request in load.requests if request.failed]
    if isinstance(model, Closed):
        assert len(waited) <= model.users, "users of a closed model wait for each answer"


def test_a_machine_without_the_programs_is_told_how_to_install_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binaries, "_FOLDERS", ())
    with pytest.raises(OpsError, match="sudo apt-get install postgresql-15 haproxy"):
        binaries.find_or_install(print)


def test_every_part_that_is_measured_has_its_place_on_the_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = (ROOT / report.PAGE).read_text(encoding="utf-8")
    monkeypatch.setattr(report, "ROOT", tmp_path)
    (tmp_path / report.PAGE).parent.mkdir()
    (tmp_path / report.PAGE).write_text(page, encoding="utf-8")
    measured = outcome(request(9, 11, 503), request(11, 12, note_id=1))
    fast = Speed(what="service", model=Closed(users=2), seconds=2, requests=measured.requests, processor_seconds=0.5)
    report.write_part("faults", report.faults_part([measured]))
    report.write_part("speed", report.speed_part([fast, replace(fast, what="peer", processor_seconds=0.25)]))
    report.write_part("memory", report.memory_part(Memory(minutes=1, first_mib=90, last_mib=91, mib_per_hour=60)))
    written = (tmp_path / report.PAGE).read_text(encoding="utf-8")
    assert "answers 0.50 times what the peer does" in written
    assert "a slope of +60.0 MiB per hour" in written
    with pytest.raises(OpsError, match=r"docs/availability\.md cannot be written"):
        report.write_part("unknown", "")
