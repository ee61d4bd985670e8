"""Metric math means here what AWS's page says that it means."""

import pytest

from ops.preview.maths import UnknownMathsError, compute
from ops.preview.model import Dashboard, Series
from ops.preview.samples import NOON, sample
from tests.preview.made import listed, metric, series

pytestmark = pytest.mark.requirement("OBS-3")


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("IF(m1, m2, m3)", [30, 0, 20, None, None]),
        ("IF(m1, 5, m3)", [5, 5, 20, None, None]),
        ("IF(m1, m2, 5)", [30, 0, 5, 5, None]),
        ("IF(m1, m2)", [30, 0, None, None, None]),
    ],
)
def test_the_examples_of_if_on_awss_page_come_out_as_they_stand_there(
    formula: str, expected: list[float | None]
) -> None:
    inputs = {"m1": series(1, 1, 0, 0, None), "m2": series(30, None, 0, 0, 30), "m3": series(0, 0, 20, None, 20)}
    assert listed(compute(formula, inputs)) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("m1 + m2", [3, 4, 7]),
        ("100 * m2 / m1", [200, None, 250]),
        ("-m1 - 1", [-2, None, -3]),
        ("m2 > 3", [0, 1, 1]),
        ("m1 < m2", [1, 1, 1]),
        ("FILL(m1, 0)", [1, 0, 2]),
        ("FILL(m1, REPEAT)", [1, 1, 2]),
        ("DIFF(m1)", [None, None, 1]),
        ("DIFF_TIME(m1)", [None, None, 120]),
        ("EPOCH(m1)", [0, 60, 120]),
        ("ABS(m1 - m2)", [1, 4, 3]),
    ],
)
def test_what_is_missing_counts_as_nothing_and_a_division_by_it_leaves_a_gap(
    formula: str, expected: list[float | None]
) -> None:
    assert listed(compute(formula, {"m1": series(1, None, 2), "m2": series(2, 4, 5)})) == expected


def test_nothing_is_repeated_before_the_first_value() -> None:
    assert listed(compute("FILL(m1, REPEAT)", {"m1": series(None, 3, None)})) == [None, 3, 3]


@pytest.mark.parametrize(
    "formula", ["MAX(m1)", "m1 +", "m1 if m1 else 0", "__import__('os')", "m2", "1 + 1", "IF(m1)", "FILL(m1, 0, 0)"]
)
def test_what_the_preview_cannot_compute_it_names(formula: str) -> None:
    with pytest.raises(UnknownMathsError):
        compute(formula, {"m1": series(1)})


def formula_of(dashboards: list[Dashboard], title: str) -> str:
    """The first formula of a widget of the overview."""
    (widget,) = [widget for widget in dashboards[0].widgets if widget.title.startswith(title)]
    return next(line.source for line in widget.lines if isinstance(line.source, str))


def test_the_age_of_the_newest_backup_grows_by_the_hour_until_a_job_completes(dashboards: list[Dashboard]) -> None:
    hourly = series(0, None, 2, 0, None, None, 1, 0, period=3600)
    age = compute(formula_of(dashboards, "Age of the newest backup"), {"completed": hourly})
    assert listed(age) == [None, None, 0, 1, 2, 3, 0, 1]


@pytest.mark.parametrize(
    ("uptimes", "changes"),
    [
        ([900, 1200, 1500, 1800], [None, 0, 0, 0]),
        ([900, 1200, 40, 340], [None, 0, 1, 0]),
        ([900, 1200, 86_400, 86_700], [None, 0, 1, 0]),
        ([900, None, 1500, 1800], [None, None, 0, 0]),
        ([900, 1230, 1490, 1800], [None, 0, 0, 0]),
    ],
    ids=["all is well", "it restarts", "another one takes over", "a value is missing", "values are late"],
)
def test_a_role_change_is_an_uptime_that_leaps(
    dashboards: list[Dashboard], uptimes: list[float | None], changes: list[float | None]
) -> None:
    found = compute(formula_of(dashboards, "Role changes"), {"writer": series(*uptimes, period=300)})
    assert listed(found) == changes


def test_the_samples_of_a_week_have_one_role_change(dashboards: list[Dashboard]) -> None:
    (widget,) = [widget for widget in dashboards[0].widgets if widget.title.startswith("Role changes")]
    window = widget.window(now=NOON)
    uptime = metric("EngineUptime", "Minimum", 300, Role="WRITER")
    inputs: dict[str, Series] = {"writer": sample(uptime, window, seed="any")}
    assert sum(compute(formula_of(dashboards, "Role changes"), inputs).values.values()) == 1
