"""How a scanner of plans is run: in a folder of its own, in which there is nothing but the plan."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ops.audit.judges.environment import Said, Tools
from ops.audit.judges.one_module import as_one_module, resources_of

PLAN = "plan.json"


def scan(plan: Path, command: Sequence[str], *, tools: Tools) -> tuple[Said, int]:
    """What a command said of a plan, which it finds as plan.json, and how many resources there are to be read."""
    document = as_one_module(json.loads(plan.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / PLAN).write_text(json.dumps(document), encoding="utf-8")
        return tools.run(command, within=folder), resources_of(document)
