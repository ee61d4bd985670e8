"""What AWS answers, held against AWS's own model of it, so that whoever reads an answer need not doubt its form.

A proxy, a sign-in page or a broken connection answers in AWS's place now and then. botocore takes much of that for an
answer, in which things are missing or of another kind than the model says, and fails in its own ways on the rest.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import boto3
import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.parsers import ResponseParser, ResponseParserFactory

from ops.errors import OpsError

_FIRST_ERROR = 300
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_KINDS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "double": (int, float),
    "float": (int, float),
    "integer": (int, float),
    "long": (int, float),
    "string": (str,),
    "timestamp": (datetime,),
}


class AnswerError(OpsError):
    """AWS's answer cannot be understood."""

    def __init__(self, operation: str, why: str) -> None:
        super().__init__(
            f"AWS's answer to {operation} cannot be understood: {why}.\n"
            "  Try again; if it stays so, something in between answers for AWS, such as a proxy."
        )


def aws_session(region: str) -> boto3.Session:
    """A session whose answers are what AWS's model says, or an AnswerError."""
    session = botocore.session.get_session()
    session.register_component("response_parser_factory", _Parsers())
    return boto3.Session(region_name=region, botocore_session=session)


class _Parsers(ResponseParserFactory):
    """botocore asks this for a parser whenever an answer has come."""

    def create_parser(self, protocol_name: str) -> "_Parser":  # type: ignore[override]
        return _Parser(super().create_parser(protocol_name))


class _Parser:
    """Parses an answer like botocore, and judges what came of it."""

    def __init__(self, parser: ResponseParser) -> None:
        self._parser = parser

    def parse(self, response: Mapping[str, Any], shape: StructureShape | None) -> Any:  # noqa: ANN401 - any JSON
        """The answer. Raises AnswerError when it is none; what refuses something stays a refusal, whatever it says."""
        operation = response["context"].get("operation_name", "a question")
        try:
            parsed = self._parser.parse(response, shape)  # type: ignore[arg-type]
        except Exception as error:
            if response["status_code"] < _FIRST_ERROR:
                raise AnswerError(operation, f"{type(error).__name__}: {error}") from error
            parsed = {}
        if response["status_code"] < _FIRST_ERROR:
            return _checked(parsed, shape, operation, "") if shape else parsed
        if shape is None or not shape.metadata.get("exception"):
            parsed = _as_refusal(parsed, response)
        return parsed


class _Answer(dict[str, Any]):
    """A part of an answer, which can say of what it is a part."""

    operation = ""
    where = ""

    def __missing__(self, key: str) -> Any:  # noqa: ANN401 - raises
        raise AnswerError(self.operation, f"it has no {self.where}{key}")


def _as_refusal(parsed: Any, response: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A refusal as botocore makes one of it, with a code and a message whatever was answered."""
    parsed = parsed if isinstance(parsed, dict) else {}
    error = parsed.get("Error")
    error = error if isinstance(error, dict) else {}
    texts = {name: value for name, value in error.items() if isinstance(value, str)}
    status = response["status_code"]
    metadata = {"HTTPStatusCode": status, "HTTPHeaders": {k.lower(): v for k, v in response["headers"].items()}}
    return {
        **parsed,
        "Error": {"Message": "", **texts, "Code": texts.get("Code") or str(status)},
        "ResponseMetadata": {**parsed.get("ResponseMetadata", {}), **metadata},
    }


def _checked(value: Any, shape: Shape, operation: str, where: str) -> Any:  # noqa: ANN401 - any JSON
    """The value, all of which is of the kind that the model says."""
    match shape:
        case StructureShape() if isinstance(value, dict):
            answer = _Answer(
                {
                    name: _checked(part, shape.members[name], operation, f"{where}{name}.")
                    if name in shape.members
                    else part
                    for name, part in _given(value)
                }
            )
            answer.operation, answer.where = operation, where
            return answer
        case ListShape() if isinstance(value, list):
            return [_checked(part, shape.member, operation, f"{where[:-1]}[].") for part in value if part is not None]
        case MapShape() if isinstance(value, dict):
            return {key: _checked(part, shape.value, operation, f"{where}{key}.") for key, part in _given(value)}
        case _ if shape.type_name in _KINDS and not _is_kind(value, shape.type_name):
            raise AnswerError(operation, f"{where[:-1]} is no {shape.type_name}")
        case StructureShape() | ListShape() | MapShape():
            raise AnswerError(operation, f"{where[:-1]} is no {shape.type_name}")
        case _:
            return value


def _given(parts: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(key, part) for key, part in parts.items() if part is not None]


def _is_kind(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    # Half a surrogate pair can be said in JSON, and not be shown on any terminal.
    return isinstance(value, _KINDS[kind]) and not (isinstance(value, str) and _SURROGATE.search(value))
