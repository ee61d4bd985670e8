"""`python -m ops.bench`: measure, print, and write docs/performance.md."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from ops.bench.command import bench
from ops.bench.report import PAGE
from ops.workspace import ROOT


def main(
    runs: Annotated[int, typer.Option(min=1, help="How often the short things are measured.")] = 5,
    deployments: Annotated[int, typer.Option(min=1, help="How often an environment is deployed and destroyed.")] = 1,
) -> None:
    """Measure how fast the environment synthesizes, tests, deploys and goes. Takes several minutes."""
    console = Console(emoji=False)
    page = bench(runs=runs, deployments=deployments, console=console).page(today=datetime.now().astimezone().date())
    (ROOT / PAGE).write_text(page, encoding="utf-8")
    console.print(page, markup=False)
    console.print(f"Written to {PAGE}")


if __name__ == "__main__":
    typer.run(main)
