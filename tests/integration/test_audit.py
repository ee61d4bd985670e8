"""Independent judges have nothing to say of the environment, neither before it is deployed nor after."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from ops.account import EMBEDDED, enter, load_environment
from ops.audit.command import Audit, Report
from ops.audit.judges.environment import tools
from ops.audit.secrets import search
from ops.audit.states import keep_states
from ops.plan.command import plan_folder
from tests.integration.stage import Stage

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def report(stage: Stage) -> Report:
    console = Console(file=io.StringIO())
    audit = Audit(environment=stage.environment, tools=tools(console=console), console=console)
    planned = audit.judge_after()
    audit.judge_configuration(planned)
    # Of another suffix there is nothing yet.
    audit.environment = enter(load_environment(EMBEDDED, suffix="never-deployed", embedded=True))
    audit.judge_before()
    return audit.conclude()


@pytest.mark.requirement("ENV-3", "ENV-7", "ENV-8")
def test_nobody_complains(report: Report) -> None:
    assert report.complaints == []


@pytest.mark.requirement("ENV-7", "ENV-8")
def test_every_judge_has_looked_at_everything(report: Report) -> None:
    looked_at = {(one.run.judge, one.run.plan): one.verdict.scanned for one in report.runs}
    plans = {scanned for (judge, _), scanned in looked_at.items() if judge != "parliament"}
    assert looked_at.keys() == {
        ("checkov", "before"),
        ("checkov", "after"),
        ("trivy", "before"),
        ("trivy", "after"),
        ("parliament", None),
    }
    assert plans == {report.resources}
    assert looked_at["parliament", None] > 20


@pytest.mark.requirement("DB-4")
def test_a_secret_in_a_state_or_a_plan_would_be_found(stage: Stage, report: Report, tmp_path: Path) -> None:
    assert report.files_searched > 20
    assert report.secrets == []
    state = next(path for path in keep_states(stage.environment) if path.stem == "database")
    document = json.loads(state.read_text())
    (cluster,) = [one for one in document["resources"] if one["type"] == "aws_rds_cluster"]
    cluster["instances"][0]["attributes"]["master_password"] = "correct horse battery staple"
    planted = tmp_path / "database.tfstate"
    planted.write_text(json.dumps(document))
    (found,) = search([planted])
    assert "master_password" in str(found)
    assert "horse" not in str(found)
    plan = plan_folder(stage.environment) / "plan.json"
    planted = tmp_path / "plan.json"
    planted.write_text(
        plan.read_text().replace('"master_username":', '"master_password":"hunter2hunter2","master_username":', 1)
    )
    assert [one for one in search([planted]) if "master_password" in str(one)]
