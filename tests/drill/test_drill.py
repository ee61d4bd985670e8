"""A drill brings about what it says, sees what comes of it, and leaves a report that says so."""

import json

import pytest
from botocore.exceptions import ClientError

from ops.drill import injection
from ops.drill.command import drill
from ops.drill.report import Drilled
from ops.drill.scenarios import SCENARIOS
from ops.errors import BadInputError, OpsError
from ops.workspace import ROOT
from tests.drill.conftest import ZONES, World


def run(world: World, scenario: str, *, zone: str | None = None, seed: int = 1) -> Drilled:
    return drill(
        world.environment, scenario, zone=zone, seed=seed, confirmation=world.confirmation, console=world.console
    )


@pytest.mark.requirement("OBS-5")
def test_a_failover_is_followed_from_the_first_alarm_to_the_last(world: World) -> None:
    world.make_experiment("database")
    drilled = run(world, "database")
    measured = drilled.measured
    assert drilled.before.writer != drilled.samples[-1].writer
    assert measured.failed_over is not None
    assert measured.failed_over < 60
    assert measured.detected is not None
    assert measured.detected <= 130
    assert measured.recovered is not None
    assert measured.recovered > measured.failed_over
    assert "alarm writer-down is on" in world.said
    assert "experiment" in drilled.how


def test_tasks_that_stop_are_missed_by_the_load_balancer_and_come_back(world: World) -> None:
    world.make_experiment(f"tasks-{ZONES[1]}")
    drilled = run(world, "tasks", zone=ZONES[1])
    assert drilled.measured.fewest_targets == 2
    assert drilled.measured.unrouted is not None
    assert drilled.measured.unrouted <= 12
    assert drilled.samples[-1].healthy_targets == 3
    assert drilled.measured.recovered is not None


def test_a_zone_that_is_cut_off_takes_its_writer_with_it(world: World) -> None:
    world.make_experiment(f"zone-{ZONES[0]}")
    drilled = run(world, "zone", zone=ZONES[0])
    assert drilled.before.writer_zone == ZONES[0]
    assert drilled.samples[-1].writer_zone == ZONES[1]
    assert drilled.measured.recovered is not None
    assert drilled.measured.recovered > 300


@pytest.mark.parametrize("zone", ZONES[1:])
def test_a_zone_without_the_writer_leaves_the_writer_alone(world: World, zone: str) -> None:
    world.make_experiment(f"zone-{zone}")
    assert run(world, "zone", zone=zone).measured.failed_over is None


def test_the_same_seed_is_the_same_drill(world: World) -> None:
    world.make_experiment("database")
    first, again, other = (run(world, "database", seed=seed).measured for seed in (7, 7, 8))
    assert (first.failed_over, first.detected) == (again.failed_over, again.detected)
    assert (first.failed_over, first.detected) != (other.failed_over, other.detected)


def test_the_report_says_what_was_measured_and_that_it_was_simulated(world: World) -> None:
    world.make_experiment("database")
    drilled = run(world, "database")
    [folder] = world.drills.iterdir()
    page = (folder / "report.md").read_text()
    assert folder.name.endswith("-database-local-simulated")
    assert "**Simulated** (seed 1)" in page
    assert f"| Another writer, and the cluster available | {drilled.measured.failed_over:.0f} s |" in page
    for time in drilled.measured.alarms:
        assert f"| `{drilled.subject.short(time.alarm)}` | {time.on:.0f} s |" in page
    assert len(json.loads((folder / "samples.json").read_text())) == len(drilled.samples)
    assert "writer-down" in (folder / "timeline.svg").read_text()


def test_without_experiments_plain_calls_do_it_and_say_so(world: World) -> None:
    drilled = run(world, "database")
    assert "plain calls" in drilled.how
    assert drilled.samples[0].writer != drilled.before.writer


def test_without_permission_plain_calls_do_it_and_say_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListExperimentTemplates")

    monkeypatch.setattr(injection, "_template", refuse)
    assert "you may not start experiments" in run(world, "tasks", zone=ZONES[0]).how


@pytest.mark.parametrize("scenario", ["sessions", "zone"])
def test_what_only_experiments_can_do_is_refused_without_them(world: World, scenario: str) -> None:
    with pytest.raises(BadInputError, match="game_days"):
        run(world, scenario)


def test_nobody_drills_while_something_is_wrong(world: World) -> None:
    world.client("cloudwatch").set_alarm_state(AlarmName="alarm-errors-local", StateValue="ALARM", StateReason="test")
    with pytest.raises(BadInputError, match=r"no moment for a drill.*errors"):
        run(world, "database")


@pytest.mark.parametrize(
    ("scenario", "zone", "says"),
    [
        ("earthquake", None, "no drill 'earthquake'"),
        ("database", ZONES[0], "leave --zone out"),
        ("tasks", "eu-west-1a", "not in eu-west-1a"),
    ],
)
def test_what_cannot_be_drilled_is_refused(world: World, scenario: str, zone: str | None, says: str) -> None:
    with pytest.raises(BadInputError, match=says):
        run(world, scenario, zone=zone)


def test_an_environment_that_does_not_recover_is_an_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.drill.simulation._NEW_TASK", (10_000.0, 20_000.0))
    world.make_experiment(f"tasks-{ZONES[0]}")
    with pytest.raises(OpsError, match="zone-impaired"):
        run(world, "tasks", zone=ZONES[0])
    assert "not by the end" in world.said


def test_ctrl_c_ends_the_experiment_and_still_leaves_a_report(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(injection.Experiment, "stop", lambda experiment: stopped.append(experiment.id))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ops.drill.simulation.Simulation.sleep", interrupt)
    world.make_experiment("database")
    run(world, "database")
    assert len(stopped) == 1
    assert list(world.drills.iterdir())


def test_every_scenario_has_a_runbook() -> None:
    runbooks = {path.stem for path in (ROOT / "docs" / "runbooks").glob("*.md")}
    assert {scenario.runbook for scenario in SCENARIOS.values()} <= runbooks
