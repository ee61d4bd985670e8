"""`python -m ops.review.picture`: draw docs/architecture.svg for the settings of environments/example.toml."""

from ops.configuration import Configuration
from ops.example import synthesize_example
from ops.review.picture import architecture_of, draw
from ops.workspace import ROOT

PICTURE = ROOT / "docs" / "architecture.svg"
COMMAND = ".venv/bin/python -m ops.review.picture"


def main() -> None:
    """Synthesize the example, and draw it."""
    example = synthesize_example(suffix="picture")
    configuration = Configuration(layers=example.layers, account_id=example.account_id)
    PICTURE.write_text(draw(architecture_of(configuration)), encoding="utf-8")


if __name__ == "__main__":
    main()
