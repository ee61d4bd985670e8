"""`ops restore --to TIME`: make a copy, hold it to what runs, and say how to switch to it."""

from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape

from ops.account import Environment
from ops.checks import Deployed
from ops.confirm import Confirmation
from ops.errors import BadInputError, OpsError, StoppedError
from ops.restore.copy import DRILL_TAG, Source, Work
from ops.restore.database import Database
from ops.restore.moment import label, shown
from ops.restore.sessions import Sessions
from ops.restore.verification import verify_copy

KINDS: dict[str, type[Source]] = {source.kind: source for source in (Database, Sessions)}
_POLL_SECONDS = 10
# Nothing takes its time there.
_POLL_SECONDS_EMBEDDED = 0.1


def source_of(environment: Environment, kind: str) -> Source:
    """What is to be restored."""
    return KINDS[kind](environment)


def work(environment: Environment, *, console: Console) -> Work:
    """How phases are gone through here."""
    return Work(console=console, poll_seconds=_POLL_SECONDS_EMBEDDED if environment.embedded else _POLL_SECONDS)


def restore(source: Source, *, to: str, confirmation: Confirmation, console: Console) -> None:
    """Make a copy of the moment `to`, beside what runs, and verify it.

    Raises BadInputError where that moment cannot be restored, and OpsError where the copy is not what it should be.
    """
    environment = source.environment
    moment = source.restorable().moment(to, now=datetime.now(UTC))
    copy, name = label(moment), source.copy_name(moment)
    if name == source.running:
        raise BadInputError(f"{name} is what runs already.")
    tags = source.tags_of(copy)
    if tags and DRILL_TAG in tags:
        raise BadInputError(f"{name} was made by a drill, which deletes it. Take another second.")
    confirmation.of_copy(name, of=source.running, moment=shown(moment), begun=tags is not None)
    try:
        work(environment, console=console).through(source.phases(moment, source.tags(moment, drill=None)))
    except KeyboardInterrupt:
        raise StoppedError(
            "Stopped; AWS goes on with what it has begun. To go on from there:\n"
            f"  python -m ops restore {environment.command_line} {source.kind} --to {shown(moment)}"
        ) from None
    deployed = Deployed(session=environment.session(), settings=source.with_copy(copy))
    results = verify_copy(source.checks(), deployed, console=console)
    failed = sum(not result.passed for result in results)
    if failed:
        raise OpsError(
            f"{name} is not what it should be: {failed} of {len(results)} checks failed. Do not switch to it."
        )
    _say_what_next(source, copy, moment, console=console)


def _say_what_next(source: Source, copy: str, moment: datetime, *, console: Console) -> None:
    command_line = source.environment.command_line
    remarks = "".join(f"\n{remark}" for remark in source.remarks(copy))
    console.print(
        f"[green]Restored[/] {source.running} as it was at {shown(moment)}: "
        f"{escape(source.name(source.with_copy(copy)))}. What runs was not touched.{escape(remarks)}\n\n"
        f"To switch to it, set in environments/{source.environment.name}.toml, have it reviewed, and deploy:\n\n"
        f"  \\[{source.kind}]\n"
        f'  restored = "{copy}"\n\n'
        f"  python -m ops review {command_line}\n"
        f"  python -m ops deploy {command_line}\n\n"
        f"What runs now stays until somebody deletes it, and so does the copy if nobody switches to it.",
        highlight=False,
        soft_wrap=True,
    )
