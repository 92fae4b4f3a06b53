"""The command ``schema``."""

from __future__ import annotations

import json

import click

from modelops_abm.parameters import json_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors and other programs."""
    click.echo(json.dumps(json_schema(), indent=2))
