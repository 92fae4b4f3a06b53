"""The command ``sensitivity``: which assumptions move what a plan is worth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import click

from modelops_abm import formats, outcomes
from modelops_abm.cli.portfolio_words import print_what_ran
from modelops_abm.cli.study import (
    Asked,
    assumptions,
    check_is_a_plan,
    check_outcome,
    keep,
    plain_table,
    study,
    study_options,
    vary_option,
)
from modelops_abm.terminal import console, say
from modelops_abm.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from modelops_abm.experiments.running import Keeping
    from modelops_abm.experiments.sensitivity import Indices, Morris, Question, Sobol, Tornado
    from modelops_abm.plots import Picture

type Method = Literal["tornado", "morris", "sobol"]
type Found = Tornado | Morris | Sobol

MOST_IN_SOBOL = 12
_MOST_ROWS = 20
_SUMMARY = {outcome.name: outcome for outcome in outcomes.SUMMARY}


@click.command()
@click.option(
    "--method",
    type=click.Choice(["tornado", "morris", "sobol"]),
    default="tornado",
    show_default=True,
    help="One assumption at a time; screening of many; shares of the spread, all together.",
)
@vary_option
@click.option(
    "--points",
    type=click.IntRange(2),
    metavar="N",
    help="Values of each assumption (5), trajectories of morris (16), base sample of sobol (512).",
)
@click.option("--outcome", default="npv", show_default=True, metavar="NAME", help="What is asked.")
@click.option(
    "--plan-alone", is_flag=True, help="Ask for the plan itself, not for what it changes."
)
@study_options(replications=20)
def sensitivity(
    asked: Asked,
    method: Method,
    varied: tuple[str, ...],
    points: int | None,
    outcome: str,
    plan_alone: bool,
) -> None:
    """Tell which assumptions move what a plan is worth, and which could turn the decision.

    Without --vary, all assumptions are varied over the range that their sources leave open; sobol
    takes the 12 of them that move most alone.
    """
    check_outcome(outcome)
    if not plan_alone:
        check_is_a_plan(asked.scenario)
    with study(asked, "sensitivity", "Varying the assumptions") as (keeping, folder):
        from modelops_abm.experiments.sensitivity import Question

        question = Question(
            asked.scenario, assumptions(varied), outcome, against_baseline=not plan_alone
        )
        if method == "sobol" and not varied:
            question = _strongest(question, asked.replications, keeping)
        found = _found(method, question, points, asked.replications, keeping)
        facts = {"method": method, "inputs": [entry.text for entry in question.inputs]}
        keep(folder, facts, _tables(found), {method: lambda: _picture(found)})
    if asked.wants_json:
        said = {**_as_json(asked, found), **facts}
        click.echo(json.dumps(said, indent=2, allow_nan=False))
    else:
        _print(asked, found)


def _strongest(question: Question, replications: int, keeping: Keeping) -> Question:
    """Return the question about the assumptions that move the answer most, each alone."""
    from dataclasses import replace

    from modelops_abm.experiments.sensitivity import tornado

    swings = tornado(question, replications, **keeping).effective[:MOST_IN_SOBOL]
    return replace(question, inputs=tuple(swing.input for swing in swings))


def _found(
    method: Method, question: Question, points: int | None, replications: int, keeping: Keeping
) -> Found:
    from modelops_abm.experiments import sensitivity as methods

    match method:
        case "tornado":
            return methods.tornado(question, replications, points_each=points or 5, **keeping)
        case "morris":
            return methods.morris(question, points or 16, replications, **keeping)
        case "sobol":
            return methods.sobol(question, points or 512, replications, **keeping)


def _tables(found: Found) -> dict[str, pd.DataFrame]:
    from modelops_abm.experiments.sensitivity import Sobol

    if isinstance(found, Sobol):
        tables = {"indices": found.indices.table()}
        return tables if found.decision is None else {**tables, "decision": found.decision.table()}
    return {"effects": found.table()}


def _picture(found: Found) -> Picture:
    from modelops_abm import plots
    from modelops_abm.experiments.sensitivity import Morris, Sobol

    if isinstance(found, Sobol):
        return plots.sobol_indices(found)
    return plots.morris_effects(found) if isinstance(found, Morris) else plots.tornado(found)


def _as_json(asked: Asked, found: Found) -> dict[str, Any]:
    from modelops_abm.experiments.sensitivity import Sobol, Tornado

    said: dict[str, Any] = {
        "version": __version__,
        "seed": asked.seed,
        "replications": asked.replications,
        "scenario": asked.scenario.model_dump(mode="json", exclude_none=True),
        "outcome": found.question.outcome,
        "against_baseline": found.question.against_baseline,
        "unit": _SUMMARY[found.question.outcome].unit,
    }
    if isinstance(found, Tornado):
        return {**said, "effects": [_swing_as_json(swing) for swing in found.swings]}
    if isinstance(found, Sobol):
        decision = None if found.decision is None else _records(found.decision.table())
        positive = {
            "share": found.positive.share,
            "low": found.positive.low,
            "high": found.positive.high,
        }
        flips = [
            {"input": name, "share": each.share, "low": each.low, "high": each.high}
            for name, each in zip(found.indices.names, found.flips, strict=True)
        ]
        indices = _records(found.indices.table())
        own = {"indices": indices, "decision": decision, "positive": positive, "flips": flips}
        return {**said, **own}
    return {**said, "effects": _records(found.table())}


def _swing_as_json(swing: Any) -> dict[str, Any]:
    return {
        "input": swing.input.name,
        "has_effect": swing.has_effect,
        "turns_the_decision": swing.turns_the_decision,
        "is_monotonic": swing.is_monotonic,
        "values": swing.table().to_dict(orient="records"),
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): value for name, value in row.items()}
        for row in table.reset_index().to_dict(orient="records")
    ]


def _print(asked: Asked, found: Found) -> None:
    target = console()
    futures = formats.plural(asked.replications, "future")
    print_what_ran(asked.scenario, f"seed {asked.seed}, {futures} at each point")
    say(target, f"{_picture(found).finding}.")
    target.print()
    for table in _printed(found):
        target.print(table)
        target.print()
    say(target, _explanation(found))
    if asked.output is not None:
        say(target, f"Kept in {asked.output}: tables, a picture, and the runs themselves.")


def _printed(found: Found) -> list[Table]:
    from modelops_abm.experiments.sensitivity import Morris, Sobol

    if isinstance(found, Sobol):
        tables = [_indices_table("Spread of the answer", found.indices)]
        if found.decision is not None:
            tables.append(_indices_table("Whether it is above zero", found.decision))
            tables.append(_flips_table(found))
        return tables
    return [_morris_table(found) if isinstance(found, Morris) else _tornado_table(found)]


def _tornado_table(found: Tornado) -> Table:
    from modelops_abm.experiments.inputs import in_words

    table = plain_table()
    table.add_column("Assumption")
    for heading in ("from", "to", "lowest", "highest", f"±95{formats.NARROW_SPACE}%"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    for swing in found.effective[:_MOST_ROWS]:
        remarks = ["turns the sign"] if swing.turns_the_decision else []
        remarks += [] if swing.is_monotonic else ["turns round"]
        ends = (formats.stated(swing.values[0]), formats.stated(swing.values[-1]))
        levels = (_level(found.question, mean) for mean in (swing.means.min(), swing.means.max()))
        known = _width(found.question, swing.reach.estimate.half_width)
        table.add_row(in_words(swing.input.name), *ends, *levels, known, ", ".join(remarks))
    return table


def _morris_table(found: Morris) -> Table:
    from modelops_abm.experiments.inputs import in_words

    table = plain_table()
    table.add_column("Assumption")
    for heading in ("mean effect", f"±95{formats.NARROW_SPACE}%", "with its sign", "std dev"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, row in found.table().head(_MOST_ROWS).iterrows():
        columns = ("mean_absolute", "half_width", "mean", "deviation")
        cells = (_level(found.question, float(row[column])) for column in columns)
        table.add_row(in_words(str(name)), *cells)
    return table


def _indices_table(title: str, indices: Indices) -> Table:
    from modelops_abm.experiments.inputs import in_words

    table = plain_table()
    table.add_column(title)
    known = f"±95{formats.NARROW_SPACE}%"
    for heading in ("in all", known, "alone", known):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, row in indices.table().head(_MOST_ROWS).iterrows():
        columns = ("total", "total_half_width", "first", "first_half_width")
        cells = (formats.share(float(row[column])) for column in columns)
        table.add_row(in_words(str(name)), *cells)
    return table


def _flips_table(found: Sobol) -> Table:
    from modelops_abm.experiments.inputs import in_words
    from modelops_abm.verdict import INTERVAL

    table = plain_table()
    table.add_column("Another value turns the decision")
    for heading in ("at", INTERVAL):
        table.add_column(heading, justify="right", no_wrap=True)
    shares = zip(found.indices.names, found.flips, strict=True)
    for name, each in sorted(shares, key=lambda pair: -pair[1].count)[:_MOST_ROWS]:
        ends = f"{formats.share(each.low)} to {formats.share(each.high)}"
        table.add_row(in_words(name), formats.share(each.share), ends)
    return table


def _explanation(found: Found) -> str:
    from modelops_abm.experiments.sensitivity import Morris, Sobol

    ranges = "Ranges are what the sources leave open; many are judgement."
    if isinstance(found, Sobol):
        share = found.positive
        return (
            f"At {formats.count_of(share.count, share.n)} points the answer is above zero. In all:"
            " the part of the variance that an assumption makes alone or with others; alone:"
            f" without them. Intervals are over the points; luck is the same at each. {ranges}"
        )
    if isinstance(found, Morris):
        return (
            "Mean effect: of a whole range, whatever its sign, while the others vary too. Where the"
            f" standard deviation is as large, it depends on the others. {ranges}"
        )
    return (
        "Lowest and highest: averages over the futures, one assumption at a time; ±: of the"
        f" difference between the two. {ranges}"
    )


def _width(question: Question, half_width: float | None) -> str:
    unit = _SUMMARY[question.outcome].unit
    return formats.NOTHING if half_width is None else formats.amount(half_width, unit)


def _level(question: Question, value: float) -> str:
    unit = _SUMMARY[question.outcome].unit
    if unit == "share" and question.against_baseline:
        return formats.points(value)
    return formats.amount(value, unit)
