"""Understands a command line of the AWS CLI as far as runbooks need it, and holds it to AWS's own description of calls.

The AWS CLI is no package that tests could depend on; what it makes its options from, botocore's models, is.
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.validate import ParamValidator

from tests.runbooks.query import QueryError, check_query
from tests.runbooks.values import read_value

# The CLI calls S3 by two names; the other one has commands of its own.
_SERVICES = {"s3api": "s3"}
_GLOBAL = {"--endpoint-url", "--output", "--profile", "--query", "--region"}
_OUTPUTS = {"json", "table", "text", "yaml"}
# Options that are not called like their members; of awscli/customizations/argrename.py those that are met here.
_RENAMED = {("Subscribe", "Endpoint"): "notification-endpoint"}
# Commands that are no calls, and their options: https://docs.aws.amazon.com/cli/latest/reference/.
OWN_COMMANDS = {
    ("configure", "list-profiles"): set[str](),
    ("ecr", "get-login-password"): set[str](),
    ("logs", "tail"): {"--filter-pattern", "--follow", "--format", "--since"},
    ("s3", "ls"): {"--human-readable", "--recursive", "--summarize"},
    ("sso", "login"): {"--sso-session"},
}


class CommandLineError(ValueError):
    """The AWS CLI would refuse the command."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call that the AWS CLI would make, and what it would show of the answer."""

    service: str
    operation: str
    parameters: dict[str, Any]
    waiter: str = ""
    query: str = ""
    output: str = "json"


@dataclass(frozen=True)
class OwnCommand:
    """A command of the CLI's own: its words after `aws`."""

    words: tuple[str, ...]


def read_command(words: Sequence[str], *, complete: bool = True) -> Call | OwnCommand:
    """What `aws WORDS` would do. Raises CommandLineError for what the CLI, or AWS, would refuse.

    Of a command that is not `complete`, only what it says is looked at, not what it leaves out.
    """
    if len(words) < 2:
        raise CommandLineError("names no service and command")
    name, command, *rest = words
    if (name, command) in OWN_COMMANDS:
        _check_own(words)
        return OwnCommand(tuple(words))
    if name == "s3":
        raise CommandLineError(f"`aws s3 {command}` is not known here")
    service = service_model(_SERVICES.get(name, name))
    waiter = ""
    if command == "wait":
        waiter, *rest = rest
        command = _waited_for(service.service_name, waiter)
    operation = _operation(service, command)
    parameters, said = _options(rest, operation)
    if complete:
        _check_complete(parameters, operation)
    return Call(
        service=service.service_name,
        operation=operation.name,
        parameters=parameters,
        waiter=waiter,
        query=said.get("--query", ""),
        output=said.get("--output", "json"),
    )


@cache
def service_model(name: str) -> ServiceModel:
    """AWS's description of a service."""
    session = _session()
    if name not in session.get_available_services():
        raise CommandLineError(f"there is no service {name}")
    return session.get_service_model(name)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def _check_complete(parameters: dict[str, Any], operation: OperationModel) -> None:
    if operation.input_shape is None:
        return
    report = ParamValidator().validate(parameters, operation.input_shape).generate_report()
    # What stands for a value that a person fills in may be shorter than any such value.
    problems = [line for line in report.splitlines() if not line.startswith("Invalid length")]
    if problems:
        raise CommandLineError("\n  ".join(problems))


def _operation(service: ServiceModel, command: str) -> OperationModel:
    known = {xform_name(name, "-"): name for name in service.operation_names}
    if command not in known:
        raise CommandLineError(f"{service.service_name} has no command {command}")
    return service.operation_model(known[command])


def _waited_for(service: str, waiter: str) -> str:
    """The command whose options a waiter takes."""
    model = _session().get_waiter_model(service)
    known = {xform_name(name, "-"): name for name in model.waiter_names}
    if waiter not in known:
        raise CommandLineError(f"{service} waits for no {waiter}; it waits for {', '.join(sorted(known))}")
    return xform_name(model.get_waiter(known[waiter]).operation, "-")


def _options(words: Sequence[str], operation: OperationModel) -> tuple[dict[str, Any], dict[str, str]]:
    """The parameters of the call, and the options that all commands have."""
    members = operation.input_shape.members if operation.input_shape else {}
    options = {name: _RENAMED.get((operation.name, name), xform_name(name, "-")) for name in members}
    known = {f"--{option}": name for name, option in options.items()}
    refused = {f"--no-{option}": name for name, option in options.items() if members[name].type_name == "boolean"}
    parameters: dict[str, Any] = {}
    said: dict[str, str] = {}
    for option, values in _by_option(words):
        if option in _GLOBAL:
            said[option] = _single(option, values)
        elif option in refused and not values:
            parameters[refused[option]] = False
        elif option in known:
            name = known[option]
            parameters[name] = _value(option, values, members[name])
        else:
            raise CommandLineError(f"{operation.name} has no option {option}")
    _check_shown(said, operation)
    return parameters, said


def _value(option: str, values: list[str], shape: Shape) -> Any:  # noqa: ANN401 - any JSON
    if shape.type_name == "boolean":
        if values:
            raise CommandLineError(f"{option} takes no value; the opposite is --no-{option[2:]}")
        return True
    try:
        return read_value(values if shape.type_name == "list" else _single(option, values), shape)
    except ValueError as error:
        raise CommandLineError(f"{option}: {error}") from None


def _by_option(words: Sequence[str]) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for word in words:
        if word.startswith("--"):
            option, equals, value = word.partition("=")
            found.append((option, [value] if equals else []))
        elif not found:
            raise CommandLineError(f"{word!r} belongs to no option")
        else:
            found[-1][1].append(word)
    return found


def _single(option: str, values: list[str]) -> str:
    if len(values) != 1:
        raise CommandLineError(f"{option} takes one value, not {len(values)}: {' '.join(values)}")
    return values[0]


def _check_shown(said: dict[str, str], operation: OperationModel) -> None:
    if said.get("--output", "json") not in _OUTPUTS:
        raise CommandLineError(f"--output {said['--output']}: {', '.join(sorted(_OUTPUTS))} are known")
    if "--query" in said:
        try:
            check_query(said["--query"], operation.output_shape)
        except QueryError as error:
            raise CommandLineError(f"--query: {error}") from None


def _check_own(words: Sequence[str]) -> None:
    known = OWN_COMMANDS[words[0], words[1]] | _GLOBAL
    for word in words[2:]:
        if word.startswith("--") and word.partition("=")[0] not in known:
            raise CommandLineError(f"`aws {words[0]} {words[1]}` has no option {word}")
