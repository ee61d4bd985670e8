"""How the service treats what it depends on and what fails: it tries again with measure, and then leaves it alone.

A retry budget keeps retries from multiplying the load of something that is down already, and a circuit breaker answers
at once what would only wait: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable

# Retries are a fifth of the requests at most, plus what a quiet minute may need.
RETRIES_PER_REQUEST = 0.2
RETRIES_PER_SECOND = 1.0
MOST_RETRIES_AT_ONCE = 10.0

# A dependency is given up when this many calls have failed, with none in between that succeeded, for as long as there
# is patience: a restart or a failover that takes less is waited for. Aurora's endpoints have a life of 5 s in DNS.
FAILURES = 5
PATIENCE_SECONDS = 6.0
# Failures that are further apart have nothing to do with each other.
APART_SECONDS = 30.0
PROBE_SECONDS = 0.5

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 1.0

Clock = Callable[[], float]


def pause(attempt: int) -> float:
    """How long to wait after an attempt (the first is 0), with full jitter so that callers do not come back as one."""
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(attempt, 10))
    return random.uniform(0, longest)  # noqa: S311 - nobody gains by guessing it


class RetryBudget:
    """What may be retried: a bucket that requests and time fill, and retries empty."""

    def __init__(self, *, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._tokens = MOST_RETRIES_AT_ONCE
        self._filled = clock()

    def deposit(self) -> None:
        """Count a request."""
        self._fill(RETRIES_PER_REQUEST)

    def withdraw(self) -> bool:
        """Whether there may be a retry, which is thereby spent."""
        self._fill(0)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _fill(self, tokens: float) -> None:
        now = self._clock()
        tokens += (now - self._filled) * RETRIES_PER_SECOND
        self._filled = now
        self._tokens = min(MOST_RETRIES_AT_ONCE, self._tokens + tokens)


class Breaker:
    """Closed while calls succeed; open when they have failed for a while, until a probe succeeds."""

    def __init__(self, *, patience: float = PATIENCE_SECONDS, clock: Clock = time.monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._failures = 0
        self._failing_since = 0.0
        self._failed = 0.0
        self._probed = 0.0
        self._was_open = False
        self.is_open = False

    def takes_probe(self) -> bool:
        """Whether it is time to find out if the dependency is back."""
        now = self._clock()
        if not self.is_open or now - self._probed < PROBE_SECONDS:
            return False
        self._probed = now
        return True

    def succeeded(self) -> None:
        """It answers."""
        self._failures = 0
        self.is_open = False

    def failed(self) -> None:
        """It does not."""
        now = self._clock()
        if self._failures == 0 or now - self._failed > APART_SECONDS:
            self._failures, self._failing_since = 0, now
        self._failures += 1
        self._failed = now
        if not self.is_open and self._failures >= FAILURES and now - self._failing_since >= self._patience:
            self.is_open = self._was_open = True
            self._probed = now

    def take_was_open(self) -> bool:
        """Whether it is open, or has been since this was last asked."""
        taken, self._was_open = self._was_open, self.is_open
        return taken


class Guard:
    """Stands before a dependency: its breaker, its budget, and how often there were retries."""

    def __init__(self, name: str, *, probe: Callable[[], Awaitable[None]], patience: float = PATIENCE_SECONDS) -> None:
        self.name = name
        self.breaker = Breaker(patience=patience)
        self.budget = RetryBudget()
        self._probe = probe
        self._probing: asyncio.Task[None] | None = None
        self._retries = 0

    def admits(self) -> bool:
        """Whether a request may turn to the dependency. While it may not, a probe finds out, and no request has to."""
        if self.breaker.is_open:
            if self.breaker.takes_probe() and (self._probing is None or self._probing.done()):
                self._probing = asyncio.create_task(self._find_out())
            return False
        self.budget.deposit()
        return True

    def may_retry(self) -> bool:
        """Whether a request may try once more, which is counted."""
        if not self.budget.withdraw():
            return False
        self._retries += 1
        return True

    def count_retries(self, number: int) -> None:
        """Count retries that somebody else has made: AWS's library, within limits of its own."""
        self._retries += number

    def take_retries(self) -> int:
        """How many retries there were since this was last asked."""
        taken, self._retries = self._retries, 0
        return taken

    async def _find_out(self) -> None:
        # The probe says so where it succeeds; that it does not is what is known already.
        with contextlib.suppress(Exception):
            await self._probe()
