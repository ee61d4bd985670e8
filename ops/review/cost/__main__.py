"""`python -m ops.review.cost`: write the tables of docs/cost.md for the settings of environments/example.toml."""

from ops.example import synthesize_example
from ops.review.cost.page import PAGE, written


def main() -> None:
    """Synthesize the example, and write the page where it differs."""
    example = synthesize_example(suffix="cost")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), example.layers), encoding="utf-8")


if __name__ == "__main__":
    main()
