"""What was measured, as docs/availability.md shows it: people write its text, `make availability` its figures."""

from collections.abc import Sequence

from ops.availability.faults import SECONDS_TO_DETECT
from ops.availability.load import Closed, Open
from ops.availability.measure import Outcome
from ops.availability.speed import Memory, Speed
from ops.errors import OpsError
from ops.pages import with_part
from ops.reliability import measured_on, table
from ops.workspace import ROOT

PAGE = "docs/availability.md"

_FAULT_COLUMNS = (
    "Fault",
    "Requests sent",
    "Lost reads",
    "Lost writes",
    "Of these in flight",
    "Seconds to detect",
    "Seconds to recover",
    "Seconds to write again",
    "Writes acknowledged",
    "Missing",
)
_SPEED_COLUMNS = ("What", "Users", "Requests/s", "p50 ms", "p99 ms", "Lost", "Requests per second of a processor")


def write_part(name: str, text: str) -> None:
    """Put figures in the part of the page that is theirs. Raises OpsError if the page has no such part."""
    path = ROOT / PAGE
    try:
        written = with_part(path.read_text(encoding="utf-8"), name, ["", text.strip(), ""])
    except LookupError as error:
        raise OpsError(f"{PAGE} cannot be written: {error}") from None
    path.write_text(written, encoding="utf-8")


def faults_part(outcomes: Sequence[Outcome]) -> str:
    """What each fault did to users, in Markdown."""
    return f"{measured_on()}\n\n{table(_FAULT_COLUMNS, [_fault_row(outcome) for outcome in outcomes])}"


def _fault_row(outcome: Outcome) -> tuple[object, ...]:
    writes = sum(request.is_write for request in outcome.lost)
    return (
        outcome.fault,
        outcome.sent,
        len(outcome.lost) - writes,
        writes,
        len(outcome.lost_in_flight),
        _seconds(outcome.seconds_to_detect),
        _seconds(outcome.seconds_to_recover),
        _seconds(outcome.seconds_to_write_again),
        outcome.acknowledged,
        outcome.missing_writes,
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def speed_part(speeds: Sequence[Speed]) -> str:
    """How fast the service is, and how much of that is its own, in Markdown."""
    by_what = {speed.what: speed.per_core for speed in speeds if isinstance(speed.model, Closed)}
    parts = [measured_on(), table(_SPEED_COLUMNS, [_speed_row(speed) for speed in speeds])]
    if {"service", "peer"} <= by_what.keys():
        share = by_what["service"] / by_what["peer"]
        parts.append(f"With one second of a processor the service answers {share:.2f} times what the peer does.")
    return "\n\n".join(parts)


def _speed_row(speed: Speed) -> tuple[object, ...]:
    return (
        speed.what,
        _users(speed.model),
        round(speed.per_second),
        round(speed.milliseconds(50)),
        round(speed.milliseconds(99)),
        speed.lost,
        round(speed.per_core),
    )


def _users(model: Open | Closed) -> str:
    match model:
        case Open():
            return f"{model.per_second:.0f} come each second"
        case Closed():
            return f"{model.users} wait for each other"


def memory_part(held: Memory) -> str:
    """Whether memory grows, in Markdown."""
    return (
        f"{measured_on()} In {held.minutes:.0f} minutes under load a task went from {held.first_mib:.1f} MiB to "
        f"{held.last_mib:.1f} MiB, a slope of {held.mib_per_hour:+.1f} MiB per hour."
    )


def summary(outcomes: Sequence[Outcome]) -> str:
    """One line for whoever waits."""
    sent, lost = sum(outcome.sent for outcome in outcomes), sum(len(outcome.lost) for outcome in outcomes)
    missing = sum(outcome.missing_writes for outcome in outcomes)
    return (
        f"{len(outcomes)} faults, {sent:,} requests, {lost:,} of them lost, {missing} acknowledged writes missing; "
        f"a broken task has to be found within {SECONDS_TO_DETECT} seconds"
    )
