"""Both stores are restored beside what runs, and the environment switches to the copies and back; nothing is lost."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest
from rich.console import Console

from ops.account import Environment
from ops.backend import load_backend
from ops.checks import Deployed, all_checks, run_checks
from ops.checks.database import cluster
from ops.confirm import Confirmation
from ops.deploy import deploy
from ops.destroy import destroy
from ops.errors import BadInputError, OpsError
from ops.outputs import Outputs, read_outputs
from ops.plan.changes import Action, Plan
from ops.plan.command import plan
from ops.restore.command import restore, source_of
from ops.restore.copy import Source
from ops.restore.drill import drill
from ops.restore.moment import label
from ops.review.command import files_of, review
from ops.review.content import Content
from ops.state import States
from stacks.names import cluster_log_group_of, cluster_of, instances_of, session_table_of
from stacks.settings_file import ENVIRONMENTS, load_settings
from tests.integration.stage import Stage

pytestmark = pytest.mark.embedded

KINDS = ("database", "sessions")
SESSION = {"session_id": {"S": "somebody"}, "expires_at": {"N": "4102444800"}}
QUIET = Console(file=io.StringIO())


def states(environment: Environment) -> States:
    return States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)


def outputs(environment: Environment) -> Outputs:
    found = states(environment)
    return read_outputs(found, found.layers())


def recorded(environment: Environment) -> str:
    """Everything that the states say, as text."""
    found = states(environment)
    return json.dumps([state.resources for state in found.read_all(found.layers()).values()])


def apply(environment: Environment) -> None:
    confirmation = Confirmation(environment=environment, console=QUIET, yes=True)
    deploy(environment, only=[], confirm=confirmation.of_deploy, console=QUIET)


@contextmanager
def set_to(environment: Environment, **copies: str) -> Iterator[Environment]:
    """The environment with the copies in its settings, as a person would write them down."""
    path = ENVIRONMENTS / f"{environment.suffix}-{uuid4().hex[:6]}.toml"
    text = (ENVIRONMENTS / "local.toml").read_text(encoding="utf-8")
    for section, copy in copies.items():
        text += f'\n[{section}]\nrestored = "{copy}"\n'
    path.write_text(text, encoding="utf-8")
    try:
        settings = load_settings(path.stem, suffix=environment.suffix)
        yield replace(environment, name=path.stem, settings=settings)
    finally:
        path.unlink()


@dataclass(frozen=True)
class Switched:
    """An environment that uses copies, what it was before, and what was planned and reviewed of the change."""

    before: Environment
    now: Environment
    sources: list[Source]
    planned: Plan
    reviewed: Content


def made(source: Source) -> str:
    """Make a copy of the latest; what it is told by."""
    confirmation = Confirmation(environment=source.environment, console=QUIET, yes=True)
    said = Console(file=io.StringIO(), width=200)
    restore(source, to="latest", confirmation=confirmation, console=said)
    file = said.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().partition('restored = "')[2].partition('"')[0]


def delete_copies(now: Environment) -> None:
    """Delete the copies, as a person would who is sure."""
    rds, name = now.session().client("rds"), cluster_of(now.settings)
    for instance in instances_of(now.settings):
        rds.delete_db_instance(DBInstanceIdentifier=instance, SkipFinalSnapshot=True)
    rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
    now.session().client("logs").delete_log_group(logGroupName=cluster_log_group_of(now.settings))
    now.session().client("dynamodb").delete_table(TableName=session_table_of(now.settings))


@pytest.fixture(scope="module")
def switched(stage: Stage, say: Callable[[str], None]) -> Iterator[Switched]:
    before = stage.environment
    table = session_table_of(before.settings)
    before.session().client("dynamodb").put_item(TableName=table, Item=SESSION)
    sources = [source_of(before, kind) for kind in KINDS]
    copies = {source.kind: made(source) for source in sources}
    say(f"Switching {before.suffix} to copies of {', '.join(copies)}")
    with set_to(before, **copies) as now:
        reviewed = review(now, files=files_of(now, html=None, markdown=None), console=QUIET)
        planned = plan(now, console=QUIET)
        apply(now)
        yield Switched(before=before, now=now, sources=sources, planned=planned, reviewed=reviewed)
    say(f"Switching {before.suffix} back")
    back = plan(before, console=QUIET)
    assert not [change.address for change in back.changes if change.loses_data]
    apply(before)
    assert plan(before, console=QUIET).is_empty
    with pytest.raises(OpsError, match=f"{cluster_of(now.settings)}, {session_table_of(now.settings)}"):
        destroy(before, confirm=lambda _layers: pytest.fail("it would destroy the copies' key"), console=QUIET)
    delete_copies(now)


@pytest.mark.requirement("BK-4", "ENV-6")
def test_the_plan_of_a_switch_hands_over_and_destroys_nothing_that_holds_data(switched: Switched) -> None:
    lost = [change.address for change in switched.planned.changes if change.loses_data]
    assert lost == []
    adopted = {one.identity for one in switched.planned.handovers if one.adopted}
    let_go = {one.identity for one in switched.planned.handovers if not one.adopted}
    for names, settings in ((adopted, switched.now.settings), (let_go, switched.before.settings)):
        assert {cluster_of(settings), session_table_of(settings), instances_of(settings)[0]} <= names
    # The reader that the copy does not have yet.
    new = {change.resource_type for change in switched.planned.changes if change.action is Action.CREATE}
    assert "aws_rds_cluster_instance" in new


def test_the_review_of_a_switch_tells_what_is_handed_over_and_of_no_loss(switched: Switched) -> None:
    rules = {risk.rule for risk in switched.reviewed.review.risks}
    assert "data-lost" not in rules
    assert "data-let-go" in rules
    page = (switched.now.workspace.folder / "review" / "review.md").read_text(encoding="utf-8")
    assert "adopts" in page
    assert "lets go of" in page


@pytest.mark.requirement("BK-4")
def test_the_environment_uses_the_copies(switched: Switched) -> None:
    name, table = cluster_of(switched.now.settings), session_table_of(switched.now.settings)
    said = outputs(switched.now)
    assert said["database"]["cluster_identifier"] == name
    assert said["database"]["writer_endpoint"].startswith(f"{name}.")
    assert said["storage"]["session_table_name"] == table
    session = switched.now.session()
    task = session.client("ecs").describe_task_definition(taskDefinition=said["compute"]["task_definition_arn"])
    variables = {one["name"]: one["value"] for one in task["taskDefinition"]["containerDefinitions"][0]["environment"]}
    assert any(value.startswith(f"{name}.") for value in variables.values())
    assert table in variables.values()
    alarms = json.dumps(session.client("cloudwatch").describe_alarms()["MetricAlarms"], default=str)
    assert f'"{name}"' in alarms
    assert f'"{table}"' in alarms
    assert f'"{cluster_of(switched.before.settings)}"' not in alarms


def test_what_was_in_the_table_is_in_the_copy(switched: Switched) -> None:
    dynamodb = switched.now.session().client("dynamodb")
    key = {"session_id": SESSION["session_id"]}
    assert dynamodb.get_item(TableName=session_table_of(switched.now.settings), Key=key)["Item"] == SESSION


@pytest.mark.requirement("BK-4")
def test_what_ran_before_is_left_as_it_was_and_no_state_knows_of_it(switched: Switched) -> None:
    old = Deployed(session=switched.before.session(), settings=switched.before.settings)
    assert cluster(old)["Status"] == "available"
    assert len(cluster(old)["DBClusterMembers"]) == switched.before.settings.database.instances
    dynamodb = switched.before.session().client("dynamodb")
    table = session_table_of(switched.before.settings)
    assert dynamodb.describe_table(TableName=table)["Table"]["TableStatus"] == "ACTIVE"
    text = recorded(switched.now)
    assert f'"{cluster_of(switched.before.settings)}"' not in text
    assert f'"{table}"' not in text


@pytest.mark.requirement("BK-4", "ENV-6")
def test_a_second_plan_is_empty(switched: Switched) -> None:
    again = plan(switched.now, console=QUIET)
    assert again.is_empty, [f"{change.action} {change.address}" for change in again.changes] + [*again.outputs]


def test_every_check_passes_on_the_copies(switched: Switched) -> None:
    deployed = Deployed(session=switched.now.session(), settings=switched.now.settings)
    results = run_checks(all_checks(), deployed, tell=lambda _result: None)
    assert {result.check.id: result.detail for result in results if not result.passed} == {}


def test_a_copy_that_is_not_there_is_refused_before_anything_is_planned(switched: Switched) -> None:
    for kind in KINDS:
        with (
            set_to(switched.before, **{kind: "20200101-000000"}) as wrong,
            pytest.raises(BadInputError, match="There is no"),
        ):
            plan(wrong, console=QUIET)


@pytest.mark.requirement("BK-4")
@pytest.mark.parametrize("kind", KINDS)
def test_a_drill_measures_a_restore_and_leaves_nothing(stage: Stage, kind: str) -> None:
    environment = stage.environment
    source = source_of(environment, kind)
    drilled = drill(source, confirmation=Confirmation(environment, QUIET, yes=True), console=QUIET)
    assert drilled.passed, [result.detail for result in drilled.results if not result.passed]
    assert drilled.recovery_seconds > 0
    assert drilled.arrived is (True if kind == "sessions" else None)
    assert source.tags_of(label(drilled.moment)) is None
    found = environment.session().client("dynamodb").scan(TableName=session_table_of(environment.settings))["Items"]
    assert not [item for item in found if item["session_id"]["S"].startswith("drill#")]
