"""The service answers as its OpenAPI document says, whatever it is asked: schemathesis asks, from a seed."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from ops.availability.lab import Lab
from tests.availability.client import User

EXAMPLES = 6
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def test_no_request_finds_an_error_or_an_answer_that_is_not_documented(lab: Lab, subtests: pytest.Subtests) -> None:
    schema = schemathesis.openapi.from_url(f"{lab.balancer.url}/openapi.json")
    # Parameters of a query that nobody knows are ignored, as everywhere on the web.
    schema.config.generation.update(allow_extra_parameters=False)
    found = list(schema.get_all_operations())
    operations = [result.ok() for result in found if isinstance(result, Ok)]
    assert len(operations) == len(found) > 5, "a part of the document makes no sense"
    for operation in operations:
        for mode in MODES:
            with subtests.test(operation=operation.label, mode=mode.value):
                ask(lab, operation, mode)


def ask(lab: Lab, operation: Any, mode: GenerationMode) -> None:  # noqa: ANN401 - generic in what has no name
    """Ask as the document allows, or as it does not, and look at every answer."""

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers_as_documented(case: schemathesis.Case[Any]) -> None:
        # Every question in a session of its own: some end theirs, and keys that were used before are refused.
        case.call_and_validate(headers={"Authorization": f"Bearer {User(lab).sign_in().token}"})

    try:
        answers_as_documented()
    except Unsatisfiable:
        # Where nothing is asked for, nothing can be asked wrongly.
        assert mode is GenerationMode.NEGATIVE
