"""A plan that somebody has reviewed, in a file, so that a deployment can be held to it.

A review is of a moment: of the code that was synthesized, of the states that were read, of what was planned. If any of
these is another one when it is deployed, what happens is not what was reviewed.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ops.account import Environment
from ops.errors import BadInputError
from ops.state import States
from ops.synth import Synthesized

_NOTHING = ["no-op"], ["read"]


class Reviewed(BaseModel):
    """What a review was of: digests of code and plan, and the version of each layer's state."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    suffix: str
    account_id: str
    made: str
    code: str
    states: dict[str, str]
    plan: str

    def check_unmoved(self, now: "Reviewed", *, again: str) -> None:
        """Raise BadInputError with what has moved since; `again` is the command that reviews it anew."""
        moved = []
        if (self.suffix, self.account_id) != (now.suffix, now.account_id):
            moved.append(f"it is of {self.suffix} in account {self.account_id}")
        if self.code != now.code:
            moved.append("the code or the settings are others")
        layers = [name for name in {**self.states, **now.states} if self.states.get(name) != now.states.get(name)]
        if layers:
            moved.append(f"somebody has deployed {', '.join(sorted(layers))} since")
        if self.plan != now.plan and not moved:
            moved.append("somebody has changed what exists by hand, so that other things are to be done")
        if moved:
            listed = "\n".join(f"  {one}" for one in moved)
            raise BadInputError(
                f"What was reviewed ({self.made}) is not what would be deployed now:\n{listed}\n"
                f"  Review it again: {again}"
            )


def reviewed(
    document: Mapping[str, Any], synthesized: Synthesized, states: States, environment: Environment
) -> Reviewed:
    """What a plan of all layers, in Terraform's JSON, is of."""
    code = {name: {**layer.configuration, "//": None} for name, layer in synthesized.layers.items()}
    changes = [
        (change["address"], change["change"])
        for change in document.get("resource_changes", [])
        if change["change"]["actions"] not in _NOTHING
    ]
    return Reviewed(
        suffix=environment.suffix,
        account_id=environment.account_id,
        made=str(document.get("timestamp", "")),
        code=_digest(code),
        states=states.versions(),
        plan=_digest([changes, document.get("output_changes", {})]),
    )


def read_reviewed(path: Path) -> Reviewed:
    """What was reviewed. Raises BadInputError if the file does not tell."""
    try:
        return Reviewed.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not what `ops review` writes"
        raise BadInputError(f"{path} cannot be used as a reviewed plan: {reason}.") from None


def _digest(document: object) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
