"""The command ``sensitivity``: which assumptions move what a plan is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import click
from click.core import ParameterSource

from modelops_abm.cli.study import (
    Asked,
    Found,
    assumptions,
    check_is_a_plan,
    check_outcome,
    conduct,
    kept_files,
    outcome_option,
    study_options,
    vary_option,
)
from modelops_abm.formats import plural
from modelops_abm.scenario import InputError

if TYPE_CHECKING:
    from modelops_abm.experiments.running import Keeping
    from modelops_abm.experiments.sensitivity import Question
    from modelops_abm.experiments.sensitivity_morris import Morris
    from modelops_abm.experiments.sensitivity_sobol import Sobol
    from modelops_abm.experiments.sensitivity_tornado import Tornado

type Method = Literal["tornado", "morris", "sobol"]

_DRAWS = 400
MOST_IN_SOBOL, MOST_POINTS = 12, 65_536
_POINTS: dict[Method, int] = {"tornado": 5, "morris": 16, "sobol": 512}
_FILES = kept_files(
    ("drivers", "effects", "winners", "indices", "ranks", "decision", "assumptions"),
    ("tornado", "winners", "morris", "sobol", "drivers"),
)
"""Of all methods: what another one has left is replaced."""


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
    type=click.IntRange(2, MOST_POINTS),
    metavar="N",
    help="Values of each assumption (5), trajectories of morris (16), base sample of sobol (512).",
)
@outcome_option("What is asked")
@click.option(
    "--plan-alone", is_flag=True, help="Ask for the plan itself, not for what it changes."
)
@click.option(
    "--each", is_flag=True, help="Each capability alone may win as well; not with morris."
)
@study_options(replications=20)
def sensitivity(
    asked: Asked,
    method: Method,
    varied: tuple[str, ...],
    points: int | None,
    outcome: str,
    plan_alone: bool,
    each: bool,
) -> None:
    """Tell which assumptions move what a plan is worth, and which change the decision.

    The decision is whether the baseline or the plan has the higher outcome; with --each, or one of
    its capabilities alone. Without --vary, all assumptions are varied over the range that their
    sources leave open, but for values that the scenario states itself; sobol takes the 12 of them
    that change the decision or move most alone. With --belief every value has draws: what drives
    the answer is told by these, in 400 futures if --replications does not say how many.
    """
    check_outcome(outcome)
    if not plan_alone:
        check_is_a_plan(asked.scenario)
    if asked.believed is not None:
        _drivers(asked, {"--vary": varied, "--points": points, "--each": each}, outcome, plan_alone)
        return
    _check_choice(method, each=each, plan_alone=plan_alone)

    def found(keeping: Keeping) -> Found:
        from modelops_abm.experiments.sensitivity import Question

        known = assumptions(asked.scenario, varied)
        question = Question(
            asked.scenario,
            known.inputs,
            outcome,
            against_baseline=not plan_alone,
            with_each=each,
        )
        if method == "sobol" and not varied:
            question = _strongest(question, asked.replications, keeping)
            known = known.only(question.inputs, "others move the answer more alone")
        count = points or _POINTS[method]
        facts = {
            "method": method,
            **known.to_json(),
            "replications": asked.replications,
            "points": count,
            "outcome": outcome,
            "alternatives": list(question.alternatives),
        }
        futures = f"{plural(asked.replications, 'future')} at each point"
        result = _found(method, question, count, asked.replications, keeping)
        return Found(result, futures, facts, beside=(known,))

    conduct(asked, "sensitivity", "Varying the assumptions", _FILES, found)


def _drivers(asked: Asked, given: Mapping[str, object], outcome: str, plan_alone: bool) -> None:
    """Tell which uncertain values drive the answer, over what the organisation may be."""
    context = click.get_current_context()
    is_said = {
        name: context.get_parameter_source(name) is not ParameterSource.DEFAULT
        for name in ("method", "replications")
    }
    wrong = [name for name, value in given.items() if value]
    wrong += ["--method"] if is_said["method"] else []
    if wrong:
        raise InputError(f"{wrong[0]} is for ranges: a belief has draws of every value")
    asked = asked if is_said["replications"] else replace(asked, replications=_DRAWS)

    def found(keeping: Keeping) -> Found:
        from modelops_abm.experiments import Question, drivers

        question = Question(asked.scenario, (), outcome, against_baseline=not plan_alone)
        result = drivers(question, asked.replications, **keeping)
        return Found(result, plural(asked.replications, "future"), {"outcome": outcome})

    conduct(asked, "sensitivity", "Drawing all values", _FILES, found)


def _check_choice(method: Method, *, each: bool, plan_alone: bool) -> None:
    if each and plan_alone:
        raise InputError(
            "--plan-alone asks for the plan itself, so that nothing is left to choose for --each;"
            " leave one of them out"
        )
    if each and method == "morris":
        raise InputError(
            "--each asks which alternative wins, but morris measures how large effects are, and"
            " winning has no size; take --method tornado or --method sobol"
        )


def _strongest(question: Question, replications: int, keeping: Keeping) -> Question:
    """Return the question about the assumptions that change the winner or move most, each alone."""
    from modelops_abm.experiments.sensitivity_tornado import tornado

    # The largest reach first; as sorting is stable, it stays so among those that change the winner,
    # and among the rest.
    swings = tornado(question, replications, **keeping).effective
    first = sorted(swings, key=lambda swing: not swing.changes)[:MOST_IN_SOBOL]
    return replace(question, inputs=tuple(swing.input for swing in first))


def _found(
    method: Method, question: Question, count: int, replications: int, keeping: Keeping
) -> Tornado | Morris | Sobol:
    from modelops_abm import experiments as methods

    match method:
        case "tornado":
            return methods.tornado(question, replications, points_each=count, **keeping)
        case "morris":
            return methods.morris(question, count, replications, **keeping)
        case "sobol":
            return methods.sobol(question, count, replications, **keeping)
