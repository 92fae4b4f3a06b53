"""The optimiser against exhaustive search, and against the winner's curse."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from modelops_abm.core.randomness import index_of_identifier
from modelops_abm.experiments import Decisions, Measured, Optimised, RoadMap, nothing_of, optimise
from modelops_abm.experiments.optimisation_search import Measuring, searched
from modelops_abm.experiments.running import Keeping
from modelops_abm.scenario import Scenario, with_values
from tests.verification.checks import ALPHA, half_width, seed_of

SMALL = {"horizon_days": 400, "portfolio.initial_models": 6, "portfolio.initial_ideas": 4}
CHEAP = {"automation": 9_000.0, "monitoring": 6_000.0, "rollback": 4_000.0, "lineage": 6_000.0}
TRIALS = 80
SEARCHES = 20
FRESH = 32
LOOK = 8
"""Futures that re-check and tell, and the fewest futures that the search looks at."""


def priced(capital: dict[str, float], changes: dict[str, object]) -> Scenario:
    """Return a small organisation in which capabilities cost capital alone and little work."""
    values: dict[str, object] = {**SMALL, "capabilities.package_days": 2.0, **changes}
    for name, amount in capital.items():
        values[f"capabilities.{name}.capital_cost"] = amount
        values[f"capabilities.{name}.upkeep_per_year"] = 0.0
        values[f"capabilities.{name}.effort_days"] = 10.0
    return with_values(Scenario(), values, source="verification")


@pytest.fixture(scope="module")
def every() -> dict[RoadMap, Measured]:
    """Return all 243 road maps of a set, measured."""
    plan = priced({**CHEAP, "autoscaling": 8_000.0}, {})
    decisions = Decisions(plan, (1.0,), (0.0, 200.0))
    runs = Measuring(plan, {"seed": seed_of("exhaustive search")})
    found = runs.measure(list(decisions.every()), 16, of_spending=2)
    return {each.road_map: each for each in found}


@pytest.mark.slow(15)
@pytest.mark.parametrize("budget", [None, 20_000.0])
def test_the_search_finds_what_exhaustive_search_finds(
    every: dict[RoadMap, Measured], budget: float | None
) -> None:
    """A third of the set is enough, and pure chance would do it one time in three."""
    plan = priced({**CHEAP, "autoscaling": 8_000.0}, {})
    decisions = Decisions(plan, (1.0,), (0.0, 200.0))

    def measure(road_maps: Sequence[RoadMap]) -> list[Measured]:
        return [every[road_map] for road_map in road_maps]

    def best(measured: Sequence[Measured]) -> float:
        return max(each.mean_gain for each in measured if each.excess(budget) <= 0.0)

    truth = best([*every.values()])
    seeds = (seed_of(f"search {number}") for number in range(SEARCHES))
    searches = [
        searched(decisions, measure, TRIALS, limits=(budget, None, None), seed=seed)
        for seed in seeds
    ]
    assert max(len(found) for found in searches) <= TRIALS
    hits = sum(best(found) == truth for found in searches)
    by_chance = stats.binomtest(hits, SEARCHES, TRIALS / len(every), alternative="greater")
    assert by_chance.pvalue < ALPHA, f"{hits} of {SEARCHES}"


class PureLuck:
    """Measures road maps that are all worth nothing: luck of a standard deviation of 1."""

    def __init__(self, plan: Scenario, keeping: Keeping) -> None:
        self.seed = keeping.get("seed", 0)

    def measure(
        self, road_maps: Sequence[RoadMap], replications: int, *, first: int = 0, **_: object
    ) -> list[Measured]:
        """Return luck that depends on the seed, the road map and the replication alone."""
        return [self._measured(road_map, replications, first) for road_map in road_maps]

    def levels(self, road_map: RoadMap) -> None:
        """There are none."""

    def _measured(self, road_map: RoadMap, replications: int, first: int) -> Measured:
        key = index_of_identifier(repr(road_map))
        luck = np.random.default_rng([self.seed, key]).normal(size=first + replications)[first:]
        gains = luck if road_map.steps else np.zeros(replications)
        return Measured(road_map, gains, np.zeros((1, replications)))


@pytest.fixture(scope="module")
def of_pure_luck() -> Iterator[list[Optimised]]:
    """Return 400 optimisations over 31 road maps that are worth nothing, and doing nothing."""
    plan = priced({}, {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("modelops_abm.experiments.optimisation.Measuring", PureLuck)
        yield [
            optimise(
                Decisions(plan, (1.0,), (0.0,)),
                trials=32,
                replications=FRESH,
                finalists=6,
                seed=seed_of(f"winner's curse {number}"),
            )
            for number in range(400)
        ]


def test_the_search_flatters_its_winner_by_what_theory_says(of_pure_luck: list[Optimised]) -> None:
    """The highest of 31 averages of normal luck, and of 0 for doing nothing."""
    highest, _ = quad(lambda x: 1.0 - stats.norm.cdf(x) ** 31, 0.0, np.inf)
    flattery = [max(each.searched.mean_gain for each in one.finalists) for one in of_pure_luck]
    assert abs(np.mean(flattery) - highest / math.sqrt(LOOK)) < half_width(flattery)
    assert np.mean(flattery) > half_width(flattery, 2 * ALPHA), "the curse is there to be seen"


def test_what_is_told_of_the_winner_is_not_flattered(of_pure_luck: list[Optimised]) -> None:
    """The choice among finalists flatters once more; the futures that tell the worth do not."""
    chosen = [max(each.rechecked.mean_gain for each in one.finalists) for one in of_pure_luck]
    assert np.mean(chosen) > half_width(chosen, 2 * ALPHA)
    told = [one.confirmed.recommended.mean_gain for one in of_pure_luck]
    assert np.std(told) > 0.0
    assert abs(np.mean(told)) < half_width(told)


def test_nobody_is_said_to_be_best_where_all_are_equal(of_pure_luck: list[Optimised]) -> None:
    """That one is beaten for certain happens in 5 % of the optimisations at most."""
    kept = sum(nothing_of(one.plan) in one.ranking.may_be_best for one in of_pure_luck)
    assert stats.binomtest(kept, len(of_pure_luck), 0.95, alternative="less").pvalue > ALPHA
