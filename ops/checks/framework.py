"""What a check is, how it is registered, and how all of them are run.

A check is a function whose docstring is the sentence that it proves; it raises AssertionError when that is not so.
It asks AWS's API alone: a state file says what Terraform believes, and JSON what somebody wanted.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any, NoReturn

from ops.checks.deployed import Deployed
from ops.errors import explain

_WORKERS = 8
_CHECKS: list["Check"] = []


@dataclass(frozen=True)
class Check:
    """One promise about an environment, the requirements that it proves, and the function that finds out."""

    group: str
    name: str
    requirements: tuple[str, ...]
    sentence: str
    function: Callable[[Deployed], None]

    @property
    def id(self) -> str:
        """What tells checks apart: group and name."""
        return f"{self.group}.{self.name}"


@dataclass(frozen=True)
class Result:
    """What came of a check; `detail` says what is not as it should be."""

    check: Check
    passed: bool
    detail: str = ""
    seconds: float = 0


def check(*requirements: str) -> Callable[[Callable[[Deployed], None]], Callable[[Deployed], None]]:
    """Register a function as the check that proves `requirements`."""

    def register(function: Callable[[Deployed], None]) -> Callable[[Deployed], None]:
        sentence = (function.__doc__ or "").split("\n\n")[0]
        _CHECKS.append(
            Check(
                group=function.__module__.rsplit(".", 1)[-1],
                name=function.__name__,
                requirements=requirements,
                sentence=" ".join(sentence.split()).rstrip("."),
                function=function,
            )
        )
        return function

    return register


def registered() -> tuple[Check, ...]:
    """All checks, in the order in which they are written down."""
    return tuple(_CHECKS)


def run_check(one: Check, deployed: Deployed) -> Result:
    """Run one check. Nothing that goes wrong in it goes further than its result."""
    began = time.monotonic()
    try:
        one.function(deployed)
    except AssertionError as failure:
        detail = str(failure) or "it is not so"
    except Exception as surprise:  # noqa: BLE001 - the other checks still have something to say
        explained = explain(surprise)
        detail = str(explained or f"AWS's answer was not understood: {type(surprise).__name__}: {surprise}")
    else:
        return Result(one, passed=True, seconds=time.monotonic() - began)
    return Result(one, passed=False, detail=detail, seconds=time.monotonic() - began)


def run_checks(checks: Sequence[Check], deployed: Deployed, *, tell: Callable[[Result], None]) -> list[Result]:
    """Run checks side by side, as `tell` hears of each that is done. The results are in the order of the checks."""
    results: dict[str, Result] = {}
    pool = ThreadPoolExecutor(max_workers=_WORKERS)
    try:
        for future in as_completed([pool.submit(run_check, one, deployed) for one in checks]):
            result = future.result()
            results[result.check.id] = result
            tell(result)
    finally:
        pool.shutdown(cancel_futures=True)
    return [results[one.id] for one in checks]


def fail(text: str) -> NoReturn:
    """Say what is not as it should be."""
    raise AssertionError(text)


def require(holds: object, otherwise: str) -> None:
    """Fail with `otherwise` unless something holds."""
    if not holds:
        fail(otherwise)


def same(what: str, actual: object, expected: object) -> None:
    """Fail unless two values are equal."""
    require(actual == expected, f"{what}: {_shown(actual)} instead of {_shown(expected)}")


def same_set(what: str, actual: Iterable[Any], expected: Iterable[Any]) -> None:
    """Fail unless two collections have the same members; the failure names the members that differ."""
    found, wanted = set(actual), set(expected)
    missing, surplus = sorted(map(str, wanted - found)), sorted(map(str, found - wanted))
    parts = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has {', '.join(surplus)} as well"] * bool(surplus)
    require(not parts, f"{what} {' and '.join(parts)}")


def none_of(problems: Iterable[str]) -> None:
    """Fail if there is a problem, naming all of them."""
    found = list(problems)
    require(not found, "; ".join(found))


def only(what: str, found: Sequence[Any]) -> Any:  # noqa: ANN401 - AWS's answers are plain JSON
    """The one element that there should be."""
    require(len(found) == 1, f"{what}: there are {len(found)} instead of 1")
    return found[0]


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, str) or value is None else str(value)
