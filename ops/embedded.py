"""An environment on an embedded AWS of its own, which nobody else uses and which ends with it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from ops.account import EMBEDDED, RECORD_VARIABLE, Environment, enter_embedded, load_environment
from ops.backend import load_backend
from ops.deploy import prepare_account
from ops.emulator import start_emulator, stop_emulator


@contextmanager
def embedded_alone(suffix: str) -> Iterator[Environment]:
    """The environment `suffix`, not deployed yet, on an AWS that has what an account is assumed to have.

    This process is pointed at that AWS as long as it lasts, and so are the commands that it runs. Its files are removed
    if all goes well.
    """
    environment = load_environment(EMBEDDED, suffix=suffix, embedded=True)
    record = environment.workspace.folder / "emulator.json"
    before = dict(os.environ)
    emulator = start_emulator(record)
    try:
        os.environ[RECORD_VARIABLE] = str(record)
        environment = enter_embedded(environment, emulator)
        prepare_account(environment, load_backend(), console=Console(quiet=True))
        yield environment
    finally:
        stop_emulator(record)
        os.environ.clear()
        os.environ.update(before)
    shutil.rmtree(environment.workspace.folder, ignore_errors=True)
