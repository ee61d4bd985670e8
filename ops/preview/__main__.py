"""`python -m ops.preview`: draw the dashboards of environments/example.toml, without any AWS."""

from rich.console import Console

from ops.account import load_environment
from ops.example import EXAMPLE
from ops.preview.command import preview, print_preview

# A workspace of its own: that of the example's suffix may be somebody's environment.
_SUFFIX = "preview"


def main() -> None:
    """Synthesize the example, and draw its dashboards with samples."""
    environment = load_environment(EXAMPLE, suffix=_SUFFIX, embedded=False)
    made = preview(environment, html=None, dashboard=None, live=False)
    print_preview(Console(emoji=False), made, environment.workspace)


if __name__ == "__main__":
    main()
