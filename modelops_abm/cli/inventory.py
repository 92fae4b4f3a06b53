"""The command ``inventory``: a public file of AI use cases, as a portfolio to try things out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from modelops_abm.cli.template import check_absent
from modelops_abm.text import printable, visible

_INVENTORY_DAY = datetime(2025, 1, 1)
"""The inventory of 2024 says how things stood at its end."""
_MOST_KINDS = 12


@click.command()
@click.argument("file")
@click.option("--agency", metavar="NAME", help="Only this agency's use cases, such as DOJ.")
@click.option(
    "--start-date",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    default=_INVENTORY_DAY,
    help=f"Day 0, at which the stages are taken to stand.  [default: {_INVENTORY_DAY.date()}]",
)
@click.option("--output", metavar="FILE", help="Write the portfolio (CSV) here.")
@click.option("--notes", metavar="FILE", help="List the values not taken as they stand here (CSV).")
@click.option("--force", is_flag=True, help="Replace files that are there already.")
def inventory(
    file: str,
    agency: str | None,
    start_date: datetime,
    output: str | None,
    notes: str | None,
    force: bool,
) -> None:
    """Make a portfolio of the US federal inventory of AI use cases.

    FILE is the consolidated inventory of 2024 (OMB memorandum M-24-10) as it was published, in CSV.
    It says of each use case its stage, dates and impact; users and money fall back to the scenario.
    What is not taken as it stands is counted, and listed with --notes.
    """
    from modelops_abm.clients import stages_in_words, write_portfolio
    from modelops_abm.clients.federal import kinds_of_notes, notes_csv, read_federal_inventory
    from modelops_abm.disk import write_whole

    wanted = [path for path in (output, notes) if path is not None]
    if len(wanted) != len(set(wanted)):
        raise click.UsageError("--output and --notes need a file each.")
    if not force:
        check_absent(wanted)
    day = start_date.date()
    found = read_federal_inventory(file, agency=agency, start_date=day)
    click.echo(f"{printable(Path(file).name, 200)}: {stages_in_words(found.portfolio.models)}")
    _tell_kinds(kinds_of_notes(found.notes))
    if found.excluded:
        rows = ", ".join(str(each.row) for each in found.excluded[:_MOST_KINDS])
        click.echo(f"  {len(found.excluded):,} rows left out as broken, such as {rows}")
    if notes is not None:
        write_whole(notes, notes_csv(found.notes).encode(), replace=force)
        click.echo(visible(f"Wrote {Path(notes)}."))
    if output is not None:
        write_portfolio(found.portfolio, output, replace=force)
        run = f"modelops-abm simulate --portfolio {Path(output)} --set start_date={day}"
        click.echo(visible(f"Wrote {Path(output)}. Its dates count from {day}: {run}"))


def _tell_kinds(kinds: dict[str, int]) -> None:
    """Say what was not taken as it stands, the most frequent first."""
    for kind, count in list(kinds.items())[:_MOST_KINDS]:
        click.echo(visible(f"  {count:>5,} x {kind}"))
    if left := sum(list(kinds.values())[_MOST_KINDS:]):
        click.echo(f"  {left:>5,} x something else; --notes lists all")
