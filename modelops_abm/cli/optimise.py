"""The command ``optimise``: the best levels, order and start dates of the capabilities."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import click

from modelops_abm import formats
from modelops_abm.cli.options import Dollars
from modelops_abm.cli.portfolio_words import print_what_ran
from modelops_abm.cli.study import (
    Asked,
    keep,
    kept_files,
    plain_table,
    say_where,
    study,
    study_options,
)
from modelops_abm.scenario import InputError, Problem
from modelops_abm.terminal import console, say
from modelops_abm.text import printable
from modelops_abm.verdict import CAUTION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.table import Table

    from modelops_abm.charts import Picture
    from modelops_abm.experiments import Estimate
    from modelops_abm.experiments.optimisation_results import Finalist, Optimised

_RECOMMENDED, _MAY_BE_BEST = "*", "·"
_FILES = kept_files(("finalists",), ("frontier", "road-map"))


class Numbers(click.ParamType[tuple[float, ...]]):
    """Numbers with commas between them."""

    name = "N,N,..."

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        """Return the numbers, or fail with what would be right."""
        try:
            numbers = tuple(float(part) for part in str(value).split(","))
        except ValueError:
            shown = printable(str(value))
            self.fail(f"'{shown}' is not numbers with commas between them: 0,0.5,1", param, ctx)
        return numbers


@click.command()
@click.option(
    "--budget-per-year",
    "budget",
    type=Dollars(),
    help="What may be spent in any year, on average, beyond what doing nothing spends: capital,"
    " upkeep, payroll of developers who are added.",
)
@click.option(
    "--levels",
    type=Numbers(),
    default="0,0.5,1",
    show_default=True,
    help="Levels that a capability may be raised to; it may also stay where it starts.",
)
@click.option(
    "--starts",
    type=Numbers(),
    help="Days on which the work on a capability may begin.  [default: 0,180,360 within the run]",
)
@click.option("--developers", type=Numbers(), help="Sizes of the team, if that may change.")
@click.option(
    "--trials",
    type=click.IntRange(1, 100_000),
    metavar="N",
    default=200,
    show_default=True,
    help="How many road maps to look at; all of them, if there are no more.",
)
@click.option(
    "--finalists",
    type=click.IntRange(1, 1_000),
    metavar="N",
    default=8,
    show_default=True,
    help="How many of the best to re-check; the efficient frontier comes on top.",
)
@study_options(replications=400)
def optimise(
    asked: Asked,
    budget: float | None,
    levels: tuple[float, ...],
    starts: tuple[float, ...] | None,
    developers: tuple[float, ...] | None,
    trials: int,
    finalists: int,
) -> None:
    """Find the road map that is worth most: which capabilities, how far, and when.

    The search takes few futures of each road map; the finalists are re-checked in fresh ones.
    """
    sizes = _whole(developers or ())
    with study(asked, "optimise", "Searching for the best road map", _FILES) as (keeping, folder):
        from modelops_abm.experiments.optimisation import optimise as search
        from modelops_abm.experiments.road_maps import Decisions

        decisions = Decisions(asked.scenario, levels, starts, sizes)
        found = search(
            decisions,
            budget_per_year=budget,
            trials=trials,
            replications=asked.replications,
            finalists=finalists,
            **keeping,
        )
        facts = {
            "budget_per_year": budget,
            "levels": levels,
            "starts": decisions.start_days,
            "developers": sizes or (asked.scenario.team.developers,),
            "trials": trials,
            "replications": asked.replications,
        }
        keep(folder, facts, {"finalists": found.table()}, _pictures(found))
    if asked.wants_json:
        click.echo(json.dumps({**_as_json(found), **facts}, indent=2, allow_nan=False))
    else:
        _print(asked, found)


def _whole(numbers: tuple[float, ...]) -> tuple[int, ...]:
    wrong = [number for number in numbers if number != number // 1]
    if wrong:
        shown = f"{wrong[0]:g}"
        raise InputError(Problem("must be whole numbers", field="developers", value=shown))
    return tuple(int(number) for number in numbers)


def _pictures(found: Optimised) -> dict[str, Callable[[], Picture]]:
    from modelops_abm.charts.frontier import spend_frontier
    from modelops_abm.charts.road_map import road_map

    return {"frontier": lambda: spend_frontier(found), "road-map": lambda: road_map(found)}


def _as_json(found: Optimised) -> dict[str, Any]:
    from modelops_abm.experiments.optimisation_results import steps_of
    from modelops_abm.version import __version__

    return {
        "version": __version__,
        "seed": found.seed,
        "plan": found.plan.model_dump(mode="json", exclude_none=True),
        "road_maps": found.decisions.size,
        "tried": found.tried,
        "is_complete": found.is_complete,
        "confidence": found.confidence,
        "recommended": {
            **steps_of(found.recommended),
            "worth": _estimate(found.best.worth.estimate),
            "worst_5_percent": _estimate(found.best.downside),
            "spend": _estimate(found.best.total_spend),
            "yearly_spend": [_estimate(year) for year in found.best.yearly_spend],
            "against_plan": _estimate(found.gain.estimate),
            "last_check": _estimate(found.confirmed.recommended.worth.estimate),
        },
        "search": {
            "is_settled": found.search.is_settled,
            "best_came": found.search.best_came,
            "neighbours": found.search.neighbours,
            "unseen_neighbours": found.search.unseen_neighbours,
            "affordable": found.search.affordable,
        },
        "finalists": [
            {str(name): value for name, value in row.items() if not _is_nan(value)}
            for row in found.table().to_dict(orient="records")
        ],
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {"mean": estimate.mean, "half_width": estimate.half_width, "n": estimate.n}


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _print(asked: Asked, found: Optimised) -> None:
    from modelops_abm.experiments import optimisation_words as words

    target = console()
    print_what_ran(found.plan, f"seed {found.seed}")
    for part in (
        f"{words.recommendation(found)} {words.worth_in_words(found)}".strip(),
        words.undecided(found),
        words.against_the_plan(found),
        words.settled(found),
    ):
        if part:
            say(target, part)
    target.print()
    target.print(_finalists_table(found))
    target.print()
    target.print(_frontier_table(found))
    target.print()
    say(target, words.certainty(found))
    say(target, CAUTION)
    say_where(target, asked)


def _finalists_table(found: Optimised) -> Table:
    from modelops_abm.experiments.optimisation_words import in_short

    known = _known_to([each.rechecked.dearest_year for each in found.finalists])
    table = plain_table(
        caption=f"* recommended   · may be the best   a year: in the dearest one{known}",
        caption_justify="left",
    )
    table.add_column("")
    table.add_column("Finalists, against doing nothing")
    for heading in ("worth", f"95{formats.NARROW_SPACE}% interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("a year", justify="right", no_wrap=True)
    for each in found.finalists:
        table.add_row(
            _mark(found, each),
            _named(found, each, in_short(each.road_map, found.plan)),
            *_worth(each),
            _dearest(each),
        )
    return table


def _mark(found: Optimised, finalist: Finalist) -> str:
    if finalist.road_map == found.recommended:
        return _RECOMMENDED
    return _MAY_BE_BEST if finalist.road_map in found.ranking.may_be_best else ""


def _named(found: Optimised, finalist: Finalist, text: str) -> str:
    from modelops_abm.experiments.optimisation_words import budget_in_words
    from modelops_abm.experiments.road_maps import road_map_of

    if finalist.road_map == road_map_of(found.plan) and finalist.road_map.steps:
        text = f"plan given: {text}"
    fit = finalist.rechecked.fit(found.budget_per_year)
    if fit == "within":
        return text
    if fit == "over":  # its cost stands beside it
        return f"{text} (over the budget)"
    return f"{text} ({budget_in_words(finalist.rechecked, fit)})"


def _worth(finalist: Finalist) -> tuple[str, str]:
    from modelops_abm.experiments.optimisation_words import interval_of

    fresh = finalist.rechecked.worth.estimate
    return _signed(fresh), interval_of(fresh)


def _signed(estimate: Estimate) -> str:
    half_width = estimate.half_width or None
    return formats.money(estimate.mean or 0.0, half_width=half_width, signed=True)


def _dearest(finalist: Finalist) -> str:
    return formats.money(finalist.rechecked.dearest_year.mean or 0.0)


def _known_to(spends: Sequence[Estimate]) -> str:
    """Return how well amounts are known at least; nothing if that cannot be told."""
    widest = max((spend.half_width or 0.0 for spend in spends), default=0.0)
    largest = max((abs(spend.mean or 0.0) for spend in spends), default=0.0)
    return (
        f", known to ±{formats.money(widest, half_width=widest, of=largest)}"
        if widest > 0.0
        else ""
    )


def _frontier_table(found: Optimised) -> Table:
    from modelops_abm.experiments.optimisation_words import in_short, interval_of

    efficient = found.frontier()
    known = _known_to([each.rechecked.total_spend for each in efficient])
    over = formats.span(found.plan.horizon_days)
    table = plain_table(caption=f"Spent: over {over}{known}", caption_justify="left")
    table.add_column("Spent", justify="right", no_wrap=True)
    table.add_column("Most worth for it")
    table.add_column("worth", justify="right", no_wrap=True)
    table.add_column("worst 5 in 100", justify="right", no_wrap=True)
    table.add_column("interval", justify="right", no_wrap=True)
    for each in efficient:
        fresh = each.rechecked
        table.add_row(
            formats.money(fresh.total_spend.mean or 0.0),
            in_short(each.road_map, found.plan),
            _worth(each)[0],
            formats.money(fresh.downside.mean or 0.0, half_width=fresh.downside.half_width or None),
            interval_of(fresh.downside),
        )
    return table
