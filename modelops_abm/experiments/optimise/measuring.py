"""What a road map does beyond doing nothing, future by future: its worth and its spending.

Spending follows the developers' work, which the plan does not command, so that it is measured. What
is spent by the end of a year is the total of the same futures, cut off there: luck does not
know how long a run is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.intervals import Estimate, estimate
from modelops_abm.experiments.optimise.downside import expected_shortfall
from modelops_abm.experiments.optimise.road_map import RoadMap, nothing_of, with_road_map
from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.running import Keeping, totals_of
from modelops_abm.experiments.samples import outcome_of
from modelops_abm.outcomes import LEVEL_STATES
from modelops_abm.parameters import Scenario
from modelops_abm.simulate import replicate

type Floats = NDArray[np.float64]
type Fit = Literal["within", "over", "not known"]
type Told = Callable[[int, int], None]

YEAR_DAYS = 365
FUTURES_OF_SPENDING = 8
"""How many futures show a road map's spending during the search: it hardly varies."""
FUTURES_OF_LEVELS = 32
"""How many futures show how the levels rise."""
_SPENT = ("capital", "upkeep", "payroll")


@dataclass(frozen=True)
class Measured:
    """A road map against doing nothing, over the same luck.

    Attributes
    ----------
    road_map
        The road map.
    gains
        Difference of net present value in each future, in $ of day 0.
    spend
        Difference of capital, upkeep and payroll, in $: years x futures, which may be fewer.
    """

    road_map: RoadMap
    gains: Floats
    spend: Floats

    @cached_property
    def worth(self) -> PairedDifference:
        """The difference of net present value."""
        return PairedDifference(self.gains)

    @cached_property
    def mean_gain(self) -> float:
        """Mean difference of net present value, in $ of day 0."""
        return float(np.mean(self.gains))

    @cached_property
    def downside(self) -> Estimate:
        """Mean difference in the worst 5 % of futures."""
        return expected_shortfall(self.gains)

    @cached_property
    def total_spend(self) -> Estimate:
        """What is spent beyond doing nothing over the whole time, in $."""
        return estimate(self.spend.sum(axis=0))

    @cached_property
    def yearly_spend(self) -> tuple[Estimate, ...]:
        """The same in each year from day 0; the last one may be shorter."""
        return tuple(estimate(year) for year in self.spend)

    @property
    def dearest_year(self) -> Estimate:
        """What is spent in the year with the highest mean."""
        return max(self.yearly_spend, key=lambda year: year.mean or 0.0)

    def excess(self, budget: float | None) -> float:
        """Return by how much the dearest year exceeds a budget on average, in $; 0 or less fits."""
        return 0.0 if budget is None else (self.dearest_year.mean or 0.0) - budget

    def fit(self, budget: float | None) -> Fit:
        """Tell whether every year's mean is known to be within a budget, or one to be over it."""
        if budget is None:
            return "within"
        highs = (year.mean if year.high is None else year.high for year in self.yearly_spend)
        if all((high or 0.0) <= budget for high in highs):
            return "within"
        lows = (year.mean if year.low is None else year.low for year in self.yearly_spend)
        return "over" if any((low or 0.0) > budget for low in lows) else "not known"

    def is_within(self, budget: float | None) -> bool:
        """Tell whether every year's mean is known to be within a budget: its interval is."""
        return self.fit(budget) == "within"

    def followed_by(self, more: Measured) -> Measured:
        """Return it with the worth in further futures."""
        return replace(self, gains=np.concatenate((self.gains, more.gains)))


class Measuring:
    """Runs road maps of a plan, and its baseline, over the same luck.

    Parameters
    ----------
    plan
        The plan that the road maps depart from.
    keeping
        How they are run; `progress` is not called.
    """

    def __init__(self, plan: Scenario, keeping: Keeping) -> None:
        self._plan = plan
        self._keeping = keeping

    def measure(
        self,
        road_maps: Sequence[RoadMap],
        replications: int,
        *,
        first: int = 0,
        of_spending: int | None = None,
        told: Told | None = None,
    ) -> list[Measured]:
        """Return what road maps do.

        Parameters
        ----------
        road_maps
            What to run.
        replications, first
            In how many futures, and the number of the first.
        of_spending
            In how many of them the spending is measured; in all if None.
        told
            Called with the replications done and those in all, as far as the worth goes.

        Raises
        ------
        Cancelled
            If it was cancelled.
        """
        tried = [nothing_of(self._plan), *road_maps]
        scenarios = [with_road_map(self._plan, road_map) for road_map in tried]
        keeping = self._keeping.copy()
        keeping["progress"] = told
        totals = totals_of(scenarios, replications, first=first, **keeping)
        npv = outcome_of("npv", totals)
        count = replications if of_spending is None else min(of_spending, replications)
        spend = self._spend(scenarios, totals[:, :count], first)
        return [
            Measured(road_map, npv[place] - npv[0], spend[:, place] - spend[:, 0])
            for place, road_map in enumerate(tried)
            if place > 0
        ]

    def levels(self, road_map: RoadMap) -> Floats:
        """Return how the levels rise: capabilities x days, the mean at the end of each day."""
        keeping = self._keeping
        ensemble = replicate(
            with_road_map(self._plan, road_map),
            FUTURES_OF_LEVELS,
            seed=keeping.get("seed", 0),
            daily=LEVEL_STATES,
            engine=keeping.get("engine", "ensemble"),
            model_class=keeping.get("model_class"),
            executor=keeping.get("executor"),
            cancel=keeping.get("cancel"),
        )
        return np.array([ensemble.bands[name]["mean"].to_numpy() for name in LEVEL_STATES])

    def _spend(self, scenarios: Sequence[Scenario], totals: Floats, first: int) -> Floats:
        """Return what is spent: years x scenarios x replications."""
        horizon, replications = self._plan.horizon_days, totals.shape[1]
        ends = range(YEAR_DAYS, horizon, YEAR_DAYS)
        cut = [
            scenario.model_copy(update={"horizon_days": end})
            for end in ends
            for scenario in scenarios
        ]
        keeping = self._keeping.copy()
        keeping["progress"] = None
        until = totals_of(cut, replications, first=first, **keeping)
        by_end = [*until.reshape(len(ends), *totals.shape), totals]
        spent = np.array([sum(outcome_of(name, each) for name in _SPENT) for each in by_end])
        return np.diff(spent, axis=0, prepend=0.0)
