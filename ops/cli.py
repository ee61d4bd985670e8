"""The command line: `python -m ops COMMAND`."""

import signal

from ops.commands import bring_back, life, look, mend, rehearse, ship  # noqa: F401 - each adds its commands
from ops.commands.application import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line. SIGTERM ends it the way that Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="python -m ops")
