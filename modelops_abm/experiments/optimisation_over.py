"""Road maps over what an organisation may be: the safe one, and what not knowing costs.

A belief has organisations in which a road map is a mistake. So beside the best on average stands
the one whose worst futures are best, and beside each what it loses, on average, against deciding
with the organisation known: the expected opportunity loss. docs/decisions/0055.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.experiments.optimisation_search import Measured, worst_of
from modelops_abm.experiments.optimisation_words import in_short
from modelops_abm.experiments.road_maps import RoadMap
from modelops_abm.experiments.words import known_money
from modelops_abm.representation import Represented
from modelops_abm.scenario import Scenario

RUNS_OF_EACH = 2
"""Futures of each draw by which regret is told: one chooses, and the other values the choice."""


@dataclass(frozen=True, slots=True)
class Regret:
    """What a decision loses on average against deciding with the organisation known.

    Attributes
    ----------
    low, high
        In $ of day 0. Whoever knew the organisation would still not know what chance brings, so
        both are estimates: `low` has the better road map of each draw chosen by one of its futures
        and valued by the other, which may choose wrongly; `high` has it chosen by the futures that
        value it, which flatters it.
    """

    low: float
    high: float

    @property
    def words(self) -> str:
        """Both as an interval; one amount where they are the same."""
        return formats.money_interval(self.low, self.high) if self.high else formats.money(0.0)


def regrets_of(gains: Floats) -> list[Regret]:
    """Return the expected opportunity loss of each alternative against the best for every draw.

    Parameters
    ----------
    gains
        Alternatives x `RUNS_OF_EACH` x draws.

    Examples
    --------
    Of two organisations each alternative suits one, whatever chance brings:

    >>> suits = np.array([[[4.0, -2.0]] * 2, [[0.0, 0.0]] * 2])
    >>> regrets_of(suits)
    [Regret(low=1.0, high=1.0), Regret(low=2.0, high=2.0)]
    """
    means = gains.mean(axis=1)
    flattered = float(means.max(axis=0).mean())
    draws = np.arange(gains.shape[2])
    first, second = (gains[:, run].argmax(axis=0) for run in range(RUNS_OF_EACH))
    apart = (gains[first, 1, draws] + gains[second, 0, draws]) / RUNS_OF_EACH
    honest = float(apart.mean())
    return [
        Regret(max(honest - mean, 0.0), flattered - mean) for mean in means.mean(axis=1).tolist()
    ]


@dataclass(frozen=True, repr=False)
class OverBelief(Represented):
    """What an optimisation over draws knows besides the road map that is best on average."""

    safe: RoadMap
    """The road map within the budget whose worst 5 % of futures are best on average, which may be
    to do nothing."""
    safe_to_do: RoadMap | None
    """The same of those that do something; None if there is none."""
    regrets: Mapping[RoadMap, Regret]
    """Of each finalist within the budget, against the best of them for every draw."""
    draws: int
    """In how many organisations the finalists were measured."""

    def safe_in_words(
        self, measured: Callable[[RoadMap], Measured], recommended: RoadMap, plan: Scenario
    ) -> str:
        """Return which road map is safe, and what it is worth beside the recommended one.

        Parameters
        ----------
        measured
            What a road map does in fresh futures.
        recommended
            The best on average.
        plan
            The plan that they depart from.
        """
        by = "by the mean of the worst 5 % of futures (CVaR)"
        if self.safe == recommended:
            return f"It is also the safe one, {by}."
        told = f"{in_short(self.safe, plan)}: {_worth_and_worst(measured(self.safe))}"
        if self.safe.steps or self.safe_to_do is None:
            return f"Safe, {by}, is {told}."
        # It was chosen by other futures than those that tell it, so these may prefer another.
        chosen = _worth_and_worst(measured(self.safe_to_do))
        if self.safe_to_do == recommended:
            return f"Safe, {by}, is to do nothing; of those that do something this one, {chosen}."
        return (
            f"Safe, {by}, is to do nothing; of those that do something it is"
            f" {in_short(self.safe_to_do, plan)}, with {chosen}. This one:"
            f" {_worst(measured(recommended))}."
        )


def _worth_and_worst(measured: Measured) -> str:
    return f"{known_money(measured.worth, signed=True)} on average, {_worst(measured)}"


def _worst(measured: Measured) -> str:
    worst = measured.downside
    return (
        f"{formats.money(worst.mean or 0.0, half_width=worst.half_width, signed=True)} in the worst"
    )


def safest(measured: Sequence[Measured]) -> RoadMap | None:
    """Return the road map with the highest mean of the worst futures, of equals the first."""
    best = max(measured, key=worst_of, default=None)
    return None if best is None else best.road_map
