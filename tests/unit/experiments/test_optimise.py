from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from modelops_abm import formats
from modelops_abm.experiments import (
    Decisions,
    Optimised,
    nothing_of,
    optimisation_words as words,
    optimise,
    road_map_of,
    with_road_map,
)
from modelops_abm.experiments.running import outcome_of, totals_of
from modelops_abm.experiments.store import Store
from modelops_abm.experiments.words import known_money
from modelops_abm.runs import Cancelled
from modelops_abm.scenario import InputError, baseline_of
from tests.unit.experiments.plans import small

# Where much breaks, and models are worth about the same, few futures tell road maps apart.
TELLING = {
    "horizon_days": 400,
    "incidents.pipeline_per_year": 12.0,
    "drift.onsets_per_year": 2.5,
    "drift.severity": 0.35,
    "model.value_per_prediction.cv": 0.5,
    "portfolio.success_share": 1.0,
}
PLAN = small(TELLING, automation=1.0, rollback=0.5)
FEW = Decisions(PLAN, (1.0,), (0.0,))
MANY = Decisions(PLAN, (0.5, 1.0), (0.0, 150.0))
QUICK = {"trials": 40, "replications": 64, "finalists": 3, "seed": 5}
WHOLE = {**QUICK, "finalists": 9}
"""Of nine finalists, 36 that may be the best are looked at again, and there are no more than 33."""


@pytest.fixture(scope="module")
def searched() -> Optimised:
    return optimise(MANY, budget_per_year=70_000.0, **QUICK)


@pytest.fixture(scope="module")
def complete() -> Optimised:
    return optimise(FEW, **WHOLE)


def everything(found: Optimised) -> list[bytes]:
    parts = [(each.searched, each.rechecked) for each in found.finalists]
    measured = [*(part for pair in parts for part in pair), found.confirmed.recommended]
    return [each.gains.tobytes() + each.spend.tobytes() for each in measured]


def test_the_same_seed_finds_the_same_to_the_bit(searched: Optimised) -> None:
    """Whatever the number of threads."""
    with ThreadPoolExecutor(3) as executor:
        again = optimise(MANY, budget_per_year=70_000.0, executor=executor, **QUICK)
    assert again.recommended == searched.recommended
    assert [each.road_map for each in again.finalists] == [
        each.road_map for each in searched.finalists
    ]
    assert everything(again) == everything(searched)


def test_another_seed_looks_at_others(searched: Optimised) -> None:
    other = optimise(MANY, budget_per_year=70_000.0, **{**QUICK, "seed": 6})
    assert everything(other) != everything(searched)


def test_a_small_set_is_tried_whole(complete: Optimised, searched: Optimised) -> None:
    assert (complete.tried, complete.is_complete) == (32 + 1, True), "all, and the plan"
    assert not searched.is_complete
    assert searched.tried < MANY.size


def test_no_future_serves_twice(complete: Optimised) -> None:
    """64 that tell the worth, then 16 in the search, then 64 that choose."""
    for measured, first, count in (
        (complete.confirmed.recommended, 0, 64),
        (complete.finalists[0].searched, 64, 16),
        (complete.finalists[0].rechecked, 80, 64),
    ):
        scenarios = [with_road_map(PLAN, measured.road_map), baseline_of(PLAN)]
        npv = outcome_of("npv", totals_of(scenarios, count, first=first, seed=5))
        assert np.array_equal(measured.gains, npv[0] - npv[1])


def test_futures_that_are_reserved_have_no_part_in_choosing() -> None:
    few = {**QUICK, "replications": 16, "finalists": 2}
    found = optimise(FEW, reserved=48, **few)
    for measured, first, count in (
        (found.confirmed.recommended, 0, 16),
        (found.finalists[0].searched, 48, 8),
        (found.finalists[0].rechecked, 56, 16),
    ):
        scenarios = [with_road_map(PLAN, measured.road_map), baseline_of(PLAN)]
        npv = outcome_of("npv", totals_of(scenarios, count, first=first, seed=5))
        assert np.array_equal(measured.gains, npv[0] - npv[1])


def test_the_recommended_is_best_in_fresh_futures(complete: Optimised) -> None:
    means = {each.road_map: each.rechecked.mean_gain for each in complete.finalists}
    assert means[complete.recommended] == max(means.values())
    assert complete.ranking.order[0] == complete.recommended
    assert complete.recommended in complete.ranking.may_be_best
    assert list(means.values()) == sorted(means.values(), reverse=True)


def test_plan_and_doing_nothing_are_always_finalists(
    complete: Optimised, searched: Optimised
) -> None:
    for found in (complete, searched):
        road_maps = [each.road_map for each in found.finalists]
        assert len(set(road_maps)) == len(road_maps)
        assert {road_map_of(PLAN), nothing_of(PLAN)} <= {*road_maps}


def test_the_budget_is_kept(searched: Optimised) -> None:
    plan = next(each for each in searched.finalists if each.road_map == road_map_of(PLAN))
    assert plan not in searched.within_budget, "else the budget would bind nothing"
    assert searched.recommended in searched.ranking.order
    for each in [*searched.within_budget, *searched.frontier(), *searched.frontier(downside=True)]:
        assert all(year.high <= 70_000.0 for year in each.rechecked.yearly_spend)
    assert all(year.mean <= 70_000.0 for year in searched.confirmed.recommended.yearly_spend)


def test_what_cannot_be_afforded_is_not_called_worthless() -> None:
    found = optimise(MANY, budget_per_year=1_000.0, **{**QUICK, "replications": 16})
    assert found.recommended == nothing_of(PLAN)
    assert found.search.affordable == 0
    cheapest = found.search.cheapest
    assert cheapest is not None
    said = found.sentence().splitlines()[0]
    count = f"of {found.tried - 1} road maps that were looked at none is within the budget of $1.0"
    assert said.startswith(f"Nothing can be recommended: {count}")
    price = formats.money(cheapest.dearest_year.mean or 0.0)
    assert said.endswith(
        f"{words.in_short(cheapest.road_map, PLAN)}, spends {price} in its dearest year."
    )
    assert "Do nothing" not in said
    assert words.road_map_in_words(found.recommended, PLAN) == "Build no capability."


def test_a_budget_that_may_be_kept_is_not_called_exceeded(searched: Optimised) -> None:
    best, *_ = searched.finalists
    luck = np.random.default_rng(0).normal(0.0, 5_000.0, best.rechecked.spend.shape)
    unsure = replace(best, rechecked=replace(best.rechecked, spend=best.rechecked.spend + luck))
    year = unsure.rechecked.dearest_year
    budget = (year.mean or 0.0) + (year.half_width or 0.0) / 2.0
    found = replace(searched, budget_per_year=budget)
    assert unsure.rechecked.fit(budget) == "not known"
    said = words.budget_in_words(unsure.rechecked, "not known")
    assert said.startswith("not known to be within the budget: ")
    assert " to " in said
    needed = found.replications_to_tell(unsure.rechecked)
    assert needed is not None
    assert needed > found.replications, "four times as many halve the interval"
    nothing = next(each for each in found.finalists if not each.road_map.steps)
    assert found.replications_to_tell(nothing.rechecked) is None, "it is within"
    worse = replace(found, confirmed=replace(found.confirmed, recommended=nothing.rechecked))
    better = replace(
        worse, finalists=tuple(unsure if each is best else each for each in worse.finalists)
    )
    assert "futures would tell." in better.sentence()


@pytest.mark.parametrize(
    ("best_came", "unseen", "said"),
    [
        (
            10,
            0,
            "The search has settled: the last 30 of its 40 road maps were no better, and all 9",
        ),
        (
            38,
            0,
            "The search has not settled: it came upon its best in the last quarter of the 40 that"
            " it tried. More trials may",
        ),
        (10, 2, "The search has not settled: 2 of 9 road maps that differ from the best in"),
    ],
)
def test_the_search_says_whether_it_has_settled(
    searched: Optimised, best_came: int, unseen: int, said: str
) -> None:
    search = replace(
        searched.search, tried=40, best_came=best_came, neighbours=9, unseen_neighbours=unseen
    )
    assert said in replace(searched, search=search).sentence().splitlines()[-1]
    assert search.is_settled == (said.split()[3] == "settled:")


def test_a_search_that_saw_all_needs_no_evidence(complete: Optimised) -> None:
    assert "settled" not in complete.sentence()
    assert complete.search.unseen_neighbours == 0


def test_a_road_map_has_one_worth(searched: Optimised) -> None:
    row = next(each for each in searched.finalists if each.road_map == searched.recommended)
    assert searched.best is row.rechecked
    assert known_money(row.rechecked.worth) in searched.sentence().splitlines()[0]
    last = known_money(searched.confirmed.recommended.worth)
    assert (
        f"In as many others, which had no part in any choice, the recommended one was worth {last}"
        in searched.notes()
    )


def test_doing_nothing_wins_where_nothing_pays() -> None:
    dear = {f"capabilities.{name}.capital_cost": 1e7 for name in ("automation", "rollback")}
    closed = {f"capabilities.{name}.start_level": 1.0 for name in ("monitoring", "lineage")}
    plan = small({**dear, **closed, "capabilities.autoscaling.start_level": 1.0}, automation=1.0)
    found = optimise(Decisions(plan, (1.0,), (0.0,)), **{**QUICK, "replications": 16})
    assert found.recommended == nothing_of(plan)
    assert found.confirmed.recommended.mean_gain == 0.0
    assert found.gain.verdict == "earns", "against the plan, which loses"
    assert found.sentence().startswith("Do nothing: ")
    assert found.ranking.is_decided


def test_a_plan_that_does_nothing_is_compared_with_itself() -> None:
    plan = small()
    found = optimise(Decisions(plan, (1.0,), (0.0,)), **{**QUICK, "replications": 16})
    assert found.confirmed.plan.mean_gain == 0.0
    assert [each.road_map for each in found.finalists].count(nothing_of(plan)) == 1


def test_what_a_store_has_is_not_run_again(tmp_path: Path, complete: Optimised) -> None:
    """Cancelled half way, it goes on, and finds what it finds undisturbed."""
    cancel, calls = threading.Event(), []

    def progress(done: int, total: int) -> None:
        calls.append((done, total))
        if done > 100:
            cancel.set()

    with Store(tmp_path, seed=5) as store, pytest.raises(Cancelled):
        optimise(FEW, store=store, progress=progress, cancel=cancel, **WHOLE)
    with Store(tmp_path, seed=5) as store:
        before = store.runs.size
        found = optimise(FEW, store=store, **WHOLE)
        whole = store.runs.size
    assert 0 < before < whole
    assert everything(found) == everything(complete)
    with Store(tmp_path, seed=5) as store:
        optimise(FEW, store=store, **QUICK)
        assert store.runs.size == whole


def test_progress_grows_to_its_end() -> None:
    calls: list[tuple[int, int]] = []
    optimise(MANY, progress=lambda *call: calls.append(call), **QUICK)
    done = [each for each, _ in calls]
    assert done == sorted(done)
    assert calls[-1][0] == calls[-1][1]
    assert all(each <= total for each, total in calls)


def test_the_table_has_a_row_for_each_finalist(searched: Optimised) -> None:
    table = searched.table()
    assert len(table) == len(searched.finalists)
    assert table["is_plan"].sum() == table["is_nothing"].sum() == 1
    assert table["is_recommended"].sum() == 1
    best = table[table["is_recommended"]].iloc[0]
    assert best["may_be_best"]
    assert best["on_frontier"]
    assert best["worth"] == table[table["is_within_budget"]]["worth"].max()
    years = table.filter(regex=r"^spend_year_\d$")
    np.testing.assert_allclose(years.sum(axis=1), table["spend"])


def test_bad_numbers_are_refused() -> None:
    for wrong in ({"trials": 0}, {"finalists": 0}, {"replications": 1}):
        with pytest.raises(ValueError, match="there must be"):
            optimise(FEW, **{**QUICK, **wrong})
    with pytest.raises(InputError, match="must be from 0 to 1"):
        Decisions(PLAN, (2.0,))
