"""Which test proves which requirement, and what happens where none does."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from ops import traceability as module
from ops.checks import all_checks
from ops.errors import OpsError
from ops.traceability import Traced, collect_tests, trace, traceability

pytestmark = pytest.mark.requirement("Q-1", "Q-2")

PAGE = """# Requirements

| id | requirement |
|---|---|
| DB-1 | The database is there. |
| DB-2 | It is encrypted. |
"""


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    page = tmp_path / "requirements.md"
    page.write_text(PAGE)
    return page


@pytest.fixture
def decisions(tmp_path: Path) -> Path:
    folder = tmp_path / "decisions"
    folder.mkdir()
    return folder


def test_every_requirement_is_listed_with_its_tests(requirements: Path, decisions: Path) -> None:
    assert trace({"DB-1": ["test_there"]}, requirements=requirements, decisions=decisions) == [
        Traced("DB-1", "The database is there.", ("test_there",)),
        Traced("DB-2", "It is encrypted.", ()),
    ]


def test_a_requirement_needs_a_test_or_a_decision(requirements: Path, decisions: Path) -> None:
    (decisions / "encryption.md").write_text("DB-2 has no test: AWS does it whatever is asked.\n")
    first, second = trace({}, requirements=requirements, decisions=decisions)
    assert not first.is_proven
    assert second.is_proven
    assert second.excuse == "AWS does it whatever is asked."


def test_an_id_that_no_requirement_has_is_an_error(requirements: Path, decisions: Path) -> None:
    with pytest.raises(OpsError, match="DB-9: test_mistyped"):
        trace({"DB-9": ["test_mistyped"]}, requirements=requirements, decisions=decisions)


def shown(monkeypatch: pytest.MonkeyPatch, traced: list[Traced]) -> str:
    monkeypatch.setattr(module, "collect_tests", dict)
    monkeypatch.setattr(module, "trace", lambda _tests: traced)
    output = io.StringIO()
    traceability(console=Console(file=output, width=100))
    return output.getvalue()


def test_people_see_each_requirement_with_its_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    traced = [
        Traced("DB-1", "The database is there.", ("test_there",)),
        Traced("DB-2", "It is encrypted.", (), "AWS does it."),
    ]
    assert shown(monkeypatch, traced).splitlines() == [
        "DB-1 The database is there.",
        "  test_there",
        "DB-2 It is encrypted.",
        "  no test: AWS does it.",
        "1 of 2 requirements have tests",
    ]


def test_what_nothing_proves_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OpsError, match="Nothing proves DB-1") as error:
        shown(monkeypatch, [Traced("DB-1", "The database is there.", ())])
    assert error.value.exit_code == 1


def test_every_check_carries_requirements_that_exist() -> None:
    known = {one.id for one in trace({})}
    assert {one for check in all_checks() for one in check.requirements} <= known


def test_tests_are_found_by_their_markers(tmp_path: Path) -> None:
    # Of names that nothing else here has: pytest imports them into this process.
    (tmp_path / "test_marked_by_traceability.py").write_text(
        "import pytest\n"
        "@pytest.mark.requirement('DB-1', 'DB-2')\n"
        "@pytest.mark.parametrize('zone', ['a', 'b'])\n"
        "def test_there(zone): pass\n"
        "def test_of_nothing(): pass\n"
    )
    found = collect_tests(tmp_path)
    assert list(found) == ["DB-1", "DB-2"]
    (name,) = found["DB-1"]
    assert name.endswith("::test_there")


def test_tests_that_cannot_be_collected_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "test_broken_for_traceability.py").write_text("import nothing_of_that_name\n")
    with pytest.raises(OpsError, match="nothing_of_that_name"):
        collect_tests(tmp_path)
