"""A migration runs on what a deployment made: its task, its network, its log."""

import io

import pytest
from rich.console import Console

from ops.migrate import migrate
from tests.integration.stage import Stage


@pytest.mark.embedded
@pytest.mark.requirement("DB-4")
def test_a_migration_runs_to_its_end_on_what_was_deployed(stage: Stage) -> None:
    console = Console(file=io.StringIO(), width=200)

    migrate(stage.environment, console=console)

    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert f"task-migrate-{stage.environment.suffix}:" in said
    assert "stopped" in said
    assert "nothing was migrated" in said
