"""The schema: brought up to date as often as one likes, by its owner, for a user who may only use it."""

import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.migrate import MIGRATIONS, MigrationError, migrate, read
from app.settings import MigrationSettings
from tests.app import conftest
from tests.app.postgresql import USERS, PostgreSql


@pytest.fixture
def variables(environment: Mapping[str, str]) -> dict[str, str]:
    names = {name for name in environment if name.startswith(("AWS_", "DATABASE_", "PATH", "ENVIRONMENT"))}
    given = {name: environment[name] for name in names - {"DATABASE_READER_HOST"}}
    return {**given, "DATABASE_OWNER": USERS.owner}


@pytest.fixture
def folder(tmp_path: Path, postgresql: PostgreSql) -> Iterator[Path]:
    """The migrations, to which a test may add; what it has added goes again."""
    copied = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, copied)
    yield copied
    postgresql.execute("DELETE FROM schema_migration WHERE number > 1")
    postgresql.execute("DROP TABLE IF EXISTS tried")


def applied(postgresql: PostgreSql) -> list[tuple[object, ...]]:
    return postgresql.execute("SELECT number, name FROM schema_migration ORDER BY number")


def run(variables: Mapping[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return migrate(MigrationSettings.of(variables), folder)


def test_migrating_again_changes_nothing(variables: dict[str, str], postgresql: PostgreSql) -> None:
    before = applied(postgresql)
    again = conftest.migrate(variables)
    assert again.returncode == 0, again.stdout
    assert '"applied": 0' in again.stdout
    assert applied(postgresql) == before == [(1, "001_notes")]


def test_migrations_that_run_at_once_apply_each_file_once(
    variables: dict[str, str], folder: Path, postgresql: PostgreSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "002_tried.sql").write_text("CREATE TABLE tried (id int); SELECT pg_sleep(0.2);", encoding="utf-8")
    with ThreadPoolExecutor(3) as threads:
        codes = list(threads.map(lambda _: run(variables, folder, monkeypatch), range(3)))
    assert codes == [0, 0, 0]
    assert applied(postgresql)[-1] == (2, "002_tried")


def test_a_migration_that_fails_leaves_nothing_of_it(
    variables: dict[str, str], folder: Path, postgresql: PostgreSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "002_tried.sql").write_text("CREATE TABLE tried (id int); SELECT 1 / 0;", encoding="utf-8")
    assert run(variables, folder, monkeypatch) == 1
    assert applied(postgresql) == [(1, "001_notes")]
    assert postgresql.execute("SELECT to_regclass('tried')") == [(None,)]


def test_a_file_that_was_applied_is_not_edited(
    variables: dict[str, str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = folder / "001_notes.sql"
    file.write_text(file.read_text(encoding="utf-8") + "-- one more word\n", encoding="utf-8")
    assert run(variables, folder, monkeypatch) == 1
    assert "was edited" in str([record.__dict__.get("fields") for record in caplog.records])


@pytest.mark.parametrize("name", ["003_gap.sql", "2_short.sql", "002-dashes.sql"])
def test_files_are_numbered_without_gaps(folder: Path, name: str) -> None:
    (folder / name).touch()
    with pytest.raises(MigrationError, match=r"should be 002_name\.sql"):
        read(folder)


def test_a_database_that_does_not_know_the_owner_is_told_by_an_exit_code_of_its_own(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert run({**variables, "DATABASE_OWNER": "nobody_yet"}, MIGRATIONS, monkeypatch) == 3
    assert {record.levelname for record in caplog.records} == {"WARNING"}


def test_a_database_that_is_not_there_is_another_matter(
    variables: dict[str, str], closed_port: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert run({**variables, "DATABASE_PORT": closed_port}, MIGRATIONS, monkeypatch) == 1
    assert {record.levelname for record in caplog.records} == {"ERROR"}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "DROP TABLE note",
        "ALTER TABLE note ADD COLUMN mine int",
        "TRUNCATE note",
        "UPDATE note SET owner = 'me'",
        "SELECT * FROM schema_migration",
        "CREATE ROLE mine",
    ],
)
def test_the_services_user_may_use_the_tables_and_nothing_else(
    environment: Mapping[str, str], postgresql: PostgreSql, statement: str
) -> None:
    del environment  # the schema is there
    may_use = (
        "SELECT has_table_privilege('app', 'note', 'INSERT') AND has_table_privilege('app', 'attachment', 'DELETE')"
    )
    assert postgresql.execute(may_use) == [(True,)]
    assert postgresql.is_refused(statement, user=USERS.service)
