"""`python -m ops.detection`: write the tables of docs/monitoring.md for the settings of environments/example.toml."""

from ops.account import load_environment
from ops.audit.configuration import Configuration
from ops.detection.page import PAGE, written
from ops.synth import synthesize

EXAMPLE = "example"
# A workspace of its own: that of the example's suffix may be somebody's environment.
_SUFFIX = "detection"


def main() -> None:
    """Synthesize the example, and write the page where it differs."""
    environment = load_environment(EXAMPLE, suffix=_SUFFIX, embedded=False)
    with environment.workspace.reserved():
        layers = {name: layer.configuration for name, layer in synthesize(environment).layers.items()}
    account_id = environment.settings.environment.account_id
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(written(page, Configuration(layers=layers, account_id=account_id)), encoding="utf-8")


if __name__ == "__main__":
    main()
