"""The service stays available while its surroundings break: each test breaks one thing under load."""

import pytest

from app.workers import HANG_SECONDS
from ops.availability.faults import (
    FAILOVER,
    KEYS_REPLACED,
    PROCESS_FROZEN,
    PROCESS_KILLED,
    READER_LOST,
    SECONDS_TO_DETECT,
    SESSIONS_THROTTLED,
    TASK_FROZEN,
    TASK_KILLED,
    TASKS_RESTARTED,
    WRITER_KILLED,
    WRITER_STALLED,
    Fault,
)
from ops.availability.lab import Lab
from ops.availability.load import Open
from ops.availability.measure import Outcome, measure

# What a machine that has two processors for everything, this test among it, can serve without breathing hard.
MODEL = Open(per_second=25)
# The machine may be busy with something else just when it matters.
MARGIN_SECONDS = 4


def outcome_of(lab: Lab, fault: Fault) -> Outcome:
    outcome = measure(lab, fault, model=MODEL)
    assert outcome.sent > 50, "there was hardly any load: nothing is proven"
    assert outcome.acknowledged > 10, "hardly anything was written: nothing is proven"
    assert outcome.missing_writes == 0
    return outcome


def lost(outcome: Outcome) -> list[str]:
    return [f"{'write' if request.is_write else 'read'}: {request.status}" for request in outcome.lost]


@pytest.mark.requirement("APP-3")
def test_replacing_all_tasks_loses_no_request(lab: Lab) -> None:
    assert lost(outcome_of(lab, TASKS_RESTARTED)) == []


@pytest.mark.requirement("APP-2")
def test_a_process_that_dies_takes_along_what_it_was_at_and_nothing_more(lab: Lab) -> None:
    outcome = outcome_of(lab, PROCESS_KILLED)
    assert set(outcome.lost) <= set(outcome.lost_in_flight)
    assert outcome.seconds_to_detect is not None
    assert outcome.seconds_to_detect < MARGIN_SECONDS


@pytest.mark.requirement("APP-2")
def test_a_process_that_hangs_is_replaced_before_the_load_balancer_gives_up_the_task(lab: Lab) -> None:
    task = lab.service.tasks[0]
    outcome = outcome_of(lab, PROCESS_FROZEN)
    assert outcome.seconds_to_detect is not None
    assert HANG_SECONDS < outcome.seconds_to_detect + 1 < HANG_SECONDS + 2 + MARGIN_SECONDS
    assert {request.task for request in outcome.lost} <= {task.target, ""}
    assert len(outcome.lost) <= MODEL.users
    assert not [request for request in outcome.lost if request.intended > outcome.struck.ended]


@pytest.mark.requirement("APP-2", "OBS-5")
@pytest.mark.parametrize("fault", [TASK_KILLED, TASK_FROZEN], ids=lambda fault: fault.name)
def test_a_broken_task_is_found_in_time_and_only_its_own_requests_are_lost(lab: Lab, fault: Fault) -> None:
    broken = lab.service.tasks[0].target
    outcome = outcome_of(lab, fault)
    assert outcome.seconds_to_detect is not None
    assert outcome.seconds_to_detect < SECONDS_TO_DETECT + MARGIN_SECONDS
    assert {request.task for request in outcome.lost} <= {broken, ""}
    assert outcome.struck.detected is not None
    assert not [request for request in outcome.lost if request.intended > outcome.struck.detected]


@pytest.mark.requirement("DB-1")
@pytest.mark.parametrize("fault", [FAILOVER, WRITER_KILLED], ids=lambda fault: fault.name)
def test_writes_resume_within_five_seconds_of_a_new_writer_and_none_is_lost(lab: Lab, fault: Fault) -> None:
    outcome = outcome_of(lab, fault)
    assert outcome.seconds_to_write_again is not None
    assert outcome.seconds_to_write_again < 5
    assert not [request for request in outcome.lost if request.intended > outcome.struck.ended + 5]
    assert not [request for request in outcome.lost if not request.is_write], "reads have another instance to go to"


@pytest.mark.requirement("DB-1")
def test_losing_the_reader_loses_no_write_and_hardly_a_read(lab: Lab) -> None:
    outcome = outcome_of(lab, READER_LOST)
    assert not [request for request in outcome.lost if request.is_write]
    assert len(outcome.lost) <= MODEL.users


def test_a_writer_that_answers_nothing_for_seconds_stops_no_read_and_is_used_again_afterwards(lab: Lab) -> None:
    outcome = outcome_of(lab, WRITER_STALLED)
    assert not [request for request in outcome.lost if not request.is_write]
    assert not [request for request in outcome.lost if request.intended > outcome.struck.ended + MARGIN_SECONDS]


@pytest.mark.requirement("DB-4")
def test_the_service_signs_in_with_new_keys_when_the_roles_are_replaced(lab: Lab) -> None:
    assert lost(outcome_of(lab, KEYS_REPLACED)) == []


@pytest.mark.requirement("ST-2")
def test_calls_of_the_session_table_that_fail_are_repeated(lab: Lab) -> None:
    outcome = outcome_of(lab, SESSIONS_THROTTLED)
    assert len(outcome.lost) <= outcome.sent * 0.05
    assert not [request for request in outcome.lost if request.intended > outcome.struck.ended]
