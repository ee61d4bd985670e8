"""A restore touches nothing that runs, goes on where it was stopped, and a drill deletes its own copy and no other."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from ops.account import Environment
from ops.checks import Check, Deployed
from ops.checks.framework import require
from ops.confirm import Confirmation
from ops.errors import BadInputError, OpsError, StoppedError
from ops.restore.command import restore
from ops.restore.copy import DRILL_TAG, Phase, Source
from ops.restore.drill import Drilled, drill
from ops.restore.moment import Restorable, label, shown
from ops.restore.report import write_report
from ops.restore.verification import one_more
from stacks.settings import Settings

NOW = datetime.now(UTC).replace(microsecond=0)
LATEST = NOW - timedelta(minutes=5)
WEEK = Restorable(earliest=NOW - timedelta(days=7), latest=LATEST)


class Marker:
    """A session that comes through, or does not."""

    def __init__(self, source: "Copies") -> None:
        self.source = source

    def phase(self) -> Phase:
        return Phase("Write", lambda: self.source.done.append("write"))

    def is_in(self, copy: str) -> bool:
        return copy in self.source.copies and self.source.arrives

    def delete(self) -> None:
        self.source.done.append("forget")


class Copies(Source):
    """Something that runs, and copies of it, in memory."""

    kind = "database"
    layer = "database"

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.copies: dict[str, dict[str, str]] = {}
        self.done: list[str] = []
        self.fails: BaseException | None = None
        self.made_by: Callable[[], None] | None = None
        self.passes = True
        self.marked = False
        self.arrives = True

    def restorable(self) -> Restorable:
        return WEEK

    def with_copy(self, copy: str) -> Settings:
        database = self.settings.database.model_copy(update={"restored": copy})
        return self.settings.model_copy(update={"database": database})

    def name(self, settings: Settings) -> str:
        return f"thing-{settings.database.restored or 'first'}"

    def tags_of(self, copy: str) -> dict[str, str] | None:
        return self.copies.get(f"thing-{copy}")

    def phases(self, moment: datetime, tags: dict[str, str]) -> Sequence[Phase]:
        def make() -> None:
            if self.made_by:
                self.made_by()
            self.copies.setdefault(self.copy_name(moment), tags)
            self.done.append("make")
            if self.fails:
                raise self.fails

        return [Phase("Make it", make)]

    def checks(self) -> Sequence[Check]:
        def is_right(_aws: Deployed) -> None:
            """The copy is right."""
            require(self.passes, "it is wrong")

        return [one_more("database", is_right)]

    def marker(self) -> Marker | None:
        return Marker(self) if self.marked else None

    def remarks(self, copy: str) -> Sequence[str]:
        return [f"Look at {copy}."]

    def removal(self, copy: str) -> Sequence[Phase]:
        return [Phase("Delete it", lambda: self.copies.pop(f"thing-{copy}"))]


@pytest.fixture
def copies(environment: Environment) -> Copies:
    return Copies(replace(environment, embedded=True))


def restored(copies: Copies, to: str = "latest") -> str:
    console = Console(file=io.StringIO(), width=200)
    confirmation = Confirmation(environment=copies.environment, console=console, yes=True)
    restore(copies, to=to, confirmation=confirmation, console=console)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def drilled(copies: Copies) -> Drilled:
    console = Console(file=io.StringIO(), width=200)
    return drill(copies, confirmation=Confirmation(copies.environment, console, yes=True), console=console)


def test_a_copy_is_made_verified_and_told_with_the_setting_that_switches_to_it(copies: Copies) -> None:
    said = restored(copies)
    assert list(copies.copies) == [f"thing-{label(LATEST)}"]
    assert "The copy is right" in said
    assert f'[database]\n  restored = "{label(LATEST)}"' in said
    assert "What runs was not touched" in said
    assert f"Look at {label(LATEST)}." in said


def test_a_copy_says_what_it_is_a_copy_of(copies: Copies) -> None:
    restored(copies)
    (tags,) = copies.copies.values()
    assert tags["Environment"] == copies.settings.environment.suffix
    assert (tags["RestoredFrom"], tags["RestoredTo"]) == ("thing-first", shown(LATEST))
    assert DRILL_TAG not in tags


def test_a_copy_that_is_not_right_is_kept_and_not_recommended(copies: Copies) -> None:
    copies.passes = False
    with pytest.raises(OpsError, match=r"1 of 1 checks failed\. Do not switch to it"):
        restored(copies)
    assert copies.copies


def test_a_restore_that_was_stopped_says_how_it_goes_on(copies: Copies) -> None:
    copies.fails = KeyboardInterrupt()
    with pytest.raises(StoppedError, match=f"restore local database --to {shown(LATEST)}"):
        restored(copies)
    copies.fails = None
    assert "Goes on with" in restored(copies, to=shown(LATEST))


def test_what_runs_is_not_restored_onto_itself(copies: Copies) -> None:
    copies.settings = copies.with_copy(label(LATEST))
    with pytest.raises(BadInputError, match="what runs already"):
        restored(copies)


def test_a_copy_of_a_drill_is_not_taken_over(copies: Copies) -> None:
    copies.copies[f"thing-{label(LATEST)}"] = {DRILL_TAG: "now"}
    with pytest.raises(BadInputError, match="made by a drill"):
        restored(copies)
    assert copies.done == []


def test_a_drill_measures_and_leaves_nothing(copies: Copies) -> None:
    found = drilled(copies)
    assert copies.copies == {}
    assert found.passed
    assert [phase.title for phase in found.phases] == ["Make it", "Verify it"]
    assert found.recovery_seconds == sum(phase.seconds for phase in found.phases)
    assert found.lost_seconds >= 300, "AWS was five minutes behind"


def test_a_drill_follows_a_write_where_it_can(copies: Copies) -> None:
    copies.marked = True
    found = drilled(copies)
    assert found.arrived
    assert found.followed is not None
    assert found.lost_seconds == found.followed
    assert copies.done == ["write", "make", "forget"]


def test_a_write_that_is_not_in_the_copy_is_a_failure(copies: Copies) -> None:
    copies.marked, copies.arrives = True, False
    assert not drilled(copies).passed


@pytest.mark.parametrize("failure", [OpsError("no"), KeyboardInterrupt()])
def test_a_drill_cleans_up_whatever_becomes_of_it(copies: Copies, failure: BaseException) -> None:
    copies.marked, copies.fails = True, failure
    with pytest.raises(type(failure)):
        drilled(copies)
    assert copies.copies == {}
    assert copies.done[-1] == "forget"


@pytest.mark.parametrize("tags", [{}, {"RestoredFrom": "thing-first"}, {DRILL_TAG: "yesterday"}])
def test_a_drill_touches_no_copy_that_was_there_before(copies: Copies, tags: dict[str, str]) -> None:
    name = f"thing-{label(LATEST)}"
    copies.copies[name] = tags
    with pytest.raises(BadInputError, match="no drill may touch it"):
        drilled(copies)
    assert copies.copies == {name: tags}
    assert copies.done == []


def test_a_drill_deletes_nothing_that_somebody_else_made_in_the_meantime(copies: Copies) -> None:
    def taken() -> None:
        copies.copies[f"thing-{label(LATEST)}"] = {DRILL_TAG: "another's"}

    copies.made_by = taken
    drilled(copies)
    assert copies.copies


def test_the_page_of_a_drill_has_its_figures_and_says_where_they_are_from(copies: Copies) -> None:
    copies.marked = True
    page = write_report(drilled(copies))
    text = page.read_text()
    assert page.parent.name.endswith("-restore-database-local-simulated")
    assert "say nothing about AWS" in text
    assert "| Make it | 0.0 |" in text
    assert "- passed: The copy is right" in text
    assert "and was in the copy" in text


def test_the_page_of_a_drill_on_aws_makes_no_reservation(environment: Environment) -> None:
    page = write_report(replace(drilled(Copies(replace(environment, embedded=True))), environment=environment))
    assert "Simulated" not in page.read_text()
    assert page.parent.name.endswith("-restore-database-local")
