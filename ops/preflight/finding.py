"""What was found out about one thing, how bad it is, and what to do about it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import ClientError

from ops.checks.deployed import Deployed
from ops.errors import explain

_WORKERS = 8
_NOT_ALLOWED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
_NOT_THERE = {"NotImplemented", "UnknownOperationException", "InvalidAction", "SubscriptionRequiredException"}


class Level(StrEnum):
    """How bad something is: nothing, worth knowing, a risk, or in the way."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `remedy` says what to do where something has to be done."""

    level: Level
    topic: str
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class Question:
    """Something to find out, and where it stands in the report."""

    topic: str
    answer: Callable[[Deployed], "Answer"]


# One finding or several; what `Answers` below make of them gets the question's topic.
Answer = tuple[Level, str, str] | list[tuple[Level, str, str]]


def ok(text: str) -> tuple[Level, str, str]:
    """All is well."""
    return Level.OK, text, ""


def note(text: str, remedy: str = "") -> tuple[Level, str, str]:
    """Nothing is wrong, but it is worth knowing."""
    return Level.NOTE, text, remedy


def warning(text: str, remedy: str) -> tuple[Level, str, str]:
    """A deployment works, and something will be wrong with it."""
    return Level.WARNING, text, remedy


def failure(text: str, remedy: str) -> tuple[Level, str, str]:
    """A deployment would fail."""
    return Level.FAILURE, text, remedy


def ask_all(questions: list[Question], account: Deployed) -> list[Finding]:
    """Ask all questions at once. The findings are in the order of the questions."""
    with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
        answers = list(pool.map(lambda question: ask(question, account), questions))
    return [finding for findings in answers for finding in findings]


def ask(question: Question, account: Deployed) -> list[Finding]:
    """Ask one question. What AWS refuses to answer is a warning: nothing is known to be wrong."""
    try:
        answer = question.answer(account)
    except ClientError as refusal:
        answer = _refused(refusal)
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        answer = failure(str(explained), "")
    answers = answer if isinstance(answer, list) else [answer]
    return [Finding(level=level, topic=question.topic, text=text, remedy=remedy) for level, text, remedy in answers]


def _refused(refusal: ClientError) -> tuple[Level, str, str]:
    code = refusal.response["Error"].get("Code", "")
    if code in _NOT_THERE:
        return note(f"cannot be found out here: there is no {refusal.operation_name}")
    if code in _NOT_ALLOWED:
        return warning(
            f"could not be found out: these credentials may not {refusal.operation_name}",
            "Allow it, or make sure by other means.",
        )
    message = refusal.response["Error"].get("Message", "")
    return warning(
        f"could not be found out: {refusal.operation_name} says {code}: {message}", "Make sure by other means."
    )
