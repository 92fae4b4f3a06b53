"""Runs that are kept: the same to the bit as those that are run, and no more than there may be."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

from modelops_abm.experiments import Comparison, compare, draws_of
from modelops_abm.runs import Cancelled, RunCache, Series, replications, stream
from modelops_abm.runs.batches import KeptRuns
from modelops_abm.scenario import Scenario, baseline_of, with_values
from modelops_abm.scenario.presets import preset

PLAN = with_values(
    preset("monitoring_alone"), {"horizon_days": 120, "portfolio.initial_models": 4}, source="test"
)
OTHER = with_values(PLAN, {"capabilities.rollback.maximum": 1.0}, source="test")
BASELINE = baseline_of(PLAN)
COUNT = 40


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many replications every block has that is run from now on."""
    counts: list[int] = []
    run = replications.ensemble_block_in_slices

    def counted(*arguments: Any) -> Generator[None, None, Any]:
        counts.append(arguments[-1])
        block = yield from run(*arguments)
        return block

    monkeypatch.setattr(replications, "ensemble_block_in_slices", counted)
    return counts


def compared(plan: Scenario, kept: KeptRuns | None = None) -> Comparison:
    return compare(
        plan,
        COUNT,
        baseline=baseline_of(plan),  # equal, and another object each time
        daily=("npv", "availability"),
        period_days=7,
        draws=draws_of(plan, COUNT, names=["team.focus", "drift.onsets_per_year"]),
        kept=kept,
    )


def assert_same(found: Comparison, expected: Comparison) -> None:
    assert found.over is not None
    assert expected.over is not None
    assert np.array_equal(found.over.again, expected.over.again)
    pairs = (found, expected), (found.over.as_set, expected.over.as_set)
    for one, other in pairs:
        assert one.finance.npv == other.finance.npv
        for side in ("plan", "baseline"):
            mine, theirs = getattr(one, side), getattr(other, side)
            assert mine.totals.equals(theirs.totals)
            for name, band in theirs.bands.items():
                assert mine.bands[name].equals(band)


def test_a_plan_beside_a_kept_baseline_is_the_same_to_the_bit(runs: list[int]) -> None:
    kept = RunCache(10**9).of(BASELINE)
    first = compared(PLAN, kept)
    of_both = sum(runs)
    runs.clear()
    second = compared(OTHER, kept)
    assert sum(runs) == of_both // 2, "those of the baseline are not run again"
    runs.clear()
    assert_same(second, compared(OTHER))
    assert sum(runs) == of_both
    assert_same(first, compared(PLAN))


def test_only_what_is_the_same_is_taken(runs: list[int]) -> None:
    cache = RunCache(10**9)

    class Owner:
        """Somebody."""

    def run(
        scenario: Scenario = BASELINE,
        seed: int = 0,
        owner: Owner | None = None,
        of: tuple[Scenario, ...] = (BASELINE,),
    ) -> int:
        runs.clear()
        own = cache.of(*of, owner=owner)
        for _ in stream([scenario], 8, seed=seed, series=[Series(("npv",))], kept=own):
            pass
        return sum(runs)

    assert (run(), run()) == (8, 0)
    assert run(seed=1) == 8
    assert (run(PLAN), run(PLAN)) == (8, 8), "runs of other scenarios are not kept"
    assert (run(PLAN, of=()), run(PLAN, of=()), run(of=())) == (8, 0, 0), "but if none is named"
    me = Owner()
    assert (run(owner=me), run(owner=me), run(owner=Owner())) == (8, 0, 8)
    cache.forget(me)
    assert (run(owner=me), run(owner=me), run()) == (8, 8, 0), "what is late for it neither"


def test_what_was_used_longest_ago_makes_room(runs: list[int]) -> None:
    (batch,) = stream([BASELINE], 8)
    cache = RunCache(2 * batch.totals.nbytes)
    kept = cache.of(BASELINE)

    def run(seed: int) -> int:
        runs.clear()
        assert len([*stream([BASELINE], 8, seed=seed, kept=kept)]) == 1
        return sum(runs)

    assert [run(seed) for seed in (0, 1, 0, 2, 0, 1)] == [8, 8, 0, 8, 0, 8]


def test_what_was_cancelled_is_not_kept(runs: list[int]) -> None:
    kept, cancel = RunCache(10**9).of(BASELINE), threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        next(stream([BASELINE], 8, kept=kept, cancel=cancel))
    runs.clear()
    (batch,) = stream([BASELINE], 8, kept=kept)
    assert sum(runs) <= 8
    (expected,) = stream([BASELINE], 8)
    assert np.array_equal(batch.totals, expected.totals)
