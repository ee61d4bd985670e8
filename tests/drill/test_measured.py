"""What samples say: the first sign, the way back, and that a relapse is no recovery."""

from dataclasses import replace

from ops.drill.measured import measure
from ops.drill.plot import plot
from ops.drill.subject import Sample

BEFORE = Sample(
    seconds=0,
    alarms=frozenset(),
    healthy_targets=3,
    tasks={"a": 2, "b": 1},
    writer="one",
    writer_zone="a",
    database="available",
)


def at(seconds: float, *alarms: str, **changes: object) -> Sample:
    return replace(BEFORE, seconds=seconds, alarms=frozenset(alarms), **changes)  # type: ignore[arg-type]


def test_nothing_that_happened_is_nothing_measured() -> None:
    measured = measure(BEFORE, [at(0), at(5), at(10)])
    assert (measured.detected, measured.unrouted, measured.failed_over) == (None, None, None)
    assert measured.recovered == 0
    assert measured.alarms == ()


def test_the_first_alarm_is_the_detection_and_the_last_trouble_the_end() -> None:
    samples = [at(0), at(5, healthy_targets=2), at(60, "late", healthy_targets=2), at(90, "late"), at(120), at(125)]
    measured = measure(BEFORE, samples)
    assert (measured.unrouted, measured.detected, measured.recovered) == (5, 60, 120)
    assert (measured.alarms[0].on, measured.alarms[0].off) == (60, 120)
    assert measured.fewest_targets == 2


def test_a_relapse_is_no_recovery() -> None:
    samples = [at(5, "a"), at(10), at(15, "a"), at(20)]
    measured = measure(BEFORE, samples)
    assert measured.recovered == 20
    assert [(time.on, time.off) for time in measured.alarms] == [(5, 10), (15, 20)]
    assert measure(BEFORE, samples[:3]).recovered is None
    assert measure(BEFORE, samples[:3]).alarms[-1].off is None


def test_an_alarm_that_was_on_before_is_no_detection() -> None:
    before = replace(BEFORE, alarms=frozenset({"old"}))
    measured = measure(before, [at(0, "old"), at(5, "old"), at(10, "old")])
    assert measured.detected is None
    assert measured.recovered == 0


def test_a_failover_is_over_when_the_cluster_is_available_under_another_writer() -> None:
    samples = [
        at(0),
        at(5, writer="", database="failing-over"),
        at(10, writer="two", database="failing-over"),
        at(15, writer="two"),
    ]
    measured = measure(BEFORE, samples)
    assert measured.failed_over == 15
    assert measured.recovered == 15


def test_the_picture_shows_every_alarm_and_the_writer_before_and_after() -> None:
    samples = [at(0), at(30, "alarm-x"), at(60, "alarm-x", writer="two", writer_zone="b"), at(90, writer="two")]
    drawn = plot("A & B", samples, measure(BEFORE, samples), short={"alarm-x": "x<y"})
    assert "A &amp; B" in drawn
    assert "x&lt;y" in drawn
    assert drawn.count('class="alarm"') == 1
    assert drawn.count('class="writer ') == 3
