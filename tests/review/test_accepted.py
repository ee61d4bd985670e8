"""Risks that somebody has accepted do not stop anything, as long as that counts."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from ops.errors import BadInputError
from ops.review.accepted import expired
from stacks.settings import AcceptedRisk
from stacks.settings_file import SettingsError, load_settings
from tests.review.risky import TODAY, recorded, risks
from tests.unit.conftest import with_changes
from tests.unit.synthesized import synthesize
from tests.unit.test_settings import VALID, write

RETENTION = "log-retention-shortened"
LOG_GROUP = "compute: aws_cloudwatch_log_group.log-group-service"
REASON = "Nobody reads these lines after a week"


def accepted(rule: str = RETENTION, resource: str = LOG_GROUP, until: date = TODAY) -> AcceptedRisk:
    return AcceptedRisk(rule=rule, resource=resource, reason=REASON, until=until)


@pytest.mark.parametrize(
    "resource", [LOG_GROUP, "*: aws_cloudwatch_log_group.log-group-service", "compute: aws_cloudwatch_log_group.*"]
)
def test_an_accepted_risk_is_told_with_its_reason_until_its_last_day(resource: str) -> None:
    (risk,) = risks(recorded("log_retention"), [accepted(resource=resource)])
    assert risk.accepted is not None
    assert (risk.accepted.reason, risk.accepted.until) == (REASON, TODAY)


@pytest.mark.parametrize(
    "other",
    [
        accepted(until=TODAY - timedelta(days=1)),
        accepted(rule="data-lost"),
        accepted(resource="storage: aws_cloudwatch_log_group.log-group-service"),
        accepted(resource="compute: aws_cloudwatch_log_group.log-group"),
    ],
)
def test_what_is_over_or_of_something_else_does_not_count(other: AcceptedRisk) -> None:
    (risk,) = risks(recorded("log_retention"), [other])
    assert risk.accepted is None


def test_of_several_acceptances_the_longest_counts() -> None:
    later = accepted(until=TODAY + timedelta(days=30))
    (risk,) = risks(recorded("log_retention"), [accepted(), later])
    assert risk.accepted is not None
    assert risk.accepted.until == later.until


def test_what_is_over_is_told() -> None:
    old = accepted(until=TODAY - timedelta(days=1))
    (told,) = expired([old, accepted()], TODAY)
    assert all(word in told for word in (RETENTION, LOG_GROUP, REASON, str(old.until)))


def test_a_rule_that_does_not_exist_cannot_be_accepted() -> None:
    with pytest.raises(BadInputError, match="did you mean 'log-retention-shortened'"):
        risks(recorded("new_alarm"), [accepted(rule="log-retention-short")])


TABLE = f"""
[[accepted_risk]]
rule = "{RETENTION}"
resource = "{LOG_GROUP}"
reason = "{REASON}"
until = 2027-01-31
"""


def test_acceptances_stand_in_the_environments_file(tmp_path: Path) -> None:
    settings = load_settings("prod", folder=write(tmp_path, VALID + TABLE))
    assert settings.accepted_risk == [accepted(until=date(2027, 1, 31))]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (RETENTION, "Log Retention", "id of a rule"),
        (LOG_GROUP, "aws_cloudwatch_log_group.log-group-service", "a layer and a resource"),
        (LOG_GROUP, "*", "a layer and a resource"),
        (REASON, "because", "at least 20 letters"),
        (REASON, " " * 30, "at least 20 letters"),
        ("2027-01-31", '"2027-01-31"', "until"),
        ("until = 2027-01-31", "", "is missing"),
        ("until =", "untill =", "until"),
    ],
)
def test_an_acceptance_that_says_too_little_is_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    with pytest.raises(SettingsError, match="accepted_risk") as refused:
        load_settings("prod", folder=write(tmp_path, VALID + TABLE.replace(right, wrong)))
    assert said in str(refused.value)


def test_nothing_that_is_made_depends_on_what_is_accepted() -> None:
    plain = load_settings("example")
    assert (
        synthesize(with_changes(plain, {}).model_copy(update={"accepted_risk": [accepted()]})).layers
        == synthesize(plain).layers
    )
