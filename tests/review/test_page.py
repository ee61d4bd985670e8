"""The page: it says what matters first, loads nothing, and shows values as they are, whatever is in them."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from ops.review.cost.usage import Range
from ops.review.markdown import written
from ops.review.model import Acceptance, Reach, Risk, Severity
from ops.review.page import render
from ops.review.wording import called, happening, listed, more_or_less, plural, span
from tests.review.reviewed import changing, content

pytestmark = pytest.mark.requirement("Q-2")

TABLE = changing("storage.aws_dynamodb_table.sessions", {"name": "sessions"}, None)
ALARM = changing("monitoring.aws_cloudwatch_metric_alarm.latency", None, {"alarm_name": "latency"})
CLUSTER = changing("database.aws_rds_cluster.cluster", {"capacity": 4}, {"capacity": 8})
LOSS = Risk(
    "data-lost", Severity.HIGH, "storage", "aws_dynamodb_table.sessions", "It is destroyed with every item in it"
)
RESTART = Risk("restart", Severity.MEDIUM, "database", "aws_rds_cluster.cluster", "The writer restarts")
HOSTILE = "</pre></details><script>alert('x')</script><img src=https://evil.example/x onerror=alert(1)>"


class Page(HTMLParser):
    """The tags of a page with their attributes, and the words outside the style sheet."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "br", "wbr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]


@pytest.fixture(scope="module")
def page() -> str:
    reach = (Reach("storage", "table_arn", ("compute", "monitoring")),)
    return render(content(TABLE, ALARM, CLUSTER, risks=(LOSS, RESTART), reach=reach))


def test_the_page_loads_nothing_and_runs_nothing(page: str) -> None:
    found = Page(page)
    for tag, attributes in found.tags:
        assert tag not in {"script", "iframe", "object", "embed", "img"}
        for name in ("src", "srcset", "href", "action", "background"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,"))
        assert not [name for name in attributes if name.startswith("on")]
    assert not re.findall(r"url\(|@import", page)
    assert "default-src 'none'" in page


def test_every_tag_is_closed_every_id_is_there_once_and_every_link_leads_to_one(page: str) -> None:
    found = Page(page)
    assert not found.open
    assert len(found.ids) == len(set(found.ids))
    links = {(attributes["href"] or "")[1:] for tag, attributes in found.tags if tag == "a"}
    assert links <= set(found.ids)
    assert "storage.aws_dynamodb_table.sessions" in links


def test_the_verdict_comes_first_then_the_risks_then_what_changes(page: str) -> None:
    words = Page(page).words
    order = [
        "Stop at the table sessions",
        "1 created",
        "It is destroyed with every item in it",
        "compute and monitoring read",
        "As it was",
    ]
    places = [re.sub(r"\s+", " ", words).index(text) for text in order]
    assert places == sorted(places)


def test_what_touches_something_that_exists_is_open_and_what_is_new_is_folded(page: str) -> None:
    resources = {attributes["id"]: "open" in attributes for tag, attributes in Page(page).tags if tag == "details"
                 and "id" in attributes}  # fmt: skip
    assert resources == {
        "storage.aws_dynamodb_table.sessions": True,
        "database.aws_rds_cluster.cluster": True,
        "monitoring.aws_cloudwatch_metric_alarm.latency": False,
    }


def test_much_that_is_new_is_folded_together_but_for_what_is_risky() -> None:
    alarms = [changing(f"monitoring.aws_cloudwatch_metric_alarm.a{n}", None, {"alarm_name": f"a{n}"}) for n in range(9)]
    risk = Risk("rule", Severity.LOW, "monitoring", "aws_cloudwatch_metric_alarm.a7", "It tells nobody")
    (layer,) = content(*alarms, risks=(risk,)).layers
    assert [one.change.address for one in layer.shown] == ["aws_cloudwatch_metric_alarm.a7"]
    assert len(layer.folded) == 8


def test_headings_do_not_skip_a_level(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in Page(page).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_hostile_values_are_shown_and_do_nothing() -> None:
    hostile = changing(f'network.aws_vpc.vpc["{HOSTILE}"]', {"a": HOSTILE, HOSTILE: "a"}, {"a": f"{HOSTILE}\nb"})
    risk = Risk(HOSTILE, Severity.HIGH, "network", f'aws_vpc.vpc["{HOSTILE}"]', HOSTILE)
    reach = Reach("network", HOSTILE, (HOSTILE,))
    found = Page(render(content(hostile, risks=(risk,), reach=(reach,))))
    assert not found.open
    assert not {"script", "img"} & {tag for tag, _ in found.tags}
    assert found.words.count("alert('x')") > 5


def test_sensitive_values_are_not_on_the_page() -> None:
    marks = {"before_sensitive": {"password": True}, "after_sensitive": {"password": True}}
    secret = changing("database.aws_rds_cluster.cluster", {"password": "hunter1"}, {"password": "hunter2"}, **marks)
    page = render(content(secret))
    assert "hunter" not in page
    assert "(sensitive)" in page


def test_an_accepted_risk_is_no_open_one_and_says_why_and_until_when() -> None:
    accepted = Risk("data-lost", Severity.HIGH, "storage", "aws_dynamodb_table.sessions", "Data would be lost")
    accepted = Risk(**{**vars(accepted), "accepted": Acceptance("It is a test.", date(2027, 1, 31))})
    made = content(TABLE, risks=(accepted,))
    words = Page(render(made)).words
    assert made.verdict.severity is None
    assert "Accepted until 31 January 2027: It is a test." in words
    assert "0 open risks" in re.sub(r"\s+", " ", words)


def test_an_acceptance_that_is_over_is_told_even_where_there_is_no_risk() -> None:
    made = replace(content(CLUSTER), expired=("restart of database: * was accepted until 2026-11-01",))
    for said in (Page(render(made)).words, written(made).replace("\\", "")):
        assert "restart of database: * was accepted until 2026-11-01" in said


def test_nothing_to_do_is_a_page_too() -> None:
    as_it_was = changing("storage.aws_dynamodb_table.sessions", {"name": "a"}, {"name": "a"})
    as_it_was["change"]["actions"] = ["no-op"]
    made = content(as_it_was)
    words = Page(render(made)).words
    assert made.verdict.sentence == "Nothing to do: everything is as the code says."
    assert "Nothing would change, in none of 6 layers." in words
    assert "The plan changes nothing of it" in words


@pytest.mark.parametrize(
    ("risks", "sentence"),
    [
        (
            (LOSS, RESTART),
            "Stop at the table sessions of storage: it is destroyed with every item in it. There is 1 more risk.",
        ),
        ((RESTART,), "Look twice at the database cluster of database: the writer restarts."),
        ((), "Nothing to worry about: 1 table is destroyed and 1 alarm is created."),
    ],
)
def test_the_verdict_is_a_sentence_that_a_colleague_would_say(risks: tuple[Risk, ...], sentence: str) -> None:
    assert content(TABLE, ALARM, risks=risks).verdict.sentence == sentence


def test_what_happens_is_named_as_long_as_that_is_short() -> None:
    made = content(TABLE, ALARM, CLUSTER, CLUSTER)
    assert happening(made.review.plan.changes) == (
        "1 resource is destroyed, 2 resources are changed and 1 resource is created"
    )
    assert plural(2, "role policy") == "2 role policies"
    assert plural(2, "key") == "2 keys"
    assert listed(["a"]) == "a"


def test_a_resource_is_called_what_people_call_it() -> None:
    addresses = ["aws_rds_cluster.cluster", "aws_lb.load-balancer", "aws_cloudwatch_metric_alarm.alarm-queue"]
    said = [called("compute", address) for address in addresses]
    assert said == ["the database cluster of compute", "the load balancer of compute", "the alarm queue of compute"]


def test_money_that_is_saved_has_a_minus_and_a_span_goes_from_less_to_more() -> None:
    assert more_or_less(Decimal("-1234.5")) == "\N{MINUS SIGN}$1,234.50"
    assert more_or_less(Decimal("0.001")) == "±$0.00"
    assert span(Range(Decimal(3), Decimal(0), Decimal(-1))) == "\N{MINUS SIGN}$1.00 to +$3.00"
