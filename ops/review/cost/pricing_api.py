"""Today's prices from AWS's Pricing API, kept for a day. What it does not tell stays as this project's table has it.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
"""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ops.account import Environment
from ops.review.cost.prices import Price, Prices, ProductFilter, list_prices

CACHE = "prices.json"
_KEPT = timedelta(days=1)
# The API answers in few regions, and in each of them for all: the region says nothing of where the prices are of.
_ENDPOINT_REGION = "us-east-1"
_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "max_attempts": 3})
_WORKERS = 4
_USAGE_PREFIX = "USE1-"
# A price this many times another is that of another thing.
_PLAUSIBLE = 3


def current_prices(environment: Environment, *, now: datetime) -> Prices:
    """The newest prices that can be had. A review does not fail for want of them: `notes` says what is missing."""
    if environment.embedded:
        return list_prices()
    cache = environment.workspace.shared / CACHE
    if not (known := _remembered(cache, now=now)):
        try:
            known = (now, ask(environment.session(), list_prices()))
        except (BotoCoreError, ClientError) as refused:
            return replace(list_prices(), notes=(f"AWS's Pricing API does not answer: {refused}",))
        _remember(cache, *known)
    return _with(list_prices(), *known)


def ask(session: boto3.Session, table: Prices) -> dict[str, Decimal]:
    """What AWS says of each price of the table that it can be asked for; an unclear answer is none."""
    client = session.client("pricing", region_name=_ENDPOINT_REGION, config=_CONFIG)

    def ask_one(price: Price) -> Decimal | None:
        return _dollars(_products(client, price.api), price) if price.api else None

    first, *others = table.rows.values()
    answers = [ask_one(first)]  # alone: where it is refused, so would be all others
    with ThreadPoolExecutor(_WORKERS) as pool:
        answers += pool.map(ask_one, others)
    return {key: usd for key, usd in zip(table.rows, answers, strict=True) if usd is not None}


def _products(client: Any, api: ProductFilter) -> list[dict[str, Any]]:  # noqa: ANN401 - boto3 has no type for it
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in api.attributes.items()]
    for one in filters:
        if one["Field"] == "usagetype":
            one |= {"Type": "ANY_OF", "Value": f"{one['Value']},{_USAGE_PREFIX}{one['Value']}"}
    answer = client.get_products(ServiceCode=api.service, Filters=filters, FormatVersion="aws_v1", MaxResults=100)
    return [json.loads(product) for product in answer["PriceList"]]


def _dollars(products: list[dict[str, Any]], price: Price) -> Decimal | None:
    """The price that all products agree on, in the table's unit; None if they do not, or it is of another thing."""
    units = price.api.units if price.api else 1
    told = {usd * units for product in products if (usd := _first_paid_tier(product)) is not None}
    if len(told) != 1:
        return None
    usd = told.pop()
    return usd if price.usd / _PLAUSIBLE < usd < price.usd * _PLAUSIBLE else None


def _first_paid_tier(product: Mapping[str, Any]) -> Decimal | None:
    """What a unit costs on demand once what is free is used up."""
    tiers = [
        (Decimal(tier["beginRange"]), usd)
        for term in product["terms"].get("OnDemand", {}).values()
        for tier in term["priceDimensions"].values()
        if (usd := Decimal(tier["pricePerUnit"].get("USD", 0))) > 0
    ]
    return min(tiers)[1] if tiers else None


def _with(table: Prices, fetched: datetime, known: Mapping[str, Decimal]) -> Prices:
    today = f"{fetched:%Y-%m-%d}"
    rows = {
        key: replace(price, usd=known[key], date=today) if key in known else price for key, price in table.rows.items()
    }
    kept = [price.what for key, price in table.rows.items() if key not in known]
    notes = (f"From the {table.origin}: {', '.join(kept)}",) if kept else ()
    return Prices(rows=rows, origin=f"AWS Pricing API, fetched {fetched:%Y-%m-%d %H:%M} UTC", notes=notes)


def _remembered(cache: Path, *, now: datetime) -> tuple[datetime, dict[str, Decimal]] | None:
    try:
        document = json.loads(cache.read_text(encoding="utf-8"))
        fetched = datetime.fromisoformat(document["fetched"]).astimezone(UTC)
        known = {key: Decimal(usd) for key, usd in document["usd"].items()}
    except (OSError, ValueError, KeyError, InvalidOperation):
        return None
    return (fetched, known) if timedelta(0) <= now - fetched < _KEPT else None


def _remember(cache: Path, fetched: datetime, known: Mapping[str, Decimal]) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    document = {"fetched": fetched.isoformat(), "usd": {key: str(usd) for key, usd in known.items()}}
    cache.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
