"""The command ``presets``."""

from __future__ import annotations

import click
from rich.table import Table

from modelops_abm.scenario.presets import PRESETS
from modelops_abm.terminal import console


@click.command()
def presets() -> None:
    """List the presets and whom each describes."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for name, whom_it_describes in PRESETS.items():
        table.add_row(name, whom_it_describes)
    console().print(table)
