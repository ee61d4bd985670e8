"""The composition root: one line per layer, naming every layer it builds on."""

import os
import sys

import stacks.bindings  # noqa: F401 - first, so that the provider's modules below are cheap to import

# isort: split

from cdktf import App

from stacks.alerting import Alerting
from stacks.backup import Backup
from stacks.compute import Compute
from stacks.database import Database
from stacks.keys import Keys
from stacks.monitoring import Monitoring
from stacks.network import Network
from stacks.registry import Registry
from stacks.settings import Settings
from stacks.settings_file import SettingsError, load_settings
from stacks.storage import Storage


def build(app: App, settings: Settings) -> None:
    """Put every layer of the environment on `app`."""
    keys = Keys(app, settings)
    alerting = Alerting(app, settings, keys=keys)
    registry = Registry(app, settings, keys=keys)
    network = Network(app, settings, keys=keys, alerting=alerting)
    storage = Storage(app, settings, keys=keys, alerting=alerting)
    database = Database(app, settings, keys=keys, alerting=alerting, network=network)
    compute = Compute(
        app, settings, keys=keys, alerting=alerting, network=network, storage=storage,
        registry=registry, database=database
    )  # fmt: skip
    backup = Backup(app, settings, keys=keys, alerting=alerting, network=network, storage=storage, database=database)
    Monitoring(
        app, settings, keys=keys, alerting=alerting, network=network, storage=storage, database=database,
        compute=compute, backup=backup
    )  # fmt: skip


def main() -> None:
    """Synthesize the environment that ENVIRONMENT names, under ENVIRONMENT_SUFFIX where that is set."""
    name, suffix = os.environ.get("ENVIRONMENT", "local"), os.environ.get("ENVIRONMENT_SUFFIX")
    try:
        settings = load_settings(name, suffix=suffix)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is a command
        sys.exit(2)
    app = App()
    build(app, settings)
    app.synth()


if __name__ == "__main__":
    main()
