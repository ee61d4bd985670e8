import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

import emulator.services.stepfunctions  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

AWS = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
DONE = {"Type": "Succeed"}


@pytest.fixture
def states() -> Iterator[Client]:
    with mock_aws():
        yield AWS.client("stepfunctions")


def validated(states: Client, definition: object) -> tuple[str, list[str]]:
    text = definition if isinstance(definition, str) else json.dumps(definition)
    answer = states.validate_state_machine_definition(definition=text)
    return answer["result"], [one["code"] for one in answer["diagnostics"]]


def test_a_definition_whose_states_lead_somewhere_is_valid(states: Client) -> None:
    task = {"Type": "Pass", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}], "Next": "Choose"}
    choose = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "Done"}], "Default": "Done"}
    definition = {"StartAt": "Task", "States": {"Task": task, "Choose": choose, "Done": DONE}}
    assert validated(states, definition) == ("OK", [])


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ("{", "INVALID_JSON_DESCRIPTION"),
        ({"StartAt": "Nowhere", "States": {"Done": DONE}}, "MISSING_TRANSITION_TARGET"),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}, "MISSING_TRANSITION_TARGET"),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass"}}}, "SCHEMA_VALIDATION_FAILED"),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [], "Default": "Nowhere"}}},
            "MISSING_TRANSITION_TARGET",
        ),
    ],
)
def test_a_definition_that_leads_nowhere_is_not(states: Client, definition: object, code: str) -> None:
    assert validated(states, definition) == ("FAIL", [code])


def test_a_state_machine_has_no_versions_that_nobody_has_published(states: Client) -> None:
    definition = json.dumps({"StartAt": "Done", "States": {"Done": DONE}})
    role = "arn:aws:iam::123456789012:role/role"
    machine = states.create_state_machine(name="machine", definition=definition, roleArn=role)["stateMachineArn"]
    assert states.list_state_machine_versions(stateMachineArn=machine)["stateMachineVersions"] == []
    with pytest.raises(states.exceptions.StateMachineDoesNotExist):
        states.list_state_machine_versions(stateMachineArn=f"{machine}-other")
