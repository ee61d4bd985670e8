"""How much is tried again, and when a dependency is left alone."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from app.aws import Aws
from app.problems import UnavailableError
from app.resilience import (
    FAILURES,
    LONGEST_PAUSE_SECONDS,
    MOST_RETRIES_AT_ONCE,
    PATIENCE_SECONDS,
    PROBE_SECONDS,
    Breaker,
    Guard,
    RetryBudget,
    pause,
)


@dataclass
class Clock:
    """Stands still unless it is set."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def open_breaker(clock: Clock) -> Breaker:
    breaker = Breaker(clock=clock)
    for _ in range(FAILURES):
        breaker.failed()
    clock.now += PATIENCE_SECONDS
    breaker.failed()
    assert breaker.is_open
    return breaker


def test_pauses_grow_up_to_a_limit_and_are_never_the_same() -> None:
    assert all(pause(0) <= 0.05 for _ in range(100))
    late = [pause(30) for _ in range(100)]
    assert max(late) <= LONGEST_PAUSE_SECONDS
    assert max(late) > LONGEST_PAUSE_SECONDS / 2
    assert len(set(late)) == 100


def test_retries_are_a_fifth_of_the_requests_once_the_reserve_is_spent() -> None:
    clock = Clock()
    budget = RetryBudget(clock=clock)
    assert sum(budget.withdraw() for _ in range(1000)) == MOST_RETRIES_AT_ONCE
    retried = 0
    for _ in range(1000):
        budget.deposit()
        retried += budget.withdraw()
    assert 195 <= retried <= 200


def test_a_quiet_service_may_retry_as_well_but_saves_nothing_up() -> None:
    clock = Clock()
    budget = RetryBudget(clock=clock)
    while budget.withdraw():
        pass
    clock.now += 1.5
    assert [budget.withdraw(), budget.withdraw()] == [True, False]
    clock.now += 3600
    assert sum(budget.withdraw() for _ in range(1000)) == MOST_RETRIES_AT_ONCE


def test_a_breaker_has_patience_however_many_calls_fail_at_once() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    for _ in range(100 * FAILURES):
        breaker.failed()
    assert not breaker.is_open
    clock.now += PATIENCE_SECONDS
    breaker.failed()
    assert breaker.is_open


def test_a_breaker_stays_closed_as_long_as_some_calls_succeed() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    for number in range(100):
        clock.now += 1
        breaker.failed()
        if number % FAILURES == FAILURES - 1:
            breaker.succeeded()
    assert not breaker.is_open


def test_a_few_failures_far_apart_open_nothing() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    for _ in range(FAILURES):
        breaker.failed()
        clock.now += 60
    for _ in range(FAILURES):
        breaker.failed()
    assert not breaker.is_open


def test_an_open_breaker_lets_one_probe_through_every_half_second() -> None:
    clock = Clock()
    breaker = open_breaker(clock)
    assert not breaker.takes_probe()
    clock.now += PROBE_SECONDS
    assert [breaker.takes_probe(), breaker.takes_probe()] == [True, False]
    breaker.succeeded()
    assert not breaker.is_open


def test_a_circuit_that_was_open_for_a_moment_is_told_of_once() -> None:
    breaker = open_breaker(Clock())
    assert [breaker.take_was_open(), breaker.take_was_open()] == [True, True]
    breaker.succeeded()
    assert [breaker.take_was_open(), breaker.take_was_open()] == [True, False]


def test_no_request_has_to_find_out_whether_a_dependency_is_back() -> None:
    probes = []

    async def probe() -> None:
        probes.append(1)
        guard.breaker.succeeded()

    async def scenario() -> list[bool]:
        guard.breaker = open_breaker(clock)
        clock.now += PROBE_SECONDS
        admitted = [guard.admits(), guard.admits()]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return [*admitted, guard.admits()]

    clock = Clock()
    guard = Guard("something", probe=probe)
    assert asyncio.run(scenario()) == [False, False, True]
    assert probes == [1]


def test_retries_that_the_library_has_made_are_counted_whether_they_helped_or_not() -> None:
    answer: Any = {"ResponseMetadata": {"RetryAttempts": 2, "HTTPStatusCode": 503}, "Error": {"Code": "SlowDown"}}

    def fails() -> None:
        raise ClientError(answer, "GetObject")

    async def scenario() -> int:
        aws, guard = Aws("us-east-1"), Guard("objects", probe=answers)
        await aws.call(guard, lambda: answer)
        with pytest.raises(UnavailableError):
            await aws.call(guard, fails)
        aws.close()
        return guard.take_retries()

    assert asyncio.run(scenario()) == 4


async def answers() -> None:
    """A probe that finds all well."""
