"""Where what was rehearsed is kept: a folder for each drill, beside the code that it was about."""

from datetime import datetime
from pathlib import Path

from ops.account import Environment


def new_drill_folder(environment: Environment, what: str, *, began: datetime) -> Path:
    """The folder of a drill. Those on the embedded AWS are known by their name, and git leaves them out."""
    simulated = "-simulated" if environment.embedded else ""
    name = f"{began:%Y-%m-%d-%H%M}-{what}-{environment.suffix}{simulated}"
    folder = environment.workspace.root / "drills" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
