"""To which moment something can be restored, in the words of the person who needs it."""

from datetime import UTC, datetime, timedelta

import pytest

from ops.errors import BadInputError
from ops.restore.moment import Restorable, label, restorable, shown

NOW = datetime(2026, 11, 24, 8, 30, 12, 345678, tzinfo=UTC)
RANGE = Restorable(earliest=datetime(2026, 11, 17, 3, 0, tzinfo=UTC), latest=datetime(2026, 11, 24, 8, 25, tzinfo=UTC))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("latest", "2026-11-24T08:25:00Z"),
        ("15m", "2026-11-24T08:15:12Z"),
        ("15m ago", "2026-11-24T08:15:12Z"),
        ("3600s", "2026-11-24T07:30:12Z"),
        ("2h", "2026-11-24T06:30:12Z"),
        ("1d", "2026-11-23T08:30:12Z"),
        ("2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z"),
        ("2026-11-24T08:00:00+00:00", "2026-11-24T08:00:00Z"),
        ("2026-11-24T10:00:00+02:00", "2026-11-24T08:00:00Z"),
        ("2026-11-24 08:00Z", "2026-11-24T08:00:00Z"),
        (" 2026-11-24T08:00:00.9Z", "2026-11-24T08:00:00Z"),
    ],
)
def test_a_moment_is_what_a_person_means(said: str, meant: str) -> None:
    assert shown(RANGE.moment(said, now=NOW)) == meant


@pytest.mark.parametrize(
    "said", ["", "yesterday", "15", "15 m", "-15m", "999999d", "2026-11-24T08:00:00", "2026-13-01T00:00Z"]
)
def test_what_is_no_time_or_of_no_place_is_refused_with_what_would_do(said: str) -> None:
    with pytest.raises(
        BadInputError, match=r"(?s)no time.*latest\.\n  Any second from 2026-11-17T03:00:00Z"
    ) as refused:
        RANGE.moment(said, now=NOW)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("said", ["1m", "8d", "2026-11-24T08:25:01Z", "2026-11-17T02:59:59Z"])
def test_a_moment_that_aws_cannot_restore_is_refused_with_the_range(said: str) -> None:
    with pytest.raises(BadInputError, match="from 2026-11-17T03:00:00Z to 2026-11-24T08:25:00Z can be restored") as no:
        RANGE.moment(said, now=NOW)
    assert no.value.exit_code == 2


def test_only_seconds_that_lie_wholly_within_are_offered() -> None:
    within = restorable(NOW - timedelta(hours=1), NOW)
    assert (shown(within.earliest), shown(within.latest)) == ("2026-11-24T07:30:13Z", "2026-11-24T08:30:12Z")
    whole = NOW.replace(microsecond=0)
    assert restorable(whole, whole).earliest == whole


def test_a_copy_is_told_by_its_moment() -> None:
    assert label(RANGE.latest) == "20261124-082500"
