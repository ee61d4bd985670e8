"""Faults on demand: each looks to a client as AWS's own would, and happens exactly as often as ordered."""

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 - botocore's own
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from emulator.faults import PATH, Call, Fault, Faults, Orders
from emulator.server import HOST, KeepAliveHandler


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    class Handler(KeepAliveHandler):
        faults = Faults()

    server = make_server(
        HOST, 0, DomainDispatcherApplication(create_backend_app), threaded=True, request_handler=Handler
    )
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()


@pytest.fixture(autouse=True)
def _no_faults_are_left(port: int) -> Iterator[None]:
    yield
    control(port, "DELETE")


def control(port: int, method: str, **orders: Any) -> dict[str, Any]:  # noqa: ANN401
    connection = HTTPConnection(HOST, port, timeout=5)
    connection.request(method, PATH, json.dumps(orders) if orders else None)
    answer = connection.getresponse()
    told: dict[str, Any] = json.loads(answer.read())
    connection.close()
    return {"status": answer.status, **told}


def client(port: int, service: str) -> Any:  # noqa: ANN401 - any of boto3's clients
    return boto3.client(
        service,  # type: ignore[call-overload]
        region_name="us-east-1",
        endpoint_url=f"http://{HOST}:{port}",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


# One service of each protocol: JSON, query, EC2's own, REST with JSON, REST with XML.
@pytest.mark.parametrize(
    ("service", "operation", "throttled"),
    [
        ("dynamodb", "list_tables", "ThrottlingException"),
        ("sns", "list_topics", "Throttling"),
        ("iam", "list_roles", "Throttling"),
        ("ec2", "describe_vpcs", "RequestLimitExceeded"),
        ("backup", "list_backup_vaults", "ThrottlingException"),
        ("s3", "list_buckets", "SlowDown"),
    ],
)
def test_every_protocol_says_no_in_its_own_words(port: int, service: str, operation: str, throttled: str) -> None:
    for fault, code in {
        Fault.THROTTLED: throttled,
        Fault.SERVER_ERROR: "InternalFailure",
        Fault.UNAVAILABLE: "ServiceUnavailable",
    }.items():
        control(port, "PUT", rates={fault: 1})
        with pytest.raises(ClientError) as refused:
            getattr(client(port, service), operation)()
        assert refused.value.response["Error"]["Code"] == code
        assert refused.value.response["Error"]["Message"] == f"Injected: {fault}"


def test_what_is_called_when_the_connection_breaks_does_not_happen(port: int) -> None:
    control(port, "PUT", rates={Fault.RESET: 1})
    with pytest.raises((ConnectionError, HTTPClientError)):
        client(port, "sns").create_topic(Name="never")
    control(port, "DELETE")
    assert not [topic for topic in client(port, "sns").list_topics()["Topics"] if "never" in topic["TopicArn"]]


def test_what_is_called_happens_although_its_answer_is_lost(port: int) -> None:
    control(port, "PUT", rates={Fault.ANSWER_LOST: 1})
    with pytest.raises((ConnectionError, HTTPClientError)):
        client(port, "sns").create_topic(Name="made")
    control(port, "DELETE")
    assert [topic for topic in client(port, "sns").list_topics()["Topics"] if "made" in topic["TopicArn"]]


def test_a_slow_answer_is_right(port: int) -> None:
    control(port, "PUT", rates={Fault.SLOW: 1}, slow_seconds=0.3)
    began = time.monotonic()
    assert "TableNames" in client(port, "dynamodb").list_tables()
    assert time.monotonic() - began >= 0.3


def test_only_the_services_that_are_named_are_hit(port: int) -> None:
    control(port, "PUT", rates={Fault.SERVER_ERROR: 1}, services=["sns"])
    assert "TableNames" in client(port, "dynamodb").list_tables()
    with pytest.raises(ClientError):
        client(port, "sns").list_topics()


def test_what_went_wrong_is_counted_until_it_is_called_off(port: int) -> None:
    control(port, "PUT", rates={Fault.SERVER_ERROR: 1})
    for _ in range(3):
        with pytest.raises(ClientError):
            client(port, "sns").list_topics()
    told = control(port, "GET")
    assert (told["calls"], told["injected"][Fault.SERVER_ERROR]) == (3, 3)
    assert control(port, "DELETE")["injected"][Fault.SERVER_ERROR] == 0
    assert "Topics" in client(port, "sns").list_topics()


@pytest.mark.parametrize(
    "orders", [{"rates": {"earthquake": 1}}, {"rates": {"slow answer": -1}}, {"rates": {"slow answer": 2}}, {"x": 1}]
)
def test_orders_that_cannot_be_carried_out_are_refused(port: int, orders: dict[str, Any]) -> None:
    assert control(port, "PUT", **orders)["status"] == 400


def test_the_same_seed_gives_the_same_faults_in_any_order_and_about_as_many_as_ordered() -> None:
    calls = [Call(service="s3", operation=f"GET /{n % 50}") for n in range(5000)]
    orders = Orders(seed=7, rates={Fault.THROTTLED: 0.05, Fault.RESET: 0.02})

    def drawn(order: list[Call], orders: Orders) -> dict[Call, list[Fault | None]]:
        found: dict[Call, list[Fault | None]] = {call: [] for call in order}
        faults = Faults()
        faults.order(orders)
        for call in order:
            found[call].append(faults.draw(call))
        return found

    forwards, backwards = drawn(calls, orders), drawn(calls[::-1], orders)
    assert forwards == backwards
    assert forwards != drawn(calls, Orders(seed=8, rates=orders.rates))
    everything = [fault for each in forwards.values() for fault in each]
    assert 150 < everything.count(Fault.THROTTLED) < 350
    assert 50 < everything.count(Fault.RESET) < 150
