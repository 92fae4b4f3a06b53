"""The command ``advise``: what to buy with a budget, and what there is to know before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelops_abm import formats
from modelops_abm.cli.options import Dollars, Part, levels_option, starts_option, trials_option
from modelops_abm.cli.study import Asked, Found, conduct, kept_files, study_options
from modelops_abm.experiments.road_maps import TRIALS_OF_ADVICE
from modelops_abm.scenario import InputError

if TYPE_CHECKING:
    from modelops_abm.experiments import Draws
    from modelops_abm.experiments.running import Keeping

_FILES = kept_files(("futures",), ("advice", "road-map"))


@click.command()
@click.option(
    "--budget",
    type=Dollars(),
    required=True,
    help="What may be spent on capital over the whole run: on average, or as surely as"
    " --budget-chance says.",
)
@click.option(
    "--budget-chance",
    "chance",
    type=Part(),
    help="Keep within the budget in so many of the futures, such as 0.9, instead of on average.",
)
@click.option(
    "--as-set",
    is_flag=True,
    help="Take the assumptions as they are set, and leave only chance. Without it, and without"
    " --belief, it is over organisations that fit what is published, of the size of the scenario's"
    " and with what it states.",
)
@click.option(
    "--reserved",
    type=click.IntRange(min=0),
    metavar="N",
    default=0,
    help="Choose by none of the first N futures, in which the road map will be compared later; by"
    " default those that tell its worth.",
)
@levels_option
@starts_option
@trials_option(TRIALS_OF_ADVICE)
@study_options(replications=400)
def advise(
    asked: Asked,
    budget: float,
    chance: float | None,
    as_set: bool,
    reserved: int,
    levels: tuple[float, ...],
    starts: tuple[float, ...] | None,
    trials: int,
) -> None:
    """Say what to buy with a budget: what first, what it is worth, and where it fails.

    What capabilities cost differs between organisations: it is told in how many futures the road
    map takes more than the budget, and what is enough in nine of ten.

    The road map is the best on average that the budget buys. Told with it are its returns, how it
    fares where assumptions are unkind, the safe road map, and what gets worse by it.
    """
    if chance is not None and not 0.0 < chance < 1.0:
        raise InputError("--budget-chance must be above 0 and below 1, such as 0.9")
    if as_set and asked.believed is not None:
        raise InputError("--as-set and --belief contradict each other; give one of them")

    def advised(keeping: Keeping) -> Found:
        from modelops_abm.experiments.advice import advise as ask
        from modelops_abm.experiments.optimisation import draws_needed

        count = draws_needed(asked.replications, reserved)
        keeping["draws"] = None if as_set else _organisations(asked, count)
        found = ask(
            asked.scenario,
            budget,
            chance=chance,
            levels=levels,
            starts=starts,
            trials=trials,
            replications=asked.replications,
            reserved=reserved,
            **keeping,
        )
        if not as_set:
            from modelops_abm.evidence.settling import advised as settled

            answered = () if asked.believed is None else asked.believed.answered
            found = settled(found, answered, **keeping)
        futures = formats.plural(asked.replications, "future")
        over = "" if as_set or asked.believed is not None else ", organisations as published"
        facts: dict[str, object] = {"trials": trials, "replications": asked.replications}
        facts |= {"as_set": as_set, **({} if chance is None else {"budget_chance": chance})}
        facts |= {"reserved": reserved} if reserved else {}
        return Found(found, f"{futures}{over}", facts)

    conduct(asked, "advise", "Looking for what to buy", _FILES, advised)


def _organisations(asked: Asked, count: int) -> Draws | None:
    """Return draws of the belief that was named, or else of organisations like the scenario's."""
    from modelops_abm.evidence.default import drawn_like

    if asked.believed is not None:
        return asked.draws(count)
    return drawn_like(asked.scenario, count, seed=asked.seed)
