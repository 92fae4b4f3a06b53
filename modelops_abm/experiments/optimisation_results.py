"""The efficient frontier: alternatives that no other beats in both of two respects."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm.experiments.optimisation_search import Measured
from modelops_abm.experiments.road_maps import Decisions, RoadMap, nothing_of, road_map_of
from modelops_abm.experiments.statistics import Estimate, PairedDifference, Ranking, rank
from modelops_abm.representation import Represented
from modelops_abm.scenario import Scenario


def frontier[Alternative](
    alternatives: Sequence[Alternative],
    cost: Callable[[Alternative], float],
    value: Callable[[Alternative], float],
) -> list[Alternative]:
    """Return the alternatives that are worth more than every one that costs as much or less.

    Parameters
    ----------
    alternatives
        What there is to choose from.
    cost, value
        What each costs, and what it is worth.

    Returns
    -------
    list
        The cheapest first, each worth more than the one before. Of equal ones, the first given.
    """
    best = -np.inf
    efficient: list[Alternative] = []
    for each in sorted(alternatives, key=lambda each: (cost(each), -value(each))):
        if value(each) > best:
            best = value(each)
            efficient.append(each)
    return efficient


def spread_out[Alternative](
    efficient: Sequence[Alternative], cost: Callable[[Alternative], float], most: int
) -> list[Alternative]:
    """Return so many alternatives at most, ends included, as evenly over the cost as may be."""
    if len(efficient) <= most:
        return list(efficient)
    costs = np.array([cost(each) for each in efficient])
    aims = np.linspace(costs[0], costs[-1], most)
    places = {int(np.argmin(np.abs(costs - aim))) for aim in aims}
    return [efficient[place] for place in sorted(places)]


# --------------------------------------------------------------------------------------
# The result of an optimisation: finalists, the frontier, and the road map to recommend.


LAST_PART = 0.25
"""Part of the trials in which a search that has settled finds nothing better."""


@dataclass(frozen=True, repr=False)
class Finalist(Represented):
    """A road map that was measured again in fresh futures.

    Attributes
    ----------
    searched
        What the search saw of it: too good if luck has helped to choose it.
    rechecked
        What it does in futures that had no part in the search.
    """

    searched: Measured
    rechecked: Measured

    @property
    def road_map(self) -> RoadMap:
        """The road map."""
        return self.rechecked.road_map


@dataclass(frozen=True, repr=False)
class Searched(Represented):
    """How the search went.

    Attributes
    ----------
    tried
        Number of different road maps that it measured.
    best_came
        Which of them in their order was the best within the budget, from 1.
    neighbours, unseen_neighbours
        How many road maps differ from that one in one thing, and how many of them it left out.
    affordable
        How many that do anything are within the budget, as far as a few futures tell.
    cheapest
        The one of those that do anything that spends least in its dearest year; None without any.
    """

    tried: int
    best_came: int
    neighbours: int
    unseen_neighbours: int
    affordable: int
    cheapest: Measured | None

    @property
    def is_settled(self) -> bool:
        """Whether its last quarter found nothing better, and nothing near the best is unseen."""
        return self.best_came <= (1.0 - LAST_PART) * self.tried and not self.unseen_neighbours


@dataclass(frozen=True, repr=False)
class Confirmed(Represented):
    """The recommended road map in futures that had no part in finding or choosing it.

    Attributes
    ----------
    recommended, plan
        It, and the plan that was given, against doing nothing.
    """

    recommended: Measured
    plan: Measured


@dataclass(frozen=True, repr=False)
class Optimised(Represented):
    """What was found for a plan.

    Attributes
    ----------
    decisions
        The road maps that were open, and the plan.
    budget_per_year
        What may be spent beyond doing nothing in a year on average, in $; None for any amount.
    seed
        Of the luck and of the search.
    search
        How the search went.
    is_complete
        Whether these are all there are, and every one that may be the best is a finalist.
    confidence
        That the best finalist, or with `is_complete` the best of all, is among those that may be.
    finalists
        Those measured again, the plan and doing nothing among them; highest worth first.
    confirmed
        The worth of the recommended one, and of the plan, in futures that decided nothing: what the
        re-check says of it may owe something to luck, which has helped to choose it.
    levels
        How the levels of the recommended one rise: capabilities x days, mean over futures.
    """

    decisions: Decisions
    budget_per_year: float | None
    seed: int
    search: Searched
    is_complete: bool
    confidence: float
    finalists: tuple[Finalist, ...]
    confirmed: Confirmed
    levels: NDArray[np.float64]

    @property
    def plan(self) -> Scenario:
        """The plan that was given."""
        return self.decisions.plan

    @property
    def recommended(self) -> RoadMap:
        """The road map to recommend, which may be to do nothing."""
        return self.confirmed.recommended.road_map

    @property
    def tried(self) -> int:
        """Number of different road maps that the search measured."""
        return self.search.tried

    @property
    def best(self) -> Measured:
        """The recommended road map, as it was re-checked: the worth that is told of it."""
        return self._rechecked(self.recommended)

    @property
    def given(self) -> Measured:
        """The plan that was given, as it was re-checked."""
        return self._rechecked(road_map_of(self.plan))

    @property
    def gain(self) -> PairedDifference:
        """The net present value of the recommended road map less that of the plan, re-checked."""
        return PairedDifference(self.best.gains - self.given.gains)

    def replications_to_tell(self, measured: Measured) -> int | None:
        """Return about how many replications tell whether a finalist is within the budget.

        None if that is known, or more than can be said.
        """
        if self.budget_per_year is None or measured.fit(self.budget_per_year) != "not known":
            return None
        year = measured.dearest_year
        apart = abs((year.mean or 0.0) - self.budget_per_year)
        needed = year.replications_for(apart) if apart > 0.0 else None
        return None if needed is None else math.ceil(needed * self.replications / year.n)

    def _rechecked(self, road_map: RoadMap) -> Measured:
        return next(each.rechecked for each in self.finalists if each.road_map == road_map)

    @property
    def replications(self) -> int:
        """Number of fresh futures of each finalist."""
        return len(self.confirmed.recommended.gains)

    @property
    def ranking(self) -> Ranking[RoadMap]:
        """The finalists within the budget by their worth, and which may be the best."""
        return ranking_of(self.within_budget, self.confidence)

    @property
    def within_budget(self) -> tuple[Finalist, ...]:
        """The finalists that are known to be within the budget."""
        return tuple(
            each for each in self.finalists if each.rechecked.is_within(self.budget_per_year)
        )

    def frontier(self, *, downside: bool = False) -> list[Finalist]:
        """Return the finalists within the budget that none beats for the same spending.

        Parameters
        ----------
        downside
            Whether beaten in the worst 5 % of futures, not on average.
        """
        return frontier(
            self.within_budget,
            lambda each: spend_of(each.rechecked),
            lambda each: worst_of(each.rechecked) if downside else each.rechecked.mean_gain,
        )

    def table(self) -> pd.DataFrame:
        """Return the finalists, one a row, with how their worth is known, spending and risk."""
        ranking = self.ranking
        plan, nothing = road_map_of(self.plan), nothing_of(self.plan)
        efficient = {each.road_map for each in self.frontier()}
        safe = {each.road_map for each in self.frontier(downside=True)}
        rows = [
            {
                **steps_of(each.road_map),
                "is_plan": each.road_map == plan,
                "is_nothing": each.road_map == nothing,
                "is_recommended": each.road_map == self.recommended,
                "is_within_budget": each in self.within_budget,
                "budget": each.rechecked.fit(self.budget_per_year),
                "may_be_best": each.road_map in ranking.may_be_best,
                "on_frontier": each.road_map in efficient,
                "on_downside_frontier": each.road_map in safe,
                **_columns("searched", each.searched.worth.estimate),
                **_columns("worth", each.rechecked.worth.estimate),
                **_columns("worst_5_percent", each.rechecked.downside),
                "share_that_loses": float(np.mean(each.rechecked.gains < 0.0)),
                **_columns("spend", each.rechecked.total_spend),
                **{
                    name: value
                    for year, spend in enumerate(each.rechecked.yearly_spend, start=1)
                    for name, value in _columns(f"spend_year_{year}", spend).items()
                },
            }
            for each in self.finalists
        ]
        return pd.DataFrame(rows)


def searched_of(decisions: Decisions, found: Sequence[Measured], budget: float | None) -> Searched:
    """Return how a search went, from what it measured in its order.

    Parameters
    ----------
    decisions
        What could be decided.
    found
        Every road map that was measured, doing nothing among them.
    budget
        What may be spent in a year on average, in $; None for any amount.
    """
    nothing = nothing_of(decisions.plan)
    within = [each for each in found if each.excess(budget) <= 0.0]
    doing = [each for each in found if each.road_map != nothing]
    best = max(within, key=lambda each: each.mean_gain)
    neighbours = set(decisions.neighbours(best.road_map))
    return Searched(
        tried=len(found),
        best_came=1 + next(place for place, each in enumerate(found) if each is best),
        neighbours=len(neighbours),
        unseen_neighbours=len(neighbours - {each.road_map for each in found}),
        affordable=sum(each.excess(budget) <= 0.0 for each in doing),
        cheapest=min(doing, key=lambda each: each.dearest_year.mean or 0.0, default=None),
    )


def steps_of(road_map: RoadMap) -> dict[str, Any]:
    """Return a road map as plain data: the team, and level and start day of each step."""
    data: dict[str, Any] = {"developers": road_map.developers}
    for name, level, start_day in road_map.steps:
        data[f"{name}_level"], data[f"{name}_start_day"] = level, start_day
    return data


def spend_of(measured: Measured) -> float:
    """Return what a road map spends beyond doing nothing on average, in $."""
    return measured.total_spend.mean or 0.0


def worst_of(measured: Measured) -> float:
    """Return the mean gain in the worst futures, in $."""
    return measured.downside.mean or 0.0


def ranking_of(finalists: Sequence[Finalist], confidence: float) -> Ranking[RoadMap]:
    """Return finalists in the order of their worth in fresh futures."""
    gains = np.array([each.rechecked.gains for each in finalists])
    return rank([each.road_map for each in finalists], gains, confidence)


def _columns(name: str, estimate: Estimate) -> dict[str, float | None]:
    return {name: estimate.mean, f"{name}_half_width": estimate.half_width}
