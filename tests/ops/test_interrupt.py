"""What Ctrl-C does to the processes that run."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ops.interrupt import Interrupt

GRACEFUL = """
import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit(7))
print("ready", flush=True)
time.sleep(30)
"""
STUBBORN = GRACEFUL.replace("lambda *_: sys.exit(7)", "signal.SIG_IGN")


def start(program: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-S", "-c", program], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout
    process.stdout.readline()
    return process


@pytest.fixture
def interrupt() -> Iterator[Interrupt]:
    interrupt = Interrupt()
    with interrupt.listening():
        yield interrupt


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_a_process_to_finish(interrupt: Interrupt, number: int) -> None:
    with start(GRACEFUL) as process, interrupt.covers(process):
        os.kill(os.getpid(), number)

        assert process.wait(5) == 7
    assert interrupt.requested
    assert not interrupt.killed(process)


def test_the_second_signal_kills_it(interrupt: Interrupt) -> None:
    with start(STUBBORN) as process, interrupt.covers(process):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

        assert process.wait(5) == -signal.SIGKILL
    assert interrupt.killed(process)


def test_a_process_that_starts_too_late_is_asked_to_finish(interrupt: Interrupt) -> None:
    os.kill(os.getpid(), signal.SIGINT)

    with start(GRACEFUL) as process, interrupt.covers(process):
        assert process.wait(5) == 7


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupt().listening():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
