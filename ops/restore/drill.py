"""`ops restore --drill`: restore for real, measure how long it takes and how much would be lost, and clean up."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from botocore.exceptions import ClientError
from rich.console import Console

from ops.account import Environment
from ops.checks import Deployed, Result
from ops.confirm import Confirmation
from ops.errors import BadInputError, OpsError
from ops.restore.command import work
from ops.restore.copy import DRILL_TAG, Phase, Source, Took, Work
from ops.restore.moment import label, shown
from ops.restore.verification import verify_copy


@dataclass(frozen=True, kw_only=True)
class Drilled:
    """What a drill has measured.

    `behind` is how many seconds AWS says that it was behind; `followed` how many it took until a session that was
    written could be restored, and `arrived` whether it was in the copy: neither is known where none was written.
    """

    environment: Environment
    kind: str
    running: str
    copy: str
    began: datetime
    moment: datetime
    behind: float
    followed: float | None
    arrived: bool | None
    phases: Sequence[Took]
    results: Sequence[Result]

    @property
    def passed(self) -> bool:
        """Whether the copy could have been used."""
        return self.arrived is not False and all(result.passed for result in self.results)

    @property
    def recovery_seconds(self) -> float:
        """From the order to restore until the copy was verified."""
        return sum(phase.seconds for phase in self.phases)

    @property
    def lost_seconds(self) -> float:
        """How old the newest thing in a copy would be: as measured, else as AWS says."""
        return self.behind if self.followed is None else self.followed


def drill(source: Source, *, confirmation: Confirmation, console: Console) -> Drilled:
    """Restore the latest that can be restored, verify it, and delete it again.

    Raises BadInputError where nothing can be restored. What a drill has made goes, whatever becomes of it.
    """
    environment, began = source.environment, datetime.now(UTC)
    latest = source.restorable().latest
    confirmation.of_copy("a copy for a drill", of=source.running, moment=shown(latest), begun=False)
    through, marker = work(environment, console=console), source.marker()
    try:
        followed = through.through([marker.phase()])[0].seconds if marker else None
        moment = source.restorable().latest
        behind = (datetime.now(UTC) - moment).total_seconds()
        with _only_for_now(source, label(moment), drill=shown(began), through=through):
            phases, results = _copied(source, moment, drill=shown(began), through=through)
            arrived = marker.is_in(source.copy_name(moment)) if marker else None
    finally:
        if marker:
            marker.delete()
    return Drilled(
        environment=environment,
        kind=source.kind,
        running=source.running,
        copy=source.copy_name(moment),
        began=began,
        moment=moment,
        behind=behind,
        followed=followed,
        arrived=arrived,
        phases=phases,
        results=results,
    )


def _copied(source: Source, moment: datetime, *, drill: str, through: Work) -> tuple[list[Took], list[Result]]:
    """Make the copy and verify it: how long each part took, and what the checks said."""
    deployed = Deployed(session=source.session, settings=source.with_copy(label(moment)))
    results: list[Result] = []

    def verify() -> None:
        results.extend(verify_copy(source.checks(), deployed, console=through.console))

    phases = [*source.phases(moment, source.tags(moment, drill=drill)), Phase("Verify it", verify)]
    return through.through(phases), results


@contextmanager
def _only_for_now(source: Source, copy: str, *, drill: str, through: Work) -> Iterator[None]:
    """Delete the copy at the end, if this drill has made it. Raises BadInputError if somebody else has, before."""
    name = source.name(source.with_copy(copy))
    if source.tags_of(copy) is not None:
        raise BadInputError(f"{name} is there already, and no drill may touch it. Try again in a minute.")
    try:
        yield
    finally:
        tags = source.tags_of(copy)
        # A table has no tags until it is whole; there was none before this drill began.
        if tags is not None and tags.get(DRILL_TAG, drill) == drill:
            try:
                through.through(source.removal(copy))
            except ClientError as error:
                raise OpsError(
                    f"{name} could not be deleted, and costs money until somebody does: {error}\n"
                    f"  docs/runbooks/restore-{'database' if source.kind == 'database' else 'table'}.md says how."
                ) from error
