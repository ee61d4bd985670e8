"""`python -m ops.detection`: write the tables of docs/monitoring.md for the settings of environments/example.toml."""

from ops.audit.configuration import Configuration
from ops.detection.page import PAGE, written
from ops.example import synthesize_example


def main() -> None:
    """Synthesize the example, and write the page where it differs."""
    example = synthesize_example(suffix="detection")
    configuration = Configuration(layers=example.layers, account_id=example.account_id)
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), configuration), encoding="utf-8")


if __name__ == "__main__":
    main()
