"""The command ``voi``: which assumption is worth measuring before buying."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from modelops_abm import formats
from modelops_abm.cli.portfolio_words import print_what_ran
from modelops_abm.cli.study import (
    Asked,
    assumptions,
    check_is_a_plan,
    keep,
    kept_files,
    plain_table,
    say_where,
    share_as_json,
    study,
    study_options,
    vary_option,
)
from modelops_abm.terminal import console, say
from modelops_abm.verdict import INTERVAL
from modelops_abm.version import __version__

if TYPE_CHECKING:
    from rich.table import Table

    from modelops_abm.experiments.assumptions import Assumptions
    from modelops_abm.experiments.information import Worth
    from modelops_abm.experiments.information_runs import ValueOfInformation

_MOST_ROWS = 15
_FILES = kept_files(
    ("value-of-information", "alternatives", "assumptions"), ("value-of-information",)
)


@click.command()
@vary_option
@click.option(
    "--points",
    type=click.IntRange(32, 65_536),
    default=256,
    show_default=True,
    metavar="N",
    help="At how many values of the assumptions to choose; each is also moved alone, at 24 points"
    " or more.",
)
@click.option("--each", is_flag=True, help="Each capability alone may be chosen as well.")
@study_options(replications=4)
def voi(asked: Asked, varied: tuple[str, ...], points: int, each: bool) -> None:
    """Tell what it would be worth to know an assumption before choosing the plan or the baseline.

    Without --vary, all assumptions are uncertain over the range that their sources leave open, but
    for values that the scenario states itself.
    """
    check_is_a_plan(asked.scenario)
    with study(asked, "voi", "Choosing under uncertainty", _FILES) as (keeping, folder):
        from modelops_abm.charts import value_of_information as picture
        from modelops_abm.experiments.alternatives import alternatives_of
        from modelops_abm.experiments.information_runs import value_of_information

        known = assumptions(asked.scenario, varied)
        alternatives = alternatives_of(asked.scenario, with_each=each)
        found = value_of_information(
            alternatives, known.inputs, points, asked.replications, **keeping
        )
        facts = {
            "points": points,
            "inputs": [entry.text for entry in known.inputs],
            "left_out": dict(known.left_out),
            "replications": found.replications,
            "alternatives": list(found.names),
        }
        tables = {
            "value-of-information": found.table(),
            "alternatives": found.alternatives_table(),
            "assumptions": known.table(),
        }
        keep(folder, facts, tables, {"value-of-information": lambda: picture(found)})
    if asked.wants_json:
        click.echo(json.dumps({**_as_json(asked, found), **facts}, indent=2, allow_nan=False))
    else:
        _print(asked, found, known)


def _as_json(asked: Asked, found: ValueOfInformation) -> dict[str, Any]:
    return {
        "version": __version__,
        "seed": found.seed,
        "replications": found.replications,
        "scenario": asked.scenario.model_dump(mode="json", exclude_none=True),
        "alternatives": list(found.names),
        "best": found.ranking.order[0],
        "may_be_best": list(found.ranking.may_be_best),
        "means": {
            name: {"mean": mean.mean, "low": _finite(mean.low), "high": _finite(mean.high)}
            for name, mean in found.means.items()
        },
        "chances": {name: share_as_json(share) for name, share in found.chances.items()},
        "perfect": asdict(found.perfect),
        "worth_knowing": list(found.worth_knowing),
        "moves": found.moves,
        "median_of_first": found.middle,
        "partial": {name: asdict(value) for name, value in found.partial.items()},
    }


def _print(asked: Asked, found: ValueOfInformation, known: Assumptions) -> None:
    from modelops_abm.charts.value_of_information import average_finding, information_finding

    target = console()
    futures = formats.plural(found.replications, "future")
    print_what_ran(asked.scenario, f"seed {found.seed}, {futures} at each point")
    say(target, f"{information_finding(found)}.")
    if average := average_finding(found):
        say(target, average)
    target.print()
    target.print(_chances_table(found))
    target.print()
    target.print(_values_table(found))
    target.print()
    say(
        target,
        "Worth of knowing: by how much the average net present value of the choice would rise."
        f" What one assumption can do was tried at {found.moves} points, everything else and luck"
        " being the same: it is worth no more than that. Intervals are over points and luck; lower"
        " ends hold for all assumptions together, so that what begins above nothing is worth"
        " knowing. Where a few points make most of an average, it cannot be told. The ranges are"
        " what the sources leave open, every value in them held to be as likely: a judgement."
        f" {known.in_words}",
    )
    say_where(target, asked)


def _chances_table(found: ValueOfInformation) -> Table:
    table = plain_table()
    table.add_column("Choice")
    for heading in ("average NPV", INTERVAL, "best at", INTERVAL):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, mean in found.means.items():
        best = found.chances[name]
        shares = f"{formats.share(best.low, 0)} to {formats.share(best.high, 0)}"
        table.add_row(name, *_worth(mean), formats.count_of(best.count, best.n), shares)
    return table


def _values_table(found: ValueOfInformation) -> Table:
    from modelops_abm.experiments.inputs import in_words
    from modelops_abm.experiments.plans import worth_of_knowing

    table = plain_table()
    table.add_column("To know")
    for heading in ("is worth", INTERVAL):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, value in islice(found.partial.items(), _MOST_ROWS):
        table.add_row(in_words(name), *worth_of_knowing(value))
    table.add_row("all of them", *worth_of_knowing(found.perfect), style="bold")
    return table


def _worth(mean: Worth) -> tuple[str, str]:
    low, high = mean.low, mean.high
    if high is None or not math.isfinite(high):
        return formats.money(mean.mean), "cannot be told"
    interval = formats.money_interval(low, high)
    return formats.money(mean.mean, half_width=(high - low) / 2.0 or None), interval


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
