"""The command ``sensitivity``: which assumptions move what a plan is worth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import click

from modelops_abm.cli.sensitivity_tables import Found, print_found
from modelops_abm.cli.study import (
    Asked,
    assumptions,
    check_is_a_plan,
    check_outcome,
    keep,
    kept_files,
    outcome_option,
    share_as_json,
    study,
    study_options,
    vary_option,
)
from modelops_abm.core import outcomes
from modelops_abm.scenario import InputError
from modelops_abm.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from modelops_abm.charts import Picture
    from modelops_abm.experiments import Share
    from modelops_abm.experiments.running import Keeping
    from modelops_abm.experiments.sensitivity import Question
    from modelops_abm.experiments.sensitivity_sobol import Decision
    from modelops_abm.experiments.sensitivity_tornado import Swing

type Method = Literal["tornado", "morris", "sobol"]

MOST_IN_SOBOL, MOST_POINTS = 12, 65_536
_POINTS: dict[Method, int] = {"tornado": 5, "morris": 16, "sobol": 512}
_SUMMARY = {outcome.name: outcome for outcome in outcomes.SUMMARY}
_FILES = kept_files(
    ("effects", "winners", "indices", "ranks", "decision", "assumptions"),
    ("tornado", "winners", "morris", "sobol"),
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
    that change the decision or move most alone.
    """
    check_outcome(outcome)
    _check_choice(method, each=each, plan_alone=plan_alone)
    if not plan_alone:
        check_is_a_plan(asked.scenario)
    with study(asked, "sensitivity", "Varying the assumptions", _FILES) as (keeping, folder):
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
        found = _found(method, question, count, asked.replications, keeping)
        facts = {
            "method": method,
            "inputs": [entry.text for entry in question.inputs],
            "left_out": dict(known.left_out),
            "replications": asked.replications,
            "points": count,
            "outcome": outcome,
            "alternatives": list(question.alternatives),
        }
        keep(folder, facts, {**_tables(found), "assumptions": known.table()}, _pictures(found))
    if asked.wants_json:
        said = {**_as_json(asked, found), **facts}
        click.echo(json.dumps(said, indent=2, allow_nan=False))
    else:
        print_found(asked, found, known)


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
    from dataclasses import replace

    from modelops_abm.experiments.sensitivity_tornado import tornado

    swings = tornado(question, replications, **keeping).effective
    first = sorted(swings, key=lambda swing: not swing.changes)[:MOST_IN_SOBOL]
    return replace(question, inputs=tuple(swing.input for swing in first))


def _found(
    method: Method, question: Question, count: int, replications: int, keeping: Keeping
) -> Found:
    from modelops_abm import experiments as methods

    match method:
        case "tornado":
            return methods.tornado(question, replications, points_each=count, **keeping)
        case "morris":
            return methods.morris(question, count, replications, **keeping)
        case "sobol":
            return methods.sobol(question, count, replications, **keeping)


def _tables(found: Found) -> dict[str, pd.DataFrame]:
    from modelops_abm.experiments.sensitivity_sobol import Sobol
    from modelops_abm.experiments.sensitivity_tornado import Tornado

    if isinstance(found, Sobol):
        tables = {"indices": found.indices.table(), "ranks": found.ranks.table()}
        if found.decision is None:
            return tables
        decision = {"decision": found.decision.indices.table(), "winners": found.decision.table()}
        return {**tables, **decision}
    if isinstance(found, Tornado) and found.question.against_baseline:
        return {"effects": found.table(), "winners": found.winners()}
    return {"effects": found.table()}


def _pictures(found: Found) -> dict[str, Callable[[], Picture]]:
    from modelops_abm import charts
    from modelops_abm.experiments.sensitivity_morris import Morris
    from modelops_abm.experiments.sensitivity_sobol import Sobol

    if isinstance(found, Sobol):
        return {"sobol": lambda: charts.sobol_indices(found)}
    if isinstance(found, Morris):
        return {"morris": lambda: charts.morris_effects(found)}
    pictures: dict[str, Callable[[], Picture]] = {"tornado": lambda: charts.tornado(found)}
    if found.question.with_each:
        pictures["winners"] = lambda: charts.winners(found)
    return pictures


def _as_json(asked: Asked, found: Found) -> dict[str, Any]:
    from modelops_abm.experiments.sensitivity_sobol import Sobol
    from modelops_abm.experiments.sensitivity_tornado import Tornado

    said: dict[str, Any] = {
        "version": __version__,
        "seed": asked.seed,
        "replications": asked.replications,
        "scenario": asked.scenario.model_dump(mode="json", exclude_none=True),
        "outcome": found.question.outcome,
        "against_baseline": found.question.against_baseline,
        "unit": _SUMMARY[found.question.outcome].unit,
    }
    said["alternatives"] = list(found.question.alternatives)
    if isinstance(found, Tornado):
        best = {"may_be_best": list(found.best.may_be_best)}
        return {**said, **best, "effects": [_swing_as_json(swing) for swing in found.swings]}
    if isinstance(found, Sobol):
        decision = None if found.decision is None else _decision_as_json(found.decision)
        indices = {
            "indices": _records(found.indices.table()),
            "ranks": _records(found.ranks.table()),
        }
        return {**said, **indices, "decision": decision}
    return {**said, "effects": _records(found.table())}


def _decision_as_json(decision: Decision) -> dict[str, Any]:
    return {
        "wins": _shares("alternative", decision.wins),
        "told": share_as_json(decision.told),
        "indices": _records(decision.indices.table()),
        "turns": _shares("input", decision.turns),
    }


def _shares(what: str, shares: Mapping[str, Share]) -> list[dict[str, Any]]:
    return [{what: name, **share_as_json(each)} for name, each in shares.items()]


def _swing_as_json(swing: Swing) -> dict[str, Any]:
    return {
        "input": swing.input.name,
        "has_effect": swing.has_effect,
        "is_monotonic": swing.is_monotonic,
        "values": swing.table().to_dict(orient="records"),
        "best": [
            {
                "value": str(each.value),
                "is_usual": each.is_usual,
                "order": list(each.ranking.order),
                "may_be_best": list(each.ranking.may_be_best),
            }
            for each in swing.best
        ],
        "changes": [
            {"value": str(each.value), "from": list(each.before), "to": list(each.after)}
            for each in swing.changes
        ],
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): value for name, value in row.items()}
        for row in table.reset_index().to_dict(orient="records")
    ]
