"""Carries state machines out as Step Functions does, by way of moto, where that differs from AWS.

moto hands names over as Python's SDK spells them (`DBClusters`), AWS as the SDK for Java does (`DbClusters`), and moto
takes what a path with an index in its middle leads to for a list of one.
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

import json
import re
import sys
import time
from datetime import datetime
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.model import ListShape, Shape, StructureShape
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_aws_sdk
from moto.stepfunctions.parser.asl.utils import json_path

Task = state_task_service_aws_sdk.StateTaskServiceAwsSdk
_extract = json_path.extract_json


def as_on_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make moto do what AWS does."""
    monkeypatch.setattr(Task, "_normalise_parameters", _normalise_parameters)
    monkeypatch.setattr(Task, "_normalise_response", _normalise_response)
    for module in [module for name, module in sys.modules.items() if name.startswith("moto.stepfunctions.parser")]:
        if getattr(module, "extract_json", None) is _extract:
            monkeypatch.setattr(module, "extract_json", _extract_as_on_aws)


def carry_out(definition: dict[str, Any], event: dict[str, Any], *, session: boto3.Session) -> dict[str, Any]:
    """The execution, once it is over."""
    machines = session.client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/role"
    machine = machines.create_state_machine(name="machine", definition=json.dumps(definition), roleArn=role)
    started = machines.start_execution(
        stateMachineArn=machine["stateMachineArn"], name="execution", input=json.dumps(event)
    )
    while True:
        execution: dict[str, Any] = machines.describe_execution(executionArn=started["executionArn"])
        if execution["status"] != "RUNNING":
            return execution
        time.sleep(0.05)


def _extract_as_on_aws(path: str, data: Any) -> Any:  # noqa: ANN401 - any JSON
    found = _extract(path, data)
    leads_to_one = re.search(r"\[\d+\]\.", path) and not re.search(r"\*|:", path)
    return found[0] if leads_to_one and isinstance(found, list) and len(found) == 1 else found


def _normalise_parameters(task: Task, parameters: dict[str, Any], *_names: str | None) -> None:
    members = _operation(task).input_shape.members
    known = {_as_in_java(name): name for name in members}
    said = {known[name]: value for name, value in parameters.items()}
    parameters.clear()
    parameters.update(said)


def _normalise_response(task: Task, response: Any, *_names: str | None) -> None:  # noqa: ANN401 - any JSON
    if isinstance(response, dict):
        answered = _to_java(dict(response), _operation(task).output_shape)
        response.clear()
        response.update(answered)


def _operation(task: Task) -> Any:  # noqa: ANN401 - botocore's model
    client: Any = boto3.client(task._get_boto_service_name(), region_name="us-east-1")  # type: ignore[call-overload] # noqa: SLF001
    called = {xform_name(name): name for name in client.meta.service_model.operation_names}
    return client.meta.service_model.operation_model(called[task._get_boto_service_action()])  # noqa: SLF001


def _as_in_java(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in xform_name(name).split("_"))


def _to_java(value: Any, shape: Shape | None) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(shape, StructureShape):
        known = {name: one for name, one in value.items() if name in shape.members}
        return {_as_in_java(name): _to_java(one, shape.members[name]) for name, one in known.items()}
    if isinstance(shape, ListShape):
        return [_to_java(one, shape.member) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
