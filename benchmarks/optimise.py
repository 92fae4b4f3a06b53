"""Time and quality of the search for road maps, against exhaustive search of a small set.

    python benchmarks/optimise.py [--full]

The set is all five capabilities at full level or not at all, at once or after a year: 243 road maps
under a budget of $150,000 a year. Quality is what the best road map found is worth, as a share of
the best there is, in the same futures; drawing as many road maps at random is there to compare.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np

from modelops_abm.experiments import Decisions, Measured, RoadMap, optimise
from modelops_abm.experiments.optimisation_search import FUTURES_OF_SPENDING, Measuring, searched
from modelops_abm.runs import prepare_ensemble
from modelops_abm.scenario.presets import preset

PLAN = preset("all_five")
SMALL_SET = Decisions(PLAN, (1.0,), (0.0, 360.0))
BUDGET = 150_000.0
FUTURES = 25
SEARCHES = 20


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--full", action="store_true", help="also without a budget")
    full = arguments.parse_args().full
    prepare_ensemble()
    every = exhaustive()
    one_search(every)
    for trials in (40, 80, 120):
        many_searches(every, trials)
    whole_command(BUDGET)
    if full:
        whole_command(None)


def row(what: str, value: float, unit: str) -> None:
    print(f"{what:66} {value:10,.3f} {unit}")


def exhaustive() -> dict[RoadMap, Measured]:
    began = time.perf_counter()
    runs = Measuring(PLAN, {})
    found = runs.measure(list(SMALL_SET.every()), FUTURES, of_spending=FUTURES_OF_SPENDING)
    row(f"exhaustive search, {len(found)} road maps x {FUTURES}", time.perf_counter() - began, "s")
    return {each.road_map: each for each in found}


def best_of(measured: Sequence[Measured]) -> float:
    return max(each.mean_gain for each in measured if each.excess(BUDGET) <= 0.0)


def one_search(every: dict[RoadMap, Measured]) -> None:
    began, runs = time.perf_counter(), Measuring(PLAN, {})

    def measure(road_maps: Sequence[RoadMap]) -> list[Measured]:
        return runs.measure(road_maps, FUTURES, of_spending=FUTURES_OF_SPENDING)

    found = searched(SMALL_SET, measure, 80, budget=BUDGET, seed=0)
    row(f"search, {len(found)} road maps x {FUTURES}", time.perf_counter() - began, "s")
    row("  worth found, of the best there is", best_of(found) / best_of([*every.values()]), "")


def many_searches(every: dict[RoadMap, Measured], trials: int) -> None:
    """Print how good searches are on average; what they measure is known already."""
    best = best_of([*every.values()])

    def measure(road_maps: Sequence[RoadMap]) -> list[Measured]:
        return [every[road_map] for road_map in road_maps]

    began = time.perf_counter()
    found = [
        best_of(searched(SMALL_SET, measure, trials, budget=BUDGET, seed=seed)) / best
        for seed in range(SEARCHES)
    ]
    seconds = (time.perf_counter() - began) / SEARCHES
    generator = np.random.default_rng(0)
    everything = list(every.values())
    random = [
        best_of([everything[i] for i in generator.permutation(len(everything))[:trials]]) / best
        for _ in range(SEARCHES)
    ]
    for what, shares in (("search", found), ("at random", random)):
        row(f"{trials} road maps, {what}: worth found, mean of {SEARCHES}", np.mean(shares), "")
        row("  the best there is found in", float(np.sum(np.array(shares) == 1.0)), "of 20")
    row("  time of the search itself, without runs", seconds, "s")


def whole_command(budget: float | None) -> None:
    """Print the time of what the command does by default."""
    began = time.perf_counter()
    found = optimise(Decisions(PLAN), budget_per_year=budget)
    words = "no budget" if budget is None else f"${budget:,.0f} a year"
    what = f"optimise, {found.tried} of {found.decisions.size:,} road maps, {words}"
    row(what, time.perf_counter() - began, "s")
    row("  finalists, each in 400 fresh futures", len(found.finalists), "")


if __name__ == "__main__":
    main()
