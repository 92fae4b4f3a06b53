"""Alternatives to choose among: a plan, doing nothing, each capability alone; and who wins.

First what there is to choose, and its outcomes at many points under common random numbers; then
which wins at each point, how often, and which may be the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from modelops_abm.arrays import Floats
from modelops_abm.experiments.plans import raised, without
from modelops_abm.experiments.running import Keeping, outcome_of, refuses_unknown, totals_of
from modelops_abm.experiments.statistics import Share, share
from modelops_abm.experiments.sweep import Point
from modelops_abm.scenario import CAPABILITY_NAMES, InputError, Scenario, baseline_of
from modelops_abm.scenario.without_effect import without_effect

_ALONE = {f"{name} alone": name for name in CAPABILITY_NAMES}


def alternatives_of(plan: Scenario, *, with_each: bool = False) -> dict[str, Scenario]:
    """Return what may be chosen, by name: the baseline first, the plan last.

    Parameters
    ----------
    plan
        The plan.
    with_each
        Whether each capability that it raises may be had alone, if it raises several.

    Examples
    --------
    >>> from modelops_abm import preset
    >>> list(alternatives_of(preset("all_five"), with_each=True))[:2]
    ['the baseline', 'automation alone']
    """
    return variants_of(plan, names_of(plan, with_each=with_each))


def names_of(plan: Scenario, *, with_each: bool = False) -> tuple[str, ...]:
    """Return the names of `alternatives_of`."""
    alone = [f"{name} alone" for name in raised(plan)] if with_each else []
    return ("the baseline", *(alone if len(alone) > 1 else []), "the plan")


def variants_of(plan: Scenario, names: Sequence[str]) -> dict[str, Scenario]:
    """Return the alternatives with these names, whatever levels the plan has.

    So a plan whose levels are varied has the same alternatives everywhere.

    Parameters
    ----------
    plan
        The plan.
    names
        As `names_of` gives them.
    """
    found = {"the baseline": baseline_of(plan), "the plan": plan}
    for name in names:
        if name not in found:
            others = [each for each in CAPABILITY_NAMES if each != _ALONE[name]]
            found[name] = without(plan, others)
    return {name: found[name] for name in names}


@refuses_unknown
def outcomes_at(
    points: Sequence[Point],
    alternatives: Sequence[Sequence[Scenario]],
    outcome: str,
    replications: int,
    *,
    first: int = 0,
    **keeping: Unpack[Keeping],
) -> Floats:
    """Return an outcome of alternatives at points, common random numbers for all.

    Parameters
    ----------
    points
        What is varied, to say where the outcome does not exist.
    alternatives
        Scenarios, by point, and in each by alternative.
    outcome
        Name of an outcome of the run summary.
    replications, first
        How many of each, and the number of the first.
    keeping
        See `running.Keeping`.

    Returns
    -------
    array
        Alternatives x points x those replications in which the outcome exists for all of them.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If it exists in none.
    ValueError
        If a number is not allowed, or there is no such outcome.
    """
    if replications < 1:
        raise ValueError(f"replications must be 1 or more, not {replications}")
    # By alternative and then by point, as the reshaping below has it.
    distinct = zip(*_distinct(points, alternatives), strict=True)
    scenarios = [each for by_name in distinct for each in by_name]
    once = {id(each): each for each in scenarios}
    totals = totals_of(list(once.values()), replications, first=first, **keeping)
    places = {key: place for place, key in enumerate(once)}
    rows = [places[id(each)] for each in scenarios]
    found = outcome_of(outcome, totals)[rows].reshape(-1, len(points), replications)
    lacking = np.isnan(found)
    # A future counts everywhere or nowhere: else a difference between points could be one between
    # futures.
    exists = ~lacking.any(axis=(0, 1))
    if not exists.any():
        raise _without_outcome(outcome, points[int(np.argmax(lacking.sum(axis=(0, 2))))])
    return np.asarray(found[:, :, exists])


def _distinct(
    points: Sequence[Point], alternatives: Sequence[Sequence[Scenario]]
) -> Iterator[Sequence[Scenario]]:
    """Yield the alternatives of each point; where a move changes nothing, those of the first.

    A baseline without monitoring is the same whatever monitoring costs (decision 0068).
    """
    (start, *_), (usual, *_) = points, alternatives
    idle = [without_effect(each) for each in usual]
    for point, scenarios in zip(points, alternatives, strict=True):
        moved = [name for name in {**start, **point} if start.get(name) != point.get(name)]
        # Of one value alone it is known that no run can be different.
        yield [
            before
            if len(moved) == 1 and moved[0] in none and moved[0] in without_effect(each)
            else each
            for before, none, each in zip(usual, idle, scenarios, strict=True)
        ]


def _without_outcome(outcome: str, point: Point) -> InputError:
    where = ", ".join(f"{name} = {value}" for name, value in point.items())
    return InputError(
        f"in no future does '{outcome}' exist at every point; it is missing most often"
        f" {f'at {where}' if where else 'with everything as it is'}"
    )


# --------------------------------------------------------------------------------------
# Which of several alternatives wins at each of many points, and how often.


type Places = NDArray[np.intp]


def winners(utilities: Floats) -> Places:
    """Return the place of the best alternative at each point; of equals the first.

    Parameters
    ----------
    utilities
        Alternatives x points.
    """
    return np.argmax(utilities, axis=0)


def wins(names: Sequence[str], won: Places) -> Mapping[str, Share]:
    """Return the share of independent points at which each alternative wins.

    Parameters
    ----------
    names
        Of the alternatives.
    won
        As `winners` gives it.
    """
    counts = np.bincount(won, minlength=len(names)).tolist()
    return {name: share(count, len(won)) for name, count in zip(names, counts, strict=True)}


def may_lead[Name](
    names: Sequence[Name], low: Sequence[float], high: Sequence[float]
) -> list[Name]:
    """Return what may have the highest of several values, as far as their intervals tell.

    It is what reaches the highest lower end; that is more cautious than a test of the difference.

    Parameters
    ----------
    names
        What has the values.
    low, high
        Ends of their intervals.
    """
    bar = max(low, default=0.0)
    return [name for name, end in zip(names, high, strict=True) if end >= bar]
