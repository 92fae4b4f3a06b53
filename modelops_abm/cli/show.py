"""The command ``show``: every value of a scenario, what it means and whose it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from modelops_abm.cli.options import (
    SCENARIO_ENDINGS,
    chosen_scenario,
    preset_option,
    set_option,
    with_assignments,
)
from modelops_abm.scenario import (
    InputError,
    Problem,
    Quantity,
    Scenario,
    Section,
    StatedValue,
    describe,
)
from modelops_abm.scenario.fields import nearest, stated_by_entries
from modelops_abm.scenario.sources import LABELS
from modelops_abm.scenario.words import (
    OfEntry,
    allowed_in_words,
    entries_in_words,
    known_in_words,
    left_out_in_words,
    source_in_words,
    value_in_words,
)
from modelops_abm.terminal import console, say
from modelops_abm.text import printable

_WIDE = 110
_ENTRY = {"archetypes": "kind", "requests": "request"}
"""What an entry is called of a list of which each entry has a name."""


@click.command()
@click.argument("words", nargs=-1, metavar="[SCENARIO_FILE] [PART]...")
@preset_option
@set_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def show(
    words: tuple[str, ...], preset_name: str | None, assignments: tuple[str, ...], as_json: bool
) -> None:
    """Show what a scenario says, and whose value it is.

    The scenario is a file, a preset, or else the reference. Every value stands with its unit, what
    is allowed, where it comes from and how well it is supported; an asterisk marks what is not the
    default. PART is a part of a dotted name: 'show team' has all about the team, 'show retraining
    drift' all about these two.
    """
    file, parts = _file_and_parts(words)
    scenario = with_assignments(chosen_scenario(file, preset_name), assignments)
    values = _matching(describe(scenario), parts)
    if as_json:
        click.echo(json.dumps(_as_data(scenario, values), indent=2, default=_plain))
    else:
        _print(scenario, values, explained=bool(parts))


def _file_and_parts(words: Sequence[str]) -> tuple[str | None, list[str]]:
    files = [word for word in words if Path(word).suffix.lower() in SCENARIO_ENDINGS]
    if len(files) > 1:
        raise click.UsageError("Give one scenario file only.")
    return (files[0] if files else None), [word for word in words if word not in files]


def _matching(values: Sequence[StatedValue], parts: Sequence[str]) -> list[StatedValue]:
    """Return the values whose names hold one of the parts, or all if there is none.

    Raises
    ------
    InputError
        If no name holds one of them.
    """
    names = [stated.quantity.name for stated in values]
    unknown = [part for part in parts if not any(part in name for name in names)]
    if unknown:
        raise InputError([_no_such_part(part, names) for part in unknown])
    return [
        stated
        for stated in values
        if not parts or any(part in stated.quantity.name for part in parts)
    ]


def _no_such_part(part: str, names: Sequence[str]) -> Problem:
    known = dict.fromkeys(word for name in names for word in (*name.split("."), name))
    message = f"no name of a value holds '{printable(part)}'"
    return Problem(message, suggestion=nearest(part, known))


def _as_data(scenario: Scenario, values: Sequence[StatedValue]) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "description": scenario.description,
        "values": [_entry(stated) for stated in values],
    }


def _entry(stated: StatedValue) -> dict[str, Any]:
    quantity = stated.quantity
    is_list = quantity.kind == "list"
    return {
        "name": quantity.name,
        "kind": quantity.kind,
        "value": stated.value,
        "unit": quantity.unit,
        "default": quantity.default,
        "is_default": stated.is_default,
        "allowed": dict(quantity.bounds),
        "plausible": quantity.plausible,
        "known": known_in_words(stated),
        "fixed": quantity.fixed,
        "choices": quantity.choices,
        "meaning": quantity.meaning,
        "source": stated.source,
        "confidence": stated.confidence,
        **({"entry": [*map(_field, stated_by_entries(quantity.name))]} if is_list else {}),
    }


def _field(field: Quantity) -> dict[str, Any]:
    """Return what an entry of a list may say."""
    return {
        "name": field.name,
        "unit": field.unit,
        "default": field.default,
        "is_required": field.is_required,
        "allowed": dict(field.bounds),
        "plausible": field.plausible,
        "meaning": field.meaning,
        "source": field.source,
        "confidence": field.confidence,
    }


def _plain(value: object) -> object:
    if isinstance(value, Section):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _print(scenario: Scenario, values: Sequence[StatedValue], *, explained: bool) -> None:
    target = console()
    say(target, f"Scenario {scenario.name}. {scenario.description}".rstrip())
    target.print()
    shown = [stated for stated in values if stated.quantity.name not in LABELS]
    table = _wide_table if target.width >= _WIDE else _narrow_table
    target.print(table(shown, explained=explained))
    if explained:
        for stated in shown:
            if stated.quantity.kind == "list":
                _print_entries(target, scenario, stated.quantity.name)


def _print_entries(target: Console, scenario: Scenario, name: str) -> None:
    """Print what every entry of a list states of itself, and what an entry may say."""
    if name in _ENTRY:
        for entry, rows in groupby(entries_in_words(scenario, name), key=lambda row: row.entry):
            target.print()
            say(target, f"Of the {_ENTRY[name]} {printable(entry)}:")
            target.print(_two_columns("Value, whose value it is", map(_stated_row, rows)))
    target.print()
    say(target, f"What an entry of {name} may say:")
    rows_of = map(_field_row, stated_by_entries(name))
    target.print(_two_columns("Value if left out, what is allowed", rows_of))


def _stated_row(row: OfEntry) -> tuple[str, str, str]:
    return row.name, row.value, row.reason


def _field_row(field: Quantity) -> tuple[str, str, str]:
    allowed = allowed_in_words(field) if field.bounds or field.choices else ""
    unit = field.unit if field.default is None else ""  # the default has it
    told = [part for part in (allowed, unit) if part]
    lines = [f"Allowed: {', '.join(told)}"] if told else []
    return field.name, left_out_in_words(field), "\n".join([*lines, field.meaning])


def _two_columns(heading: str, rows: Iterable[tuple[str, str, str]]) -> Table:
    """Return a table of names and values, with something about each below it."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Name", no_wrap=True)
    table.add_column(heading)
    for name, value, about in rows:
        below = f"\n{about}" if value and about else about
        table.add_row(Text(name), Text(value) + Text(below, style="dim"))
    return table


def _wide_table(values: Sequence[StatedValue], *, explained: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Name", no_wrap=True)
    table.add_column("Value", max_width=25)
    table.add_column("Allowed", max_width=20)
    table.add_column("Whose value")
    for stated in values:
        source = Text(source_in_words(stated))
        if explained:
            known = known_in_words(stated)
            meaning = f"{stated.quantity.meaning}\n{f'Known: {known}.\n' if known else ''}"
            source = Text(meaning) + source
        table.add_row(
            _name(stated), value_in_words(stated), allowed_in_words(stated.quantity), source
        )
    return table


def _narrow_table(values: Sequence[StatedValue], *, explained: bool) -> Table:
    """Return a table with everything about a value below it."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Name", no_wrap=True)
    table.add_column("Value, what is allowed, whose value it is")
    for stated in values:
        lines = [stated.quantity.meaning] if explained else []
        allowed = allowed_in_words(stated.quantity)
        lines += [f"Allowed: {allowed}"] if allowed else []
        known = known_in_words(stated) if explained else ""
        lines += [f"Known: {known}."] if known else []
        lines += [words] if (words := source_in_words(stated)) else []
        about = Text("".join(f"\n{line}" for line in lines), style="dim")
        table.add_row(_name(stated), Text(value_in_words(stated)) + about)
    return table


def _name(stated: StatedValue) -> Text:
    if stated.is_default:
        return Text(stated.quantity.name)
    return Text(f"{stated.quantity.name} *", style="bold")
