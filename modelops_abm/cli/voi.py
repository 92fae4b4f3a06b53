"""The command ``voi``: which assumption is worth measuring before buying."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelops_abm.cli.options import Believed
from modelops_abm.cli.study import (
    Asked,
    Found,
    assumptions,
    check_is_a_plan,
    conduct,
    kept_files,
    study_options,
    vary_option,
)
from modelops_abm.formats import plural
from modelops_abm.scenario import InputError

if TYPE_CHECKING:
    from modelops_abm.experiments.running import Keeping

_FILES = kept_files(
    ("value-of-information", "questions", "alternatives", "assumptions"), ("value-of-information",)
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
    " or more. With --belief, how many draws.",
)
@click.option("--each", is_flag=True, help="Each capability alone may be chosen as well.")
@study_options(replications=4)
def voi(asked: Asked, varied: tuple[str, ...], points: int, each: bool) -> None:
    """Tell what it would be worth to know an assumption before choosing the plan or the baseline.

    Without --vary, all assumptions are uncertain over the range that their sources leave open, but
    for values that the scenario states itself. With --belief, what the organisation may be is
    uncertain, and what is told is the worth of an answer: to a question of the interview, or on a
    value.
    """
    check_is_a_plan(asked.scenario)
    if asked.believed is not None and varied:
        raise InputError("--vary is for ranges: a belief has what is known of every value")

    def over(believed: Believed, keeping: Keeping) -> Found:
        from modelops_abm.evidence.settling import answers_of, asks_of
        from modelops_abm.experiments.alternatives import alternatives_of
        from modelops_abm.experiments.information_runs import worth_of_answers

        keeping["draws"] = draws = believed.draws(points, asked.seed)
        answers = answers_of(asked.scenario, believed.answered, **keeping)
        alternatives = alternatives_of(asked.scenario, with_each=each)
        known = {**answers, **draws.columns}
        found = worth_of_answers(
            alternatives, known, asked.replications, asks=asks_of(answers), **keeping
        )
        facts = {"points": points, "alternatives": list(found.names)}
        size = f"{plural(points, 'draw')}, {plural(found.replications, 'future')} of each"
        return Found(found, size, facts)

    def valued(keeping: Keeping) -> Found:
        if asked.believed is not None:
            return over(asked.believed, keeping)
        from modelops_abm.experiments.alternatives import alternatives_of
        from modelops_abm.experiments.information_runs import value_of_information

        known = assumptions(asked.scenario, varied)
        alternatives = alternatives_of(asked.scenario, with_each=each)
        found = value_of_information(
            alternatives, known.inputs, points, asked.replications, **keeping
        )
        facts = {
            "points": points,
            **known.to_json(),
            "replications": found.replications,
            "alternatives": list(found.names),
        }
        futures = f"{plural(found.replications, 'future')} at each point"
        return Found(found, futures, facts, beside=(known,))

    conduct(asked, "voi", "Choosing under uncertainty", _FILES, valued)
