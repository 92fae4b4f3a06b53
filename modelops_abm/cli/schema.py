"""The command ``schema``."""

from __future__ import annotations

import json

import click

from modelops_abm.scenario import json_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files.

    Editors and other programs check and complete a file with it. What two values together may be
    is beyond a schema: 'modelops-abm check' looks at that too.
    """
    click.echo(json.dumps(json_schema(), indent=2))
