"""Deploys or destroys one environment on an embedded AWS that is not the developer's: a process for each.

Several can so be worked on at once, and nothing that a command does to its process reaches the tests.
"""

import sys
from pathlib import Path

from rich.console import Console

from ops.account import EMBEDDED, Environment, enter_embedded, load_environment
from ops.confirm import Confirmation
from ops.deploy import deploy
from ops.destroy import destroy
from ops.emulator import running_emulator
from ops.errors import explain


def embedded_environment(suffix: str, record: Path) -> Environment:
    """The environment `suffix` on the embedded AWS that `record` tells of, with this process pointed at it."""
    environment = load_environment(EMBEDDED, suffix=suffix, embedded=True)
    return enter_embedded(environment, running_emulator(record))


def main() -> int:
    """`python -m tests.integration.deployment deploy|destroy SUFFIX RECORD`. An exit code like those of `ops`."""
    command, suffix, record = sys.argv[1:]
    console = Console(width=160)
    try:
        environment = embedded_environment(suffix, Path(record))
        confirmation = Confirmation(environment=environment, console=console, yes=True)
        if command == "deploy":
            deploy(environment, only=[], confirm=confirmation.of_deploy, console=console)
        else:
            destroy(environment, confirm=confirmation.of_destroy, console=console)
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        console.print(str(explained), markup=False)
        return explained.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
