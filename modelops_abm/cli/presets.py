"""The command ``presets``."""

from __future__ import annotations

import sys

import click
from rich.table import Table

from modelops_abm.parameters import Scenario
from modelops_abm.presets import PRESETS, preset
from modelops_abm.terminal import console


@click.command()
def presets() -> None:
    """List the presets and whom each describes."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for name in PRESETS:
        table.add_row(name, whom_it_describes(name))
    console().print(table)


def whom_it_describes(name: str) -> str:
    """Return a preset's description, or the first sentence of its module if it has none."""
    described: Scenario = preset(name)
    if described.description:
        return described.description
    return (sys.modules[PRESETS[name].__module__].__doc__ or "").partition("\n")[0]
