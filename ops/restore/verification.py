"""Whether a copy may be used: it is held to the checks that what runs is held to, with the copy in its place."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.markup import escape

from ops.checks import Check, Deployed, Result, all_checks, run_checks


def checks_of(functions: Sequence[Callable[[Deployed], None]]) -> list[Check]:
    """The checks that these functions are."""
    return [check for check in all_checks() if check.function in functions]


def one_more(group: str, function: Callable[[Deployed], None]) -> Check:
    """A check of copies alone."""
    sentence = " ".join((function.__doc__ or "").split()).rstrip(".")
    return Check(group=group, name=function.__name__, requirements=(), sentence=sentence, function=function)


def verify_copy(checks: Sequence[Check], deployed: Deployed, *, console: Console) -> list[Result]:
    """Run the checks and print them."""
    results = run_checks(checks, deployed, tell=lambda _result: None)
    for result in results:
        mark = "[green]ok  [/]" if result.passed else "[bold red]FAIL[/]"
        console.print(f"  {mark} {escape(result.check.sentence)}", highlight=False, soft_wrap=True)
        if not result.passed:
            console.print(f"       [red]{escape(result.detail)}[/]", highlight=False, soft_wrap=True)
    return results
