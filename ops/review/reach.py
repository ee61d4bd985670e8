"""How far a change reaches: which outputs of a layer change, and which other layers read them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ops.plan.changes import mentions_true
from ops.review.model import Reach
from ops.synth import Layer

# A layer that takes another one's outputs as a whole reads all of them.
_READ = re.compile(r"\bdata\.terraform_remote_state\.([A-Za-z0-9_-]+)\.outputs\b(?:\.([A-Za-z0-9_-]+))?")
_ALL = ""


def reach(document: Mapping[str, Any], layers: Mapping[str, Layer]) -> tuple[Reach, ...]:
    """Every output that exists and changes in the plan, by layer in their order, with who reads it.

    One that is not known before the apply counts as changing: whoever reads it may be changed as well.
    """
    readers = _readers(layers)
    return tuple(
        Reach(
            layer=name,
            output=output,
            readers=tuple(
                other for other in layers if other != name and {(name, output), (name, _ALL)} & readers[other]
            ),
        )
        for name in layers
        for output in _changing(document.get("output_changes", {}).get(name, {}))
    )


def _readers(layers: Mapping[str, Layer]) -> dict[str, set[tuple[str, str]]]:
    """Which outputs of which layers each one reads."""
    return {
        name: {(read[1], read[2] or _ALL) for read in _READ.finditer(json.dumps(layer.configuration))}
        for name, layer in layers.items()
    }


def _changing(change: Mapping[str, Any]) -> Iterator[str]:
    before, after = change.get("before") or {}, change.get("after") or {}
    marks = change.get("after_unknown") or {}
    for output in before:
        unknown = marks is True or mentions_true(marks.get(output))
        if unknown or before[output] != after.get(output):
            yield output
