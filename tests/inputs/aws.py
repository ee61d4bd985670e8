"""AWS in this process, whose answers can be spoilt: each is what moto says, or what is made of that."""

import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber

import emulator.services  # noqa: F401 - teaches moto what it lacks

_JUNK: tuple[Any, ...] = (None, "", "x", "\ud800", "\x1b[31m", 0, -1, 1e300, True, [], {}, [None], {"x": None}, ["x"])
_TEXTS = (None, "", "x", "-1", "1e999", "NaN", "2024-13-45T99:00:00Z", "true", "\u2028")
# Operations that change nothing, by how AWS calls them.
_READING = ("Describe", "Get", "Head", "List", "BatchGet", "Lookup", "Query", "Scan")


@dataclass(frozen=True)
class Answer:
    """An answer as it comes over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


# What is made of an answer to the operation that is named; it may raise what a broken connection raises.
Spoil = Callable[[str, Answer], Answer]


class _Raw(io.BytesIO):
    def stream(self, *_amount: int, **_options: object) -> Iterator[bytes]:
        while chunk := self.read(1024):
            yield chunk


@dataclass(repr=False)
class PlayedAws:
    """Stands where a request would be sent. `asked` is every operation that was, by service and name."""

    spoil: Spoil | None = None
    asked: list[str] = field(default_factory=list)
    _answers: dict[tuple[str, str, bytes], Answer] = field(default_factory=dict, repr=False)

    def __call__(self, event_name: str, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        """Answer a request."""
        operation = event_name.removeprefix("before-send.")
        self.asked.append(operation)
        answer = self._answer(operation, request)
        if self.spoil:
            answer = self.spoil(operation, answer)
        headers = HTTPHeaders()
        for name, value in answer.headers.items():
            headers[name] = value
        return AWSResponse(request.url, answer.status, headers, _Raw(answer.body))

    @property
    def written(self) -> list[str]:
        """The operations that change something."""
        return [one for one in self.asked if not one.split(".")[1].startswith(_READING)]

    def _answer(self, operation: str, request: AWSPreparedRequest) -> Answer:
        """What moto answers, which is remembered while answers are spoilt: nothing changes meanwhile."""
        if self.spoil is None:
            return _moto(request)
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        key = (operation, str(request.url), b"" if operation == "cloudwatch.GetMetricStatistics" else body)
        if key not in self._answers:
            self._answers[key] = _moto(request)
        return self._answers[key]


def _moto(request: AWSPreparedRequest) -> Answer:
    status, headers, content = BotocoreStubber().process_request(request) or (404, {}, "")
    content = content if isinstance(content, bytes) else str(content).encode()
    return Answer(status, {name: str(value) for name, value in headers.items()}, content)


def broken_connection(operation: str, kind: int) -> Exception:
    """What botocore raises where no answer comes."""
    errors = (EndpointConnectionError, ConnectionClosedError, ReadTimeoutError)
    return errors[kind % len(errors)](endpoint_url=f"https://{operation}", error="")


def altered(body: bytes, *, seed: int) -> bytes:
    """A document with one thing in it taken out or made something else; what is no document is cut."""
    choose = random.Random(seed)  # noqa: S311 - a case, and no secret
    try:
        return json.dumps(_altered_json(json.loads(body), choose)).encode()
    except ValueError:
        pass
    try:
        return _altered_xml(ET.fromstring(body), choose)  # noqa: S314 - moto wrote it
    except ET.ParseError:
        return body[: choose.randint(0, len(body))]


def _altered_json(document: Any, choose: random.Random) -> Any:  # noqa: ANN401 - any JSON
    places = list(_places(document))
    if not places:
        return choose.choice(_JUNK)
    holder, key = choose.choice(places)
    if choose.random() < 0.4:
        del holder[key]
    else:
        holder[key] = choose.choice(_JUNK)
    return document


def _places(document: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    keys = range(len(document)) if isinstance(document, list) else list(document) if isinstance(document, dict) else []
    for key in keys:
        yield document, key
        yield from _places(document[key])


def _altered_xml(root: ET.Element, choose: random.Random) -> bytes:
    parents = [(parent, child) for parent in root.iter() for child in parent]
    if not parents:
        return b"<x/>"
    parent, child = choose.choice(parents)
    match choose.randrange(4):
        case 0:
            parent.remove(child)
        case 1:
            child.tag = "x"
        case 2:
            parent.append(child)
        case _:
            child.clear()
            child.text = choose.choice(_TEXTS)
    return ET.tostring(root)
