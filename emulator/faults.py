"""What goes wrong on purpose: calls that are throttled, fail, hang or lose their answer, at seeded rates.

Whether a call fails depends on the seed, on what is called, and on how often that was called before; so a run with the
same seed meets the same faults, whatever the order in which its threads come. `PUT /_emulator/faults` says what is to
go wrong from then on, `GET` how much did, `DELETE` ends it.
"""

import json
import random
import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any

PATH = "/_emulator/faults"
_LONGEST_SLEEP_SECONDS = 60
_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([a-z0-9-]+)/aws4_request")
_ACTION = re.compile(rb"(?:^|&)Action=(\w+)")


class Fault(StrEnum):
    """What can go wrong with a call."""

    THROTTLED = "throttled"
    SERVER_ERROR = "server error"
    UNAVAILABLE = "unavailable"
    RESET = "connection reset"
    SLOW = "slow answer"
    ANSWER_LOST = "answer lost"


@dataclass(frozen=True)
class Call:
    """A request to an AWS service, as far as faults depend on it."""

    service: str
    operation: str

    @classmethod
    def of(cls, environ: Mapping[str, Any], body: bytes) -> "Call":
        """What a WSGI request calls; the service is part of its signature."""
        signed = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        if target := environ.get("HTTP_X_AMZ_TARGET"):
            operation = str(target).rpartition(".")[2]
        elif action := _ACTION.search(body):
            operation = action[1].decode()
        else:
            operation = f"{environ.get('REQUEST_METHOD')} {environ.get('PATH_INFO')}"
        return cls(service=signed[1] if signed else "", operation=operation)


@dataclass(frozen=True)
class Refusal:
    """An answer that says no, in the words of the service's protocol."""

    status: HTTPStatus
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Orders:
    """What is to go wrong: the share of all calls that meet each fault, and which services' calls those are."""

    seed: int = 0
    rates: Mapping[Fault, float] = field(default_factory=dict)
    services: frozenset[str] = frozenset()
    slow_seconds: float = 2

    @classmethod
    def parse(cls, text: bytes) -> "Orders":
        """What a `PUT` says. Raises ValueError, which says what is wrong."""
        document = json.loads(text)
        if not isinstance(document, dict) or document.keys() - {"seed", "rates", "services", "slow_seconds"}:
            raise ValueError('an object with "seed", "rates", "services" and "slow_seconds" is expected')
        rates = {Fault(name): float(rate) for name, rate in document.get("rates", {}).items()}
        if any(rate < 0 for rate in rates.values()) or sum(rates.values()) > 1:
            raise ValueError("rates are shares of all calls: none is negative, and together they are at most 1")
        return cls(
            seed=int(document.get("seed", 0)),
            rates=rates,
            services=frozenset(document.get("services", ())),
            slow_seconds=min(float(document.get("slow_seconds", 2)), _LONGEST_SLEEP_SECONDS),
        )


class Faults:
    """The orders in force, and what came of them so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders = Orders()
        self._calls: Counter[Call] = Counter()
        self._injected: Counter[Fault] = Counter()

    def order(self, orders: Orders) -> None:
        """Do this from now on, counting from nothing."""
        with self._lock:
            self._orders = orders
            self._calls.clear()
            self._injected.clear()

    @property
    def slow_seconds(self) -> float:
        """How long a slow answer takes."""
        return self._orders.slow_seconds

    def draw(self, call: Call) -> Fault | None:
        """What goes wrong with this call, if anything does."""
        with self._lock:
            orders = self._orders
            if not orders.rates or (orders.services and call.service not in orders.services):
                return None
            self._calls[call] += 1
            drawn = random.Random(f"{orders.seed} {call} {self._calls[call]}").random()  # noqa: S311 - no secret
            for fault, rate in orders.rates.items():
                if drawn < rate:
                    self._injected[fault] += 1
                    return fault
                drawn -= rate
        return None

    def told(self) -> dict[str, Any]:
        """How many calls there were, and what went wrong with how many of them."""
        with self._lock:
            injected = {str(fault): self._injected[fault] for fault in Fault}
            return {"calls": sum(self._calls.values()), "injected": injected}


def refusal(fault: Fault, call: Call, environ: Mapping[str, Any]) -> Refusal:
    """How AWS says `fault`, in the protocol that the call uses."""
    status, code = {
        Fault.THROTTLED: (HTTPStatus.BAD_REQUEST, "ThrottlingException"),
        Fault.SERVER_ERROR: (HTTPStatus.INTERNAL_SERVER_ERROR, "InternalFailure"),
        Fault.UNAVAILABLE: (HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable"),
    }[fault]
    message = f"Injected: {fault}"
    if fault is Fault.THROTTLED and call.service in _THROTTLING:
        status, code = _THROTTLING[call.service]
    if call.service == "s3":
        return _xml(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>")
    if call.service == "ec2":
        errors = f"<Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        return _xml(status, f"<Response>{errors}<RequestID>0</RequestID></Response>")
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        return _xml(status, f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>")
    headers = (("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code))
    return Refusal(status, headers, json.dumps({"__type": code, "message": message}).encode())


# Services whose word for "too many requests" is another one.
# https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_THROTTLING = {
    "ec2": (HTTPStatus.SERVICE_UNAVAILABLE, "RequestLimitExceeded"),
    "elasticloadbalancing": (HTTPStatus.BAD_REQUEST, "Throttling"),
    "iam": (HTTPStatus.BAD_REQUEST, "Throttling"),
    "monitoring": (HTTPStatus.BAD_REQUEST, "Throttling"),
    "rds": (HTTPStatus.BAD_REQUEST, "Throttling"),
    "s3": (HTTPStatus.SERVICE_UNAVAILABLE, "SlowDown"),
    "sns": (HTTPStatus.BAD_REQUEST, "Throttling"),
    "sts": (HTTPStatus.BAD_REQUEST, "Throttling"),
}


def _xml(status: HTTPStatus, body: str) -> Refusal:
    return Refusal(status, (("Content-Type", "text/xml"),), f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode())
