"""The service is about as fast as its framework lets it be, and holds no more memory the longer it runs."""

import pytest

from ops.availability.lab import Lab
from ops.availability.load import Closed
from ops.availability.speed import memory, peer_speed, speed

MODEL = Closed(users=8)
# Requests with a session, TLS, a database and a log, beside requests with nothing. Measured: see docs/availability.md.
LEAST_SHARE = 0.025
LONGEST_P99_MILLISECONDS = 1000
MOST_GROWTH_MIB = 10


def test_a_request_takes_no_more_than_forty_times_what_one_that_does_nothing_takes(lab: Lab) -> None:
    programs = [task.program for task in lab.service.tasks]
    service = speed("service", url=lab.balancer.url, programs=programs, model=MODEL, seconds=5)
    peer = peer_speed(lab, model=MODEL, seconds=3)
    assert (service.lost, peer.lost) == (0, 0)
    assert service.per_core / peer.per_core > LEAST_SHARE
    assert service.milliseconds(99) < LONGEST_P99_MILLISECONDS


@pytest.mark.requirement("APP-3")
def test_memory_does_not_grow_with_requests(lab: Lab) -> None:
    held = memory(lab, model=MODEL, minutes=0.2, say=print)
    assert held.last_mib - held.first_mib < MOST_GROWTH_MIB
