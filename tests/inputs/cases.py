"""How many cases are tried: some hundreds of each kind in every run, tens of thousands with HYPOTHESIS_PROFILE=long.

The same cases every time: who changes the code finds out what it breaks, and nobody's build fails for what they did
not touch.
"""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

# The cases that were really tried, by kind.
TRIED: Counter[str] = Counter()

_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"

settings.register_profile(
    "inputs",
    derandomize=True,
    deadline=None,
    database=None,
    # A fixture that serves all cases of a test is what is wanted here: making an account takes seconds.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def cases(*, quick: int, long: int) -> Callable[[Any], Any]:
    """Decorates a property with the number of cases to try."""
    return settings(settings.get_profile("inputs"), max_examples=long if _LONG else quick)


def tried(kind: str) -> None:
    """Count a case that was tried to its end."""
    TRIED[kind] += 1
