"""`ops review`: files for people, an exit code for pipelines, and bad input found before anybody waits."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from ops import cli
from ops.account import Environment
from ops.commands import look
from ops.plan import command as planning
from ops.review import build as building
from ops.review import command as module
from ops.review.model import Risk, Severity
from ops.review.reviewed import read_reviewed
from ops.state import State, States
from ops.synth import Layer, Synthesized
from ops.workspace import Workspace
from stacks.settings_file import load_settings
from tests.review.reviewed import PICTURE, changing, document_of

pytestmark = pytest.mark.requirement("Q-2")

SYNTHESIZED = Synthesized({name: Layer(name, frozenset(), Path(name), {}) for name in ("storage", "database")})
CLUSTER = changing("database.aws_rds_cluster.cluster", {"capacity": 4}, {"capacity": 8})
RESTART = Risk("restart", Severity.MEDIUM, "database", "aws_rds_cluster.cluster", "The writer restarts")


SENTENCE = "Look twice at the database cluster of database: the writer restarts."


class Planned:
    """What Terraform would say, and what the rules would."""

    def __init__(self) -> None:
        self.asked = 0
        self.document: dict[str, Any] = {**document_of(CLUSTER), "timestamp": "2026-11-24T12:00:00Z"}
        self.risks: tuple[Risk, ...] = (RESTART,)

    def plan(self, *_: object, **__: object) -> dict[str, Any]:
        self.asked += 1
        return self.document


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    workspace = Workspace(suffix="local", root=tmp_path)
    return Environment(name="local", settings=load_settings("local"), embedded=False, workspace=workspace)


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch, environment: Environment) -> Planned:
    found = Planned()
    monkeypatch.setattr(look, "entered", lambda *_, **__: environment)
    monkeypatch.setattr(module, "synthesize", lambda _: SYNTHESIZED)
    monkeypatch.setattr(module, "plan_document", found.plan)
    monkeypatch.setattr(States, "read", lambda *_: State(outputs={}, resources=[]))
    monkeypatch.setattr(States, "versions", lambda _: {"database": "1"})
    monkeypatch.setattr(building, "assess", lambda *_, **__: found.risks)
    monkeypatch.setattr(building, "reach", lambda *_, **__: ())
    monkeypatch.setattr(building, "draw", lambda _: PICTURE)
    return found


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["review", "local", *arguments])


@pytest.mark.usefixtures("planned")
def test_a_person_sees_the_verdict_and_where_the_page_is(tmp_path: Path) -> None:
    result = invoke()
    assert result.exit_code == 0, result.output
    assert SENTENCE in result.stdout
    assert ".work/local/review/review.html" in result.stdout
    folder = tmp_path / ".work" / "local" / "review"
    assert "the writer restarts" in (folder / "review.html").read_text()
    assert "the writer restarts" in (folder / "review.md").read_text()
    assert "--reviewed .work/local/review/review.json" in result.stdout
    assert read_reviewed(folder / "review.json").states == {"database": "1"}


@pytest.mark.usefixtures("planned")
def test_the_files_go_where_somebody_wants_them(tmp_path: Path) -> None:
    html, markdown = tmp_path / "new" / "page.html", tmp_path / "comment.md"
    assert invoke("--html", str(html), "--markdown", str(markdown)).exit_code == 0
    assert html.read_text().startswith("<!doctype html>")
    assert markdown.read_text().startswith("## Review of `local`")
    assert [path.name for path in (tmp_path / ".work" / "local" / "review").iterdir()] == ["review.json"]


@pytest.mark.parametrize(("threshold", "code"), [("low", 1), ("medium", 1), ("high", 0)])
@pytest.mark.usefixtures("planned")
def test_a_pipeline_may_refuse_risks_of_a_weight(threshold: str, code: int) -> None:
    assert invoke("--fail-on", threshold).exit_code == code


def test_without_a_risk_nothing_is_refused(planned: Planned) -> None:
    planned.risks = ()
    assert invoke("--fail-on", "low").exit_code == 0


@pytest.mark.usefixtures("planned")
def test_a_machine_reads_the_same() -> None:
    document = json.loads(invoke("--json").stdout)
    assert document["verdict"] == SENTENCE
    assert document["severity"] == "medium"
    assert document["risks"][0] == {**vars(RESTART), "severity": "medium", "accepted": None}
    assert document["plan"]["layers"]["database"]["change"] == 1
    assert document["cost"]["after"]["expected"] >= 0


def test_a_weight_that_there_is_not_is_bad_input(planned: Planned) -> None:
    result = invoke("--fail-on", "severe")
    assert result.exit_code == 2
    assert "severe" in result.output
    assert not planned.asked


@pytest.mark.parametrize("option", ["--html", "--markdown"])
def test_a_place_that_cannot_be_written_is_found_before_the_plan(planned: Planned, tmp_path: Path, option: str) -> None:
    (tmp_path / "file").touch()
    for place, said in ((tmp_path, "is a folder"), (tmp_path / "file" / "x.html", "cannot be a folder")):
        result = invoke(option, str(place))
        assert result.exit_code == 2
        assert said in result.stderr
    assert not planned.asked


def test_an_environment_that_is_as_it_should_be_is_planned_as_a_whole(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Terraform leaves alone is priced and drawn, too: an empty plan may not lose it."""
    asked = []

    class Planning:
        def __init__(self, *_: object) -> None:
            pass

        def run(self, arguments: tuple[str, ...], *, whole: bool) -> str:
            asked.append((arguments[0], whole))
            return "{}"

    monkeypatch.setattr(planning, "_Planning", Planning)
    planning.plan_document(environment, SYNTHESIZED, {}, console=Console(quiet=True))
    assert asked == [("plan", True)]
