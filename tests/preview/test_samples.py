"""Samples suit what they stand for, and agree with each other."""

from statistics import mean

import pytest

from ops.preview.model import Dashboard, Metric, Series, Window, seconds_of
from ops.preview.samples import NOON, sample
from tests.preview.made import metric

pytestmark = pytest.mark.requirement("OBS-3")

HOUR, DAY = 3600, 86_400
TODAY = Window(start=NOON - 12 * HOUR, end=NOON + 12 * HOUR)


def of(name: str, statistic: str = "Average", window: Window = TODAY) -> Series:
    return sample(metric(name, statistic), window, seed="seed")


def around(series: Series, hour: int) -> float:
    moment = TODAY.start + hour * HOUR
    return mean(value for at, value in series.values.items() if abs(at - moment) <= HOUR)


def every_metric(dashboards: list[Dashboard]) -> list[Metric]:
    widgets = [widget for dashboard in dashboards for widget in dashboard.widgets if widget.type == "metric"]
    return [line.source for widget in widgets for line in widget.lines if isinstance(line.source, Metric)]


@pytest.mark.parametrize("name", ["RequestCount", "CommitThroughput", "AllRequests"])
def test_traffic_is_least_at_night_and_most_in_the_afternoon(name: str) -> None:
    traffic = of(name)
    assert around(traffic, 3) < around(traffic, 9) < around(traffic, 15)
    assert around(traffic, 20) < around(traffic, 15)


def test_percentages_are_between_0_and_100(dashboards: list[Dashboard]) -> None:
    shares = [each for each in every_metric(dashboards) if each.name.endswith("Utilization")]
    assert shares
    for each in shares:
        values = sample(each, TODAY, seed="seed").values.values()
        assert 0 < min(values) <= max(values) <= 100


def test_errors_are_rare_and_come_in_bursts() -> None:
    errors = of("HTTPCode_Target_5XX_Count", "Sum", Window(start=NOON - 7 * DAY, end=NOON)).values
    assert 0 < len(errors) < 0.1 * 7 * DAY / 60
    neighbours = [moment for moment in errors if moment + 60 in errors or moment - 60 in errors]
    assert len(neighbours) > 0.7 * len(errors)


def test_nothing_is_below_zero_and_every_metric_has_a_sample(dashboards: list[Dashboard]) -> None:
    week = Window(start=NOON - 7 * DAY, end=NOON)
    for each in every_metric(dashboards):
        values = sample(each, week, seed="seed").values.values()
        assert all(value >= 0 for value in values), each


def test_a_higher_percentile_is_a_longer_time() -> None:
    p50, p95, p99 = (mean(of("TargetResponseTime", each).values.values()) for each in ("p50", "p95", "p99"))
    assert 0 < p50 < p95 < p99 < 1.5


def test_a_longer_window_shows_the_same_values_of_the_same_moments() -> None:
    short, long = of("RequestCount", window=Window(start=NOON - HOUR, end=NOON)), of("RequestCount")
    assert all(long.values[moment] == value for moment, value in short.values.items())


@pytest.mark.parametrize(("duration", "seconds"), [("-PT3H", 3 * HOUR), ("-P7D", 7 * DAY), ("-P1DT30M", DAY + 1800)])
def test_a_start_is_a_time_before_now(duration: str, seconds: int) -> None:
    assert seconds_of(duration) == seconds


@pytest.mark.parametrize("duration", ["PT3H", "-P", "2025-01-01", "-P1Y"])
def test_a_start_that_is_no_time_before_now_is_refused(duration: str) -> None:
    with pytest.raises(ValueError, match="no time before now"):
        seconds_of(duration)
