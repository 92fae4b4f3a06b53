"""The command ``optimise``: the best levels, order and start dates of the capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelops_abm.cli.options import Dollars, Numbers, levels_option, starts_option, trials_option
from modelops_abm.cli.study import Asked, Found, conduct, kept_files, study_options
from modelops_abm.experiments.road_maps import FINALISTS, TRIALS
from modelops_abm.scenario import InputError, Problem

if TYPE_CHECKING:
    from modelops_abm.experiments.running import Keeping

_FILES = kept_files(("finalists",), ("frontier", "road-map"))


@click.command()
@click.option(
    "--budget-per-year",
    "budget",
    type=Dollars(),
    help="What may be spent in any year, on average, beyond what doing nothing spends: capital,"
    " upkeep, payroll of developers who are added.",
)
@click.option(
    "--capital",
    type=Dollars(),
    help="What may be spent on capital over the whole run, on average.",
)
@levels_option
@starts_option
@click.option("--developers", type=Numbers(), help="Sizes of the team, if that may change.")
@click.option(
    "--stages",
    is_flag=True,
    help="A capability may also be raised in two stages: to one level, and later to a higher one.",
)
@trials_option(TRIALS)
@click.option(
    "--finalists",
    type=click.IntRange(1, 1_000),
    metavar="N",
    default=FINALISTS,
    show_default=True,
    help="How many of the best to re-check; the efficient frontier comes on top.",
)
@study_options(replications=400)
def optimise(
    asked: Asked,
    budget: float | None,
    capital: float | None,
    levels: tuple[float, ...],
    starts: tuple[float, ...] | None,
    developers: tuple[float, ...] | None,
    stages: bool,
    trials: int,
    finalists: int,
) -> None:
    """Find the road map that is worth most: which capabilities, how far, and when.

    The search takes few futures of each road map; the finalists are re-checked in fresh ones. Over
    a belief it is the best on average of all that the organisation may be, and the safe one, whose
    worst futures are best, stands beside it.
    """
    sizes = _whole(developers or ())

    def searched(keeping: Keeping) -> Found:
        from modelops_abm.experiments.optimisation import draws_needed, optimise as search
        from modelops_abm.experiments.road_maps import Decisions

        decisions = Decisions(asked.scenario, levels, starts, sizes, stages)
        keeping["draws"] = asked.draws(draws_needed(asked.replications))
        found = search(
            decisions,
            budget_per_year=budget,
            capital=capital,
            trials=trials,
            replications=asked.replications,
            finalists=finalists,
            **keeping,
        )
        facts = {
            "budget_per_year": budget,
            **({} if capital is None else {"capital": capital}),
            "levels": levels,
            "starts": decisions.start_days,
            "developers": sizes or (asked.scenario.team.developers,),
            "stages": stages,
            "trials": trials,
            "replications": asked.replications,
        }
        return Found(found, facts=facts)

    conduct(asked, "optimise", "Searching for the best road map", _FILES, searched)


def _whole(numbers: tuple[float, ...]) -> tuple[int, ...]:
    # True of infinity and NaN too, of which `//` makes NaN.
    wrong = [number for number in numbers if number != number // 1]
    if wrong:
        shown = f"{wrong[0]:g}"
        raise InputError(Problem("must be whole numbers", field="developers", value=shown))
    return tuple(int(number) for number in numbers)
