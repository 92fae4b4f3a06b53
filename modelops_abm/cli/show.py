"""What a scenario is: the commands ``show``, ``presets`` and ``schema``.

``show`` tells every value of a scenario, what it means and whose it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
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
    json_schema,
)
from modelops_abm.scenario.fields import nearest, stated_by_entries
from modelops_abm.scenario.presets import PRESETS
from modelops_abm.scenario.sources import LABELS
from modelops_abm.scenario.words import (
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
type _Row = tuple[Text, str, Sequence[str]]
"""A name, its value, and lines about it."""
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
    # By the ending, as a part of a name may be a word that is also a file.
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
    # Parts, and whole names: either may be what was meant.
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
    if target.width >= _WIDE:
        target.print(_wide_table(shown, explained=explained))
    else:
        _print_rows(target, (_narrow_row(stated, explained=explained) for stated in shown))
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
            _print_rows(target, ((Text(row.name), row.value, [row.reason]) for row in rows))
    target.print()
    say(target, f"What an entry of {name} may say:")
    _print_rows(target, map(_field_row, stated_by_entries(name)))


def _field_row(field: Quantity) -> _Row:
    allowed = allowed_in_words(field) if field.bounds or field.choices else ""
    unit = field.unit if field.default is None else ""  # the default has it
    told = ", ".join(filter(None, (allowed, unit)))
    lines = [f"Allowed: {told}"] if told else []
    return Text(field.name), left_out_in_words(field), [*lines, field.meaning]


def _print_rows(target: Console, rows: Iterable[_Row]) -> None:
    """Print names with their values, and what is to be said of each below it."""
    for name, value, about in rows:
        target.print(name + Text(f"  {value}", style="not bold"), soft_wrap=True)
        for line in filter(None, about):
            target.print(Padding(Text(line, style="dim"), (0, 0, 0, 4)))


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


def _narrow_row(stated: StatedValue, *, explained: bool) -> _Row:
    allowed = allowed_in_words(stated.quantity)
    known = known_in_words(stated) if explained else ""
    about = [
        stated.quantity.meaning if explained else "",
        f"Allowed: {allowed}" if allowed else "",
        f"Known: {known}." if known else "",
        source_in_words(stated),
    ]
    return _name(stated), value_in_words(stated), about


def _name(stated: StatedValue) -> Text:
    if stated.is_default:
        return Text(stated.quantity.name)
    return Text(f"{stated.quantity.name} *", style="bold")


@click.command()
def presets() -> None:
    """List the presets and whom each describes."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for name, whom_it_describes in PRESETS.items():
        table.add_row(name, whom_it_describes)
    console().print(table)


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files.

    Editors and other programs check and complete a file with it. What two values together may be
    is beyond a schema: 'modelops-abm check' looks at that too.
    """
    click.echo(json.dumps(json_schema(), indent=2))
