"""`python -m ops.review.picture`: draw docs/architecture.svg for the settings of environments/example.toml."""

from ops.account import load_environment
from ops.configuration import Configuration
from ops.review.picture import architecture_of, draw
from ops.synth import synthesize
from ops.workspace import ROOT

EXAMPLE = "example"
PICTURE = ROOT / "docs" / "architecture.svg"
COMMAND = ".venv/bin/python -m ops.review.picture"
# A workspace of its own: that of the example's suffix may be somebody's environment.
_SUFFIX = "picture"


def main() -> None:
    """Synthesize the example, and draw it."""
    environment = load_environment(EXAMPLE, suffix=_SUFFIX, embedded=False)
    with environment.workspace.reserved():
        layers = {name: layer.configuration for name, layer in synthesize(environment).layers.items()}
    configuration = Configuration(layers=layers, account_id=environment.account_id)
    PICTURE.write_text(draw(architecture_of(configuration)), encoding="utf-8")


if __name__ == "__main__":
    main()
