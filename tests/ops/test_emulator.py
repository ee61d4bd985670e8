"""The record of the emulator that was started."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ops.emulator import Emulator, find_emulator, running_emulator, stop_emulator
from ops.errors import BadInputError


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "emulator.json"


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks like the emulator, and listens to nothing."""
    (tmp_path / "emulator.py").write_text("import time; time.sleep(60)")
    with subprocess.Popen([sys.executable, "-S", "-m", "emulator"], cwd=tmp_path) as process:
        yield process
        process.kill()


def write(record: Path, *, pid: int, port: int = 1) -> None:
    record.write_text(json.dumps({"pid": pid, "port": port}))


def test_without_a_record_there_is_no_emulator(record: Path) -> None:
    assert find_emulator(record) is None
    with pytest.raises(BadInputError, match="make local"):
        running_emulator(record)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pid": "x", "port": 1}', '{"pid": 1'])
def test_a_damaged_record_is_none(record: Path, text: str) -> None:
    record.write_text(text)

    assert find_emulator(record) is None


def test_a_pid_that_another_program_has_by_now_is_left_alone(record: Path) -> None:
    write(record, pid=os.getpid())

    assert find_emulator(record) is None
    assert not stop_emulator(record)
    assert not record.exists()


def test_the_recorded_emulator_is_found_and_stopped(record: Path, stand_in: subprocess.Popen[bytes]) -> None:
    write(record, pid=stand_in.pid)
    time.sleep(0.05)

    assert find_emulator(record) == Emulator(pid=stand_in.pid, port=1)
    assert stop_emulator(record)
    assert not psutil.pid_exists(stand_in.pid)
    assert find_emulator(record) is None


def test_an_emulator_that_does_not_answer_is_reported(record: Path, stand_in: subprocess.Popen[bytes]) -> None:
    write(record, pid=stand_in.pid)
    time.sleep(0.05)

    with pytest.raises(BadInputError, match=f"kill {stand_in.pid}"):
        running_emulator(record)
