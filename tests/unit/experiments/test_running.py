"""Running many scenarios: the numbers of the front door, kept, and never run twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from modelops_abm.experiments import credit, running
from modelops_abm.experiments.running import totals_of
from modelops_abm.experiments.store import Store
from modelops_abm.runs import Batch, Cancelled, replicate
from modelops_abm.scenario import Scenario, with_values

SMALL = with_values(
    Scenario(), {"horizon_days": 60, "portfolio.initial_models": 4}, source="the test"
)
SCENARIOS = [
    with_values(SMALL, {"team.developers": developers}, source="the test")
    for developers in range(2, 7)
]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return scenarios and replications of every batch that is really run."""
    seen: list[tuple[int, int]] = []
    real = running.stream

    def counted(*args: object, **options: object) -> Iterator[Batch]:
        for batch in real(*args, **options):  # type: ignore[arg-type]
            seen.append(batch.totals.shape[:2])
            yield batch

    monkeypatch.setattr(running, "stream", counted)
    return seen


def rows_of(runs: list[tuple[int, int]]) -> int:
    return sum(scenarios * replications for scenarios, replications in runs)


def test_gives_what_the_front_door_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SCENARIOS_AT_ONCE", 2)
    totals = totals_of(SCENARIOS, 11, first=3, seed=5)
    for scenario, found in zip(SCENARIOS, totals, strict=True):
        alone = replicate(scenario, 11, first=3, seed=5).totals.to_numpy()
        assert found.tobytes() == alone.tobytes()


def test_a_store_changes_no_bit_and_saves_the_work(
    tmp_path: Path, runs: list[tuple[int, int]]
) -> None:
    whole = totals_of(SCENARIOS, 9)
    runs.clear()
    with Store(tmp_path / "runs") as store:
        assert totals_of(SCENARIOS[:2], 4, store=store).tobytes() == whole[:2, :4].tobytes()
    with Store(tmp_path / "runs") as store:
        assert totals_of(SCENARIOS, 9, store=store).tobytes() == whole.tobytes()
        assert rows_of(runs) == whole.shape[0] * whole.shape[1]
        assert totals_of(SCENARIOS, 9, store=store).tobytes() == whole.tobytes()
        assert totals_of(SCENARIOS[::-1], 5, first=2, store=store).tobytes() == (
            whole[::-1, 2:7].tobytes()
        )
        assert rows_of(runs) == whole.shape[0] * whole.shape[1]


def test_what_was_run_before_it_was_stopped_is_kept(
    tmp_path: Path, runs: list[tuple[int, int]]
) -> None:
    cancel = threading.Event()

    def stop_soon(done: int, total: int) -> None:
        if done >= total // 2:
            cancel.set()

    whole = totals_of(SCENARIOS, 64)
    runs.clear()
    with Store(tmp_path / "runs") as store, pytest.raises(Cancelled):
        totals_of(SCENARIOS, 64, store=store, cancel=cancel, progress=stop_soon)
    with Store(tmp_path / "runs") as store:
        assert 0 < store.runs.size < 5 * 64
        assert totals_of(SCENARIOS, 64, store=store).tobytes() == whole.tobytes()
    assert rows_of(runs) == 5 * 64


def test_progress_ends_at_all_runs_and_counts_those_that_are_known(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with Store(tmp_path / "runs") as store:
        totals_of(SCENARIOS, 3, store=store)
        totals_of(SCENARIOS, 10, store=store, progress=lambda *each: told.append(each))
    assert told[0] == (15, 50)
    assert told[-1] == (50, 50)
    assert told == sorted(told)


def test_a_store_of_other_luck_is_refused(tmp_path: Path) -> None:
    with Store(tmp_path / "runs", seed=1) as store, pytest.raises(ValueError, match="the store"):
        totals_of(SCENARIOS, 1, store=store)


def test_nothing_is_no_trouble() -> None:
    assert totals_of([], 3).shape[:2] == (0, 3)
    assert totals_of(SCENARIOS, 0).shape[:2] == (5, 0)


def test_either_engine_gives_the_same() -> None:
    assert np.array_equal(totals_of(SCENARIOS[:2], 2), totals_of(SCENARIOS[:2], 2, engine="mesa"))


def test_credit_goes_on_where_it_was(tmp_path: Path, runs: list[tuple[int, int]]) -> None:
    plan = with_values(
        SMALL,
        {"capabilities.rollback.maximum": 1.0, "capabilities.lineage.maximum": 1.0},
        source="the test",
    )
    alone = credit(plan, 12).table()
    runs.clear()
    with Store(tmp_path / "runs") as store:
        credit(plan, 5, store=store)
        assert credit(plan, 12, store=store).table().equals(alone)
    assert rows_of(runs) == 4 * 12
