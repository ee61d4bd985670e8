"""`python -m ops.local_service SUFFIX`: runs until it is told to end. A line of JSON says where it answers."""

import json
import signal
import sys
import threading
from dataclasses import asdict

from ops.account import EMBEDDED, enter, load_environment
from ops.errors import explain
from ops.local_service.running import running_service


def main(suffix: str) -> int:
    """Run, and return the exit code."""
    told_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_end.set())
    try:
        with running_service(enter(load_environment(EMBEDDED, suffix=suffix, embedded=True))) as running:
            print(json.dumps(asdict(running)), flush=True)  # noqa: T201 - who started it waits for this line
            told_to_end.wait()
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        print(explained, file=sys.stderr)  # noqa: T201 - for its log
        return explained.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
