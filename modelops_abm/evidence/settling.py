"""What would settle a decision: the questions of the interview, and what their answers are worth.

An answer says of a draw what the organisation shows of it as it is, over two years and by chances
of its own (`measures`), or a value that it has. What it is worth to know follows by regression from
futures that were run anyway (`experiments.information`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from modelops_abm.arrays import Floats
from modelops_abm.evidence.interview import QUESTIONS
from modelops_abm.evidence.measures import WINDOW_DAYS, as_it_is, measured, models_today
from modelops_abm.experiments.advice import Advice
from modelops_abm.experiments.comparison import Comparison
from modelops_abm.experiments.information import Asking, Worth, information_of_draws
from modelops_abm.experiments.running import Keeping, draws_in, refuses_unknown, totals_of
from modelops_abm.scenario import Scenario

type Answers = dict[str, NDArray[Any]]
"""By name of the question, what would be answered of each draw."""

_CHANCES = 1_000
"""Which other futures of the draws show what is asked: none by which a choice is valued, or an
answer would tell the chances of the plan."""


@refuses_unknown
def answers_of(
    scenario: Scenario,
    answered: Iterable[str] = (),
    **keeping: Unpack[Keeping],
) -> Answers:
    """Return what each draw of an organisation would answer to the questions of the interview.

    Parameters
    ----------
    scenario
        The organisation; it is run as it is, one future of each draw.
    answered
        What was answered already: measures or names of values, as statements are about.
    keeping
        See `running.Keeping`; with draws.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    ValueError
        If there are no draws.

    Examples
    --------
    >>> from modelops_abm.experiments import draws_of
    >>> draws = draws_of(Scenario(), 2, names=["team.developers", "drift.onsets_per_year"])
    >>> found = answers_of(Scenario(), ["users"], draws=draws)
    >>> "users" in found, found["people"].tolist() == draws.columns["team.developers"].tolist()
    (False, True)
    """
    draws = draws_in(keeping)
    other = draws.again(_CHANCES)
    settings: Keeping = {**keeping, "progress": None, "draws": other}
    totals = totals_of([as_it_is(scenario)], len(draws), first=other.first, **settings)[0]
    everything = {
        **measured(totals, WINDOW_DAYS, models_today(scenario, draws)),
        **draws.columns,
    }
    known = set(answered)
    left = {name: each for name, each in QUESTIONS.items() if each.about not in known}
    found = {
        name: everything[each.about] for name, each in left.items() if each.about in everything
    }
    # What all draws agree on need not be asked, and what says the same as another only once.
    return {
        name: column
        for name, column in found.items()
        if _differs(column) and not _is_told_by_another(name, everything, known)
    }


def _differs(column: NDArray[Any]) -> bool:
    return bool(np.any(column != column[0]) and not np.all(np.isnan(column)))


def _is_told_by_another(name: str, everything: Mapping[str, NDArray[Any]], known: set[str]) -> bool:
    """Whether a question that is asked before it, or was answered, says the same in each draw.

    So do the value of all models and of one, where it is known how many there are.
    """
    column, own = everything[QUESTIONS[name].about], QUESTIONS[name].instead_of
    others = [own] if own else [each.name for each in QUESTIONS.values() if each.instead_of == name]
    told = (everything[QUESTIONS[other].about] for other in others if own or other in known)
    return any(_are_in_proportion(column, other) for other in told)


def _are_in_proportion(one: NDArray[Any], other: NDArray[Any]) -> bool:
    exist = np.isfinite(one) & np.isfinite(other)
    one, other = one[exist], other[exist]
    return bool(exist.any() and np.allclose(one * other[0], other * one[0], rtol=1e-9))


def asks_of(answers: Mapping[str, NDArray[Any]]) -> dict[str, str]:
    """Return the questions in words, by their names."""
    return {name: QUESTIONS[name].asks for name in answers}


@refuses_unknown
def settled(
    comparison: Comparison,
    answered: Iterable[str] = (),
    **keeping: Unpack[Keeping],
) -> Comparison:
    """Return a comparison over draws that says what to find out before deciding on the plan.

    Parameters
    ----------
    comparison
        The comparison, over the first of the draws.
    answered, keeping
        As `answers_of` has them.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    """
    draws = draws_in(keeping)
    keeping["draws"] = draws.part(draws.first, comparison.replications)
    answers = answers_of(comparison.plan.scenario, answered, **keeping)
    sides = comparison.baseline, comparison.plan
    utilities = np.array([side.outcome("npv") for side in sides])
    return replace(comparison, settles=_worth_asking(utilities, answers))


@refuses_unknown
def advised(
    advice: Advice,
    answered: Iterable[str] = (),
    **keeping: Unpack[Keeping],
) -> Advice:
    """Return an advice over draws that says what to find out before deciding.

    The choice is among the finalists within the budget, doing nothing included, by the futures in
    which they are told.

    Parameters
    ----------
    advice
        The advice, over these draws.
    answered, keeping
        As `answers_of` has them.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    """
    found, replications = advice.found, advice.found.replications
    keeping["draws"] = draws_in(keeping).part(0, replications)
    utilities = np.array([each.rechecked.gains for each in found.within_budget])
    if len(utilities) < 2:
        return advice
    answers = answers_of(advice.plan, answered, **keeping)
    return replace(advice, settles=_worth_asking(utilities, answers))


def _worth_asking(utilities: Floats, answers: Answers) -> dict[str, Asking]:
    worths = information_of_draws(utilities, answers).partial
    asked = {name: Asking(QUESTIONS[name].asks, worth) for name, worth in worths.items()}
    return in_order(asked)


def in_order(settles: Mapping[str, Asking]) -> dict[str, Asking]:
    """Return what may be asked, first what is surely worth most, then by what it may be worth."""

    def place(name: str) -> tuple[float, float]:
        worth: Worth = settles[name].worth
        return -worth.low, -worth.mean

    return {name: settles[name] for name in sorted(settles, key=place)}
