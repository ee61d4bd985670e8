"""Where prices come from: a table in which every row has its page and its date, and AWS's Pricing API."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from ops.account import Environment
from ops.review.cost import pricing_api
from ops.review.cost.prices import Prices, list_prices
from ops.review.cost.pricing_api import CACHE, ask, current_prices
from ops.review.cost.usage import load_usage
from ops.workspace import ROOT, Workspace
from stacks.settings_file import load_settings

pytestmark = pytest.mark.requirement("COST-1")

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RULES = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "ops/review/cost/rules").glob("*.py"))


class Session(boto3.Session):
    """A session whose one client answers what a test says."""

    def __init__(self, pricing: Any) -> None:  # noqa: ANN401 - boto3 has no type for it
        super().__init__(region_name="us-east-1")
        self.pricing = pricing
        self.stubber = Stubber(pricing)

    def client(self, *_arguments: Any, **_options: Any) -> Any:  # noqa: ANN401
        return self.pricing

    def will_say(self, *products: str) -> None:
        self.stubber.add_response("get_products", {"PriceList": list(products)})


@pytest.fixture(scope="module")
def pricing() -> Any:  # noqa: ANN401
    return boto3.client("pricing", region_name="us-east-1", aws_access_key_id="nobody", aws_secret_access_key="none")


@pytest.fixture
def session(pricing: Any) -> Iterator[Session]:  # noqa: ANN401
    session = Session(pricing)
    with session.stubber:
        yield session
        session.stubber.assert_no_pending_responses()


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    workspace = Workspace(suffix="local", root=tmp_path)
    return Environment(name="local", settings=load_settings("local"), embedded=False, workspace=workspace)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Decimal] | Exception]:
    """What the API says the next times; the test fails if it is asked more often."""
    queue: list[dict[str, Decimal] | Exception] = []

    def answer(_session: boto3.Session, _table: Prices) -> dict[str, Decimal]:
        said = queue.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    monkeypatch.setattr(pricing_api, "ask", answer)
    monkeypatch.setattr(Environment, "session", lambda _self: None)
    return queue


def only(*keys: str) -> Prices:
    """The table, with some of its rows."""
    table = list_prices()
    return replace(table, rows={key: table[key] for key in keys})


def product(*tiers: tuple[str, str]) -> str:
    """A product as the API writes it, with tiers from where they begin to what a unit costs."""
    dimensions = {
        f"rate-{begin}": {"beginRange": begin, "unit": "x", "pricePerUnit": {"USD": usd}} for begin, usd in tiers
    }
    return json.dumps({"product": {}, "terms": {"OnDemand": {"term": {"priceDimensions": dimensions}}}})


def test_every_price_has_its_page_at_aws_and_the_month_in_which_it_was_read() -> None:
    for price in list_prices().rows.values():
        assert price.usd > 0, price.key
        assert re.fullmatch(r"https://aws\.amazon\.com/[\w/.#-]+", price.source), price.key
        assert date(2026, 1, 1) < date.fromisoformat(f"{price.date}-01"), price.key
    assert list_prices().origin == "list prices of November 2026"


def test_every_price_and_every_assumption_is_used_by_a_rule() -> None:
    quoted = set(re.findall(r'"(\w+)"', RULES)) | {
        f"fargate_{processor}_{part}" for processor in ("arm", "x86") for part in ("vcpu", "memory")
    }
    assert not set(list_prices().rows) - quoted
    assert set(load_usage().assumptions) == set(re.findall(r'usage\["(\w+)"\]', RULES))


def test_an_assumption_never_falls_with_the_load() -> None:
    for name, assumption in load_usage().assumptions.items():
        low, expected, high = vars(assumption.quantity).values()
        assert low <= expected <= high, name


def test_the_api_is_asked_for_the_region_with_and_without_its_prefix(session: Session) -> None:
    expected = {
        "ServiceCode": "AmazonVPC",
        "Filters": [
            {"Type": "ANY_OF", "Field": "usagetype", "Value": "VpcEndpoint-Hours,USE1-VpcEndpoint-Hours"},
            {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "us-east-1"},
            {"Type": "TERM_MATCH", "Field": "productFamily", "Value": "VpcEndpoint"},
        ],
        "FormatVersion": "aws_v1",
        "MaxResults": 100,
    }
    session.stubber.add_response("get_products", {"PriceList": [product(("0", "0.011"))]}, expected)
    assert ask(session, only("interface_endpoint")) == {"interface_endpoint": Decimal("0.011")}


def test_a_price_of_the_api_is_the_first_that_is_not_free_in_the_unit_of_the_table(session: Session) -> None:
    session.will_say(product(("10000", "0.0000001"), ("0", "0.0"), ("20", "0.0000007")))
    assert ask(session, only("web_acl_requests")) == {"web_acl_requests": Decimal("0.7")}


@pytest.mark.parametrize(
    "products",
    [
        pytest.param([], id="no product"),
        pytest.param([product(("0", "1.0")), product(("0", "1.1"))], id="products that differ"),
        pytest.param([product(("0", "0.0"))], id="only a free tier"),
        pytest.param([product(("0", "3.5"))], id="a price of something else"),
    ],
)
def test_an_unclear_answer_of_the_api_is_none(session: Session, products: list[str]) -> None:
    session.will_say(*products)
    assert ask(session, only("key")) == {}


def test_a_price_without_a_filter_is_not_asked_for(session: Session) -> None:
    assert ask(session, only("restore_test")) == {}


def test_prices_of_the_api_replace_those_of_the_table_and_the_rest_is_named(
    environment: Environment, answers: list[dict[str, Decimal] | Exception]
) -> None:
    answers.append({"key": Decimal("1.25")})
    prices = current_prices(environment, now=NOW)
    assert (prices["key"].usd, prices["key"].date) == (Decimal("1.25"), "2026-11-24")
    assert prices["web_acl"] == list_prices()["web_acl"]
    assert prices.origin == "AWS Pricing API, fetched 2026-11-24 12:00 UTC"
    assert "WAF web ACL" in prices.notes[0]
    assert "KMS keys" not in prices.notes[0]


def test_prices_are_kept_for_a_day(environment: Environment, answers: list[dict[str, Decimal] | Exception]) -> None:
    answers += [{"key": Decimal(2)}, {"key": Decimal(3)}]
    assert current_prices(environment, now=NOW)["key"].usd == 2
    later = current_prices(environment, now=NOW + timedelta(hours=23))
    assert later["key"].usd == 2
    assert later.origin.endswith("2026-11-24 12:00 UTC")
    assert current_prices(environment, now=NOW + timedelta(hours=25))["key"].usd == 3


def test_a_file_that_cannot_be_read_is_fetched_again(
    environment: Environment, answers: list[dict[str, Decimal] | Exception]
) -> None:
    environment.workspace.shared.mkdir()
    (environment.workspace.shared / CACHE).write_text('{"fetched": "long ago"}', encoding="utf-8")
    answers.append({"key": Decimal(2)})
    assert current_prices(environment, now=NOW)["key"].usd == 2


@pytest.mark.parametrize(
    "refusal",
    [
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not you"}}, "GetProducts"),
        EndpointConnectionError(endpoint_url="https://api.pricing.us-east-1.amazonaws.com"),
    ],
    ids=["not allowed", "not reached"],
)
def test_without_the_api_the_table_is_used_and_that_is_said(
    refusal: Exception, environment: Environment, answers: list[dict[str, Decimal] | Exception]
) -> None:
    answers.append(refusal)
    prices = current_prices(environment, now=NOW)
    assert prices.rows == list_prices().rows
    assert str(refusal) in prices.notes[0]
    assert not (environment.workspace.shared / CACHE).exists()


def test_the_embedded_aws_is_never_asked(
    environment: Environment, answers: list[dict[str, Decimal] | Exception]
) -> None:
    assert answers == []
    assert current_prices(replace(environment, embedded=True), now=NOW) == list_prices()
