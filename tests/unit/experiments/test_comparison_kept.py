"""A comparison with a store runs nothing twice, and finds the same to the bit."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelops_abm.experiments import compare, running, side_by_side
from modelops_abm.experiments.comparison import Comparison
from modelops_abm.experiments.running import totals_of
from modelops_abm.experiments.statistics import FEWEST
from modelops_abm.experiments.store import Store
from modelops_abm.runs import Batch, Cancelled, stream
from modelops_abm.scenario import Scenario, baseline_of, with_values
from modelops_abm.scenario.presets import preset

SMALL = {"horizon_days": 120, "portfolio.initial_models": 4, "portfolio.initial_ideas": 3}
PLAN = with_values(preset("rollback_alone"), SMALL, source="the test")
OTHER = with_values(preset("monitoring_alone"), SMALL, source="the test")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that is told how many replications are run, over all scenarios."""
    told: list[int] = []

    def listened(scenarios: Sequence[Scenario], count: int, **rest: Any) -> Iterator[Batch]:
        told.append(len(scenarios) * count)
        return stream(scenarios, count, **rest)

    monkeypatch.setattr(running, "stream", listened)
    return told


def assert_same(one: Comparison, other: Comparison) -> None:
    for mine, theirs in ((one.plan, other.plan), (one.baseline, other.baseline)):
        assert mine.totals.equals(theirs.totals)
    assert one.finance.payback_days.tobytes() == other.finance.payback_days.tobytes()
    assert one.table().equals(other.table())


def test_goes_on_where_it_was(tmp_path: Path, runs: list[int]) -> None:
    alone = compare(PLAN, 30, seed=4)
    runs.clear()
    with Store(tmp_path / "runs", seed=4) as store:
        compare(PLAN, 11, seed=4, store=store)
    with Store(tmp_path / "runs", seed=4) as store:
        assert_same(compare(PLAN, 30, seed=4, store=store), alone)
        assert sum(runs) == 2 * 30
        assert_same(compare(PLAN, 30, seed=4, store=store), alone)
        assert_same(compare(PLAN, 7, seed=4, store=store), compare(PLAN, 7, seed=4))


def test_what_was_run_before_it_was_stopped_is_kept(tmp_path: Path, runs: list[int]) -> None:
    alone = compare(PLAN, 64)
    runs.clear()
    cancel = threading.Event()
    with Store(tmp_path / "runs") as store, pytest.raises(Cancelled):
        compare(PLAN, 64, store=store, cancel=cancel, progress=lambda *_: cancel.set())
    with Store(tmp_path / "runs") as store:
        done = store.runs.size // 2
        assert 0 < done < 64
        assert store.paybacks.size == 2 * done
        assert_same(compare(PLAN, 64, store=store), alone)
    assert sum(runs) == 2 * 64 + 2 * (64 - done)


def test_one_that_ends_at_a_precision_ends_where_it_ended(tmp_path: Path) -> None:
    aim = 1.2 * (compare(PLAN, FEWEST).finance.npv.half_width or 0.0)
    alone = compare(PLAN, 4 * FEWEST, half_width=aim)
    with Store(tmp_path / "runs") as store:
        for _ in range(2):
            assert_same(compare(PLAN, 4 * FEWEST, half_width=aim, store=store), alone)
        compare(PLAN, 4 * FEWEST, store=store)
        assert_same(compare(PLAN, 4 * FEWEST, half_width=aim, store=store), alone)


def test_a_plan_more_reuses_nothing_that_is_not_its_own(tmp_path: Path) -> None:
    plans = {"today": baseline_of(PLAN), "rollback": PLAN, "monitoring": OTHER}
    alone = side_by_side(plans, 9, baseline="today")
    with Store(tmp_path / "runs") as store:
        compare(PLAN, 9, store=store)
        together = side_by_side(plans, 9, baseline="today", store=store)
        turned = side_by_side(plans, 9, baseline="rollback", store=store)
    for name, comparison in alone.comparisons.items():
        assert_same(together.comparisons[name], comparison)
    for name, comparison in side_by_side(plans, 9, baseline="rollback").comparisons.items():
        assert_same(turned.comparisons[name], comparison)


def test_totals_of_other_experiments_are_not_paybacks(tmp_path: Path) -> None:
    with Store(tmp_path / "runs") as store:
        totals_of([baseline_of(PLAN), PLAN], 9, store=store)
        assert_same(compare(PLAN, 9, store=store), compare(PLAN, 9))


def test_bands_are_run_again(tmp_path: Path) -> None:
    bands = compare(PLAN, 9, daily=("npv",)).bands["npv"]
    with Store(tmp_path / "runs") as store:
        compare(PLAN, 9, store=store)
        assert compare(PLAN, 9, store=store, daily=("npv",)).bands["npv"].equals(bands)
        assert store.runs.size == 2 * 9


def test_either_engine_gives_the_same() -> None:
    mesa = compare(PLAN, 2, engine="mesa")
    assert mesa.plan.engine == "mesa"
    assert np.array_equal(mesa.plan.totals, compare(PLAN, 2).plan.totals)
    assert mesa.finance.payback_days.tolist() == compare(PLAN, 2).finance.payback_days.tolist()


def test_a_store_of_other_luck_is_refused(tmp_path: Path) -> None:
    with Store(tmp_path / "runs", seed=1) as store, pytest.raises(ValueError, match="the store"):
        compare(PLAN, 2, store=store)
