"""The outputs of an environment's layers, read from their states."""

import json
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops.state import States

Outputs = dict[str, dict[str, Any]]


def read_outputs(states: States, layers: list[str]) -> Outputs:
    """The outputs of each layer that has any."""
    found = {layer: states.read(layer).outputs for layer in layers}
    return {
        layer: {name: output["value"] for name, output in sorted(outputs.items())}
        for layer, outputs in found.items()
        if outputs
    }


def print_outputs(console: Console, outputs: Outputs) -> None:
    """Outputs as a table for people."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for column in ("layer", "output", "value"):
        table.add_column(column, overflow="fold")
    for layer, values in outputs.items():
        for at, (name, value) in enumerate(values.items()):
            # What a terminal would obey is shown as the JSON that it is.
            shown = value if isinstance(value, str) and value.isprintable() else json.dumps(value)
            table.add_row(escape(layer) if at == 0 else "", escape(name), escape(shown))
    console.print(table)
