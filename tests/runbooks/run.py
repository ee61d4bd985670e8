"""`python -m tests.runbooks.run WORDS`: makes the call that `aws WORDS` would make, and shows what the CLI would."""

import json
import sys
from datetime import datetime
from typing import Any

import boto3
import jmespath  # type: ignore[import-untyped]
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from tests.runbooks.aws_cli import Call, CommandLineError, OwnCommand, read_command

REFUSED, MISUNDERSTOOD = 254, 252  # what the CLI ends with


def main(words: list[str]) -> int:
    """Make the call. The CLI's exit code."""
    try:
        command = read_command(words)
        if isinstance(command, OwnCommand):
            own(command)
            return 0
        answer = call(command)
    except CommandLineError as error:
        sys.stderr.write(f"{error}\n")
        return MISUNDERSTOOD
    except (BotoCoreError, ClientError, WaiterError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    shown = jmespath.search(command.query, answer) if command.query else answer
    text = _as_text(shown) if command.output == "text" else json.dumps(shown, indent=4)
    sys.stdout.write(f"{text}\n")
    return 0


def call(said: Call) -> Any:  # noqa: ANN401 - any JSON
    """What a service answers, all pages of it."""
    client: Any = boto3.client(said.service)  # type: ignore[call-overload]
    if said.waiter:
        waiter = client.get_waiter(said.waiter.replace("-", "_"))
        waiter.wait(**said.parameters, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
        return None
    operation = xform_name(said.operation)
    if client.can_paginate(operation):
        answer = client.get_paginator(operation).paginate(**said.parameters).build_full_result()
    else:
        answer = getattr(client, operation)(**said.parameters)
    answer.pop("ResponseMetadata", None)
    return _plain(answer)


def own(command: OwnCommand) -> None:
    """The commands of the CLI's own that have a call behind them."""
    match command.words:
        case ("logs", "tail", group, *_):
            boto3.client("logs").filter_log_events(logGroupName=group, limit=10)
        case ("s3", "ls", where, *_):
            bucket, _, prefix = where.removeprefix("s3://").partition("/")
            boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
        case _:
            raise CommandLineError(f"{' '.join(command.words[:2])} cannot be tried here")


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """An answer with times as the CLI writes them, and documents read."""
    match value:
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list():
            return [_plain(one) for one in value]
        case datetime():
            return value.isoformat()
        case str() | int() | float() | bool() | None:
            return value
        case bytes():
            return value.decode(errors="replace")
    return value.read().decode(errors="replace")


def _as_text(value: Any) -> str:  # noqa: ANN401 - any JSON
    match value:
        case None:
            return "None"
        case list() if any(isinstance(one, list | dict) for one in value):
            return "\n".join(map(_as_text, value))
        case list():
            return "\t".join(map(_as_text, value))
        case dict():
            return "\t".join(map(_as_text, value.values()))
    return str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
