"""The command ``sweep``: a scenario with many values of some inputs."""

from __future__ import annotations

import json
import math
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from modelops_abm import formats
from modelops_abm.cli.portfolio_words import print_what_ran
from modelops_abm.cli.study import (
    Asked,
    check_outcome,
    inputs_of,
    keep,
    kept_files,
    outcome_option,
    plain_table,
    say_where,
    study,
    study_options,
)
from modelops_abm.core import outcomes
from modelops_abm.scenario import InputError
from modelops_abm.terminal import console, say
from modelops_abm.verdict import Difference

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from rich.table import Table

    from modelops_abm.charts import Picture
    from modelops_abm.experiments.sweep import Design, SweepResult
    from modelops_abm.runs import Engine

_SUMMARY = {outcome.name: outcome for outcome in outcomes.SUMMARY}
_MOST_ROWS, _ROWS_EACH_END = 20, 8
_FILES = kept_files(("replications", "points"), ("effects", "heat-map"))


@click.command()
@click.option(
    "--vary",
    "varied",
    metavar="NAME=VALUES",
    multiple=True,
    required=True,
    help="What is varied: team.developers=4..12, model.market_size=log:50..5000 in equal ratios, or"
    " capabilities.automation.maximum=0,0.5,1; may be repeated.",
)
@click.option(
    "--design",
    type=click.Choice(["grid", "latin", "sobol"]),
    default="grid",
    show_default=True,
    help="Every combination, a Latin hypercube, or a Sobol sequence.",
)
@click.option(
    "--points",
    type=click.IntRange(1),
    metavar="N",
    help="Values of each range in a grid (5, or all whole numbers up to 20); points in all of the"
    " other designs (64).",
)
@outcome_option("What the table is about")
@click.option(
    "--engine",
    type=click.Choice(["ensemble", "mesa"]),
    default="ensemble",
    show_default=True,
    help="The compiled one, or the agents themselves, which takes hundreds of times longer.",
)
@click.option(
    "--processes",
    type=click.IntRange(1),
    metavar="N",
    help="Run in so many processes, at most one for each core; by default in threads.",
)
@study_options(replications=100)
def sweep(
    asked: Asked,
    varied: tuple[str, ...],
    design: Design,
    points: int | None,
    outcome: str,
    engine: Engine,
    processes: int | None,
) -> None:
    """Run a scenario with many values of some inputs, all over the same futures."""
    check_outcome(outcome)
    if processes is not None and asked.cluster is not None:
        raise InputError("either --processes or --cluster decides where it runs, not both")
    inputs = inputs_of(varied)
    with (
        study(asked, "sweep", "Sweeping", _FILES, engine=engine) as (keeping, folder),
        ExitStack() as stack,
    ):
        from modelops_abm.experiments.sweep import Sweep, points_of, run_sweep
        from modelops_abm.experiments.workers import worker_processes
        from modelops_abm.runs.resources import cores

        if processes is not None:
            if processes > cores():
                click.echo(f"As many processes as there are cores: {cores()}.", err=True)
            keeping["executor"] = stack.enter_context(worker_processes(processes))
        planned = Sweep(asked.scenario, inputs, points_of(design, inputs, points, seed=asked.seed))
        result = run_sweep(planned, asked.replications, **keeping)
        facts = {
            "inputs": [entry.text for entry in inputs],
            "design": design,
            "points": len(result.points),
            "replications": result.replications,
        }
        keep(folder, facts, _tables(result, outcome), _pictures(result, outcome))
    if asked.wants_json:
        click.echo(json.dumps({**_as_json(result, outcome), **facts}, indent=2, allow_nan=False))
    else:
        _print(asked, result, outcome)


def _tables(result: SweepResult, outcome: str) -> dict[str, pd.DataFrame]:
    return {"replications": result.table(), "points": result.summary(outcome)}


def _pictures(result: SweepResult, outcome: str) -> dict[str, Callable[[], Picture]]:
    from modelops_abm.charts.sweep import can_be_heat_map, sweep_effects, sweep_heat_map

    if bool(result.summary(outcome)["mean"].isna().any()):  # nothing to draw at some point
        return {}
    pictures: dict[str, Callable[[], Picture]] = {"effects": lambda: sweep_effects(result, outcome)}
    if can_be_heat_map(result):
        pictures["heat-map"] = lambda: sweep_heat_map(result, outcome)
    return pictures


def _as_json(result: SweepResult, outcome: str) -> dict[str, Any]:
    rows = result.summary(outcome).to_dict(orient="records")
    return {
        "version": result.version,
        "seed": result.seed,
        "engine": result.engine,
        "scenario": result.scenario.model_dump(mode="json", exclude_none=True),
        "outcome": outcome,
        "unit": _SUMMARY[outcome].unit,
        "summary": [
            {str(name): None if _is_nan(value) else value for name, value in row.items()}
            for row in rows
        ],
    }


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _print(asked: Asked, result: SweepResult, outcome: str) -> None:
    target = console()
    luck = f"seed {result.seed}, {formats.plural(result.replications, 'future')} of each point"
    print_what_ran(result.scenario, f"{luck}, {result.engine} engine")
    summary = result.summary(outcome)
    what = _SUMMARY[outcome].meaning.rstrip(".")
    say(target, f"{what} at {formats.plural(len(summary), 'point')}, highest first:")
    target.print()
    target.print(_table(result, summary.sort_values("mean", ascending=False), outcome))
    target.print()
    say(
        target,
        "Differences are to the scenario as it is, future by future. Intervals are luck only."
        " The highest of many looks a little better than it is.",
    )
    say_where(target, asked)


def _table(result: SweepResult, summary: pd.DataFrame, outcome: str) -> Table:
    from modelops_abm.experiments.inputs import in_words

    table = plain_table()
    for entry in result.inputs:
        table.add_column(in_words(entry.name), justify="right")
    known = f"±95{formats.NARROW_SPACE}%"
    for heading in ("mean", known, "difference", known):
        table.add_column(heading, justify="right", no_wrap=True)
    rows = [_cells(result, row, outcome) for _, row in summary.iterrows()]
    if len(rows) <= _MOST_ROWS:
        shown = rows
    else:
        left_out = formats.number(len(rows) - 2 * _ROWS_EACH_END)
        gap = [f"... {left_out} more", *[""] * (len(rows[0]) - 1)]
        shown = [*rows[:_ROWS_EACH_END], gap, *rows[-_ROWS_EACH_END:]]
    for cells in shown:
        table.add_row(*cells)
    return table


def _cells(result: SweepResult, row: pd.Series[Any], outcome: str) -> list[str]:
    values = [formats.stated(row[entry.name]) for entry in result.inputs]
    difference = Difference(outcome, row["difference"], row["difference_half_width"])
    unit = _SUMMARY[outcome].unit
    level, width = (
        formats.NOTHING if math.isnan(row[name]) else formats.amount(row[name], unit)
        for name in ("mean", "half_width")
    )
    return [*values, level, width, difference.text, difference.width]
