"""Step Functions: what Terraform asks for around a state machine."""

import json
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.responses import StepFunctionResponse

from emulator.extension import extends


def _problems(definition: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a definition: AWS's code for it, and where."""
    try:
        machine = json.loads(definition)
    except ValueError as error:
        yield "INVALID_JSON_DESCRIPTION", str(error)
        return
    states: dict[str, Any] = machine.get("States") or {}
    if not states or machine.get("StartAt") not in states:
        yield "MISSING_TRANSITION_TARGET", f"StartAt: {machine.get('StartAt')}"
    for name, state in states.items():
        for following in _following(state):
            if following not in states:
                yield "MISSING_TRANSITION_TARGET", f"{name}: {following}"
        if not _ends(state) and not list(_following(state)):
            yield "SCHEMA_VALIDATION_FAILED", f"{name} neither ends nor goes on"


def _following(state: dict[str, Any]) -> Iterator[str]:
    for one in (state, *state.get("Choices", []), *state.get("Catch", [])):
        if "Next" in one:
            yield one["Next"]
    if "Default" in state:
        yield state["Default"]


def _ends(state: dict[str, Any]) -> bool:
    return bool(state.get("End")) or state.get("Type") in {"Succeed", "Fail"}


@extends(StepFunctionResponse)
class DefinitionCalls(StepFunctionResponse):
    """A definition is looked at before it becomes a state machine, none of whose versions is published."""

    def validate_state_machine_definition(self) -> ActionResult:
        """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html.

        Says what is wrong as far as transitions go.
        """
        found = list(_problems(self._get_param("definition")))
        diagnostics = [
            {"severity": "ERROR", "code": code, "message": f"{code}: {where}", "location": f"/States/{where}"}
            for code, where in found
        ]
        return ActionResult({"result": "FAIL" if found else "OK", "diagnostics": diagnostics, "truncated": False})

    def list_state_machine_versions(self) -> ActionResult:
        """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html."""
        self.stepfunction_backend.describe_state_machine(self._get_param("stateMachineArn"))
        return ActionResult({"stateMachineVersions": []})
